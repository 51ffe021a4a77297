import { trace } from '@opentelemetry/api';
import Fastify, { type FastifyInstance } from 'fastify';
import { cacheOf, cacheStatus } from 'memokit';
import { fastifyRequestCache } from 'memokit/request';
import type { Database } from '../schema-service/database.js';
import { RequestError } from './errors.js';
import { metrics } from './metrics.js';
import { store } from './store.js';
import { type TaskInput, TaskRepository } from './task-repository.js';
import { callerName, Users } from './users.js';

/** The service of tasks over HTTP. Whoever has made it listens, and closes it. */
export class TaskService {
  readonly app: FastifyInstance = Fastify();
  /** Whether the service is about to end. It answers as before, and `/health` asks to send no more. */
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
      const result = await list.call();
      reply.header('cache-status', cacheStatus(result, 'tasks'));
      return result.value;
    });
    this.app.get<WithId>('/tasks/:id', { schema: WITH_ID }, async (request, reply) => {
      const result = await find.call(request.params.id);
      reply.header('cache-status', cacheStatus(result, 'tasks'));
      if (callerName.getStore() === undefined) return result.value;
      // Whoever asks for the user in this request gets the same one, after one query.
      const [user, isMine] = await Promise.all([this.#users.current(), this.#owns(result.value)]);
      return { ...result.value, isMine, user };
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

import { cached, cacheOf, evicts } from 'memokit';
import type { Database } from '../schema-service/database.js';
import { UnknownTaskError } from './errors.js';
import { store } from './store.js';

export interface Task {
  readonly id: number;
  readonly title: string;
  readonly owner: string;
  readonly isDone: boolean;
}

/** What a user may write of a task. */
export interface TaskInput {
  readonly title: string;
  readonly isDone: boolean;
}

const COLUMNS = 'id, title, owner, is_done AS "isDone"';

/** Instances with the store have the same entries there, as all read the same table. */
const shared = cached.with({ ttl: '1m', store, ...(store && { id: () => 'all' }) });

/** The tasks in the database. Reads go through caches, and each write evicts what it changes. */
export class TaskRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  @shared()
  async list(): Promise<Task[]> {
    return this.#database.query<Task>(`SELECT ${COLUMNS} FROM tasks ORDER BY id`);
  }

  /** @throws UnknownTaskError when there is no such task. The error is not cached. */
  @shared({ capacity: 1000 })
  async find(id: number): Promise<Task> {
    const [task] = await this.#database.query<Task>(`SELECT ${COLUMNS} FROM tasks WHERE id = $1`, [id]);
    if (task === undefined) throw new UnknownTaskError(id);
    return task;
  }

  @evicts<TaskRepository>('list')
  async create({ title, isDone }: TaskInput, owner: string): Promise<Task> {
    const insert = `INSERT INTO tasks (title, is_done, owner) VALUES ($1, $2, $3) RETURNING ${COLUMNS}`;
    const [task] = await this.#database.query<Task>(insert, [title, isDone, owner]);
    return task!;
  }

  /** @throws UnknownTaskError when there is no such task. */
  @evicts<TaskRepository>('list')
  @evicts<TaskRepository>('find', (id) => [id])
  async update(id: number, { title, isDone }: TaskInput): Promise<Task> {
    const update = `UPDATE tasks SET title = $2, is_done = $3 WHERE id = $1 RETURNING ${COLUMNS}`;
    const [task] = await this.#database.query<Task>(update, [id, title, isDone]);
    if (task === undefined) throw new UnknownTaskError(id);
    return task;
  }

  @evicts<TaskRepository>('list')
  @evicts<TaskRepository>('find', (id) => [id])
  async remove(id: number): Promise<void> {
    await this.#database.query('DELETE FROM tasks WHERE id = $1', [id]);
  }

  /** Waits until the other instances know what a write has evicted, so that none answers with what was there before. */
  async delivered(): Promise<void> {
    await Promise.all([cacheOf(this, 'list').delivered(), cacheOf(this, 'find').delivered()]);
  }
}

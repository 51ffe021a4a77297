import { type CachedDecorator, type CachedOptions, cached, evicts, memoize, puts } from 'memokit';

/** Callbacks that fit the decorated member in a way that a check could take for a mistake. */
interface User {
  readonly id: number;
  readonly name: string;
}

export class Repository<T extends User, Anything> {
  @cached({ key: (user: User) => user.id })
  has(user: T): boolean {
    return user.id > 0;
  }
  @cached({ key: ({ user }: { user: User }) => user.id, when: (_result, { user }) => user.name !== '' })
  nested(at: { user: T }): boolean {
    return at.user.id > 0;
  }
  @cached({ key: (users: readonly User[]) => users.map(({ id }) => id) })
  all(users: T[]): number {
    return users.length;
  }
  @cached({ key: (thing: unknown, ...rest: unknown[]) => [thing, rest] })
  anything(thing: Anything, _user: T, _date?: Date): Anything {
    return thing;
  }
  @cached({ key: (id) => id.anything, when: (_result, id) => id.anything })
  unannotated(id: number): number {
    return id;
  }
  @cached({ key: (id: string | number) => id, capacity: 5 })
  wider(id: number): number {
    return id;
  }
  @cached({ key: (id: any) => id.anything, tags: (result: string, id: number) => [result, `${id}`] })
  several(id: number, text: string): string {
    return text + id;
  }
  @cached({ key: (first: string) => first, when: (_result, _first: string, second: object) => second !== null })
  longerAndShorter(first: string, _second: object): string {
    return first;
  }
  @cached({ key: (first?: string) => first })
  optional(first?: string): string {
    return `${first}`;
  }
  @cached({ key: (...all: string[]) => all.join() })
  rest(...all: string[]): number {
    return all.length;
  }
  @cached({ key: (first: string, second?: string) => [first, second] })
  restByName(...all: string[]): number {
    return all.length;
  }
  @cached({ key: (user: User) => user.id })
  generic<U extends User>(user: U): U {
    return user;
  }
  @cached({ key: (value: unknown) => value })
  identity<V>(value: V): V {
    return value;
  }
  @cached({
    key(this: Repository<User, unknown>, size: number) {
      return [this.users.length, size];
    },
  })
  readied(this: this & { readonly isReady: true }, size: number): number {
    return size;
  }
  @cached({ key: (user: User) => user.id })
  static nameOf(user: User): string {
    return user.name;
  }
  @cached({ key: (user: User) => user.id })
  protected hidden(user: User): string {
    return user.name;
  }
  @cached({ key: (user: User) => user.id })
  private secret(user: User): string {
    return this.hidden(user);
  }
  @cached({ key: (id: number | string) => `${id}` })
  async union(id: number | string): Promise<string> {
    return `${id}${this.secret.length}`;
  }
  @cached({ ttl: (age: number) => age })
  get age(): number {
    return 1;
  }
  @cached({ when: (result) => result !== undefined })
  get first(): T | undefined {
    return this.users[0];
  }
  @cached({ name: 'thing' })
  get thing(): Anything | undefined {
    return undefined;
  }
  @cached({ many: 'getMany', batchBy: (id: number) => id % 2 })
  async get(id: number): Promise<number> {
    return id;
  }
  @cached({ many: (ids: readonly number[]) => ids })
  async getToo(id: number): Promise<number> {
    return id;
  }
  @cached({ signal: (_id: number, signal?: AbortSignal) => signal, on: { error: ({ args: [id] }) => id } })
  async fetch(id: number, _signal?: AbortSignal): Promise<number> {
    return id;
  }
  find(id: number): string;
  find(name: string): string;
  @cached({ key: (key: number | string) => key })
  find(key: number | string): string {
    return `${key}`;
  }

  constructor(readonly users: readonly T[]) {}

  @evicts('has', (user: User) => [user])
  @evicts('has', (user) => [user])
  @evicts('has', 'all', { when: (_result, user: User) => user.id > 0 })
  @evicts(['has', 'all'], (_isNew: boolean, user: User) => [user], { by: 'result' })
  @evicts<Repository<T, Anything>>('has', (user: T) => [user], { when: (_result, user) => user.id > 0 })
  @evicts('has', (user: User) => [user], { soft: true, defer: (apply, user: User) => void [apply, user.id] })
  @evicts('has', { defer: (apply) => apply(), when: (_result, user: User) => user.id > 0 })
  @evicts<Repository<T, Anything>>('has', (user: T) => [user], {
    defer(apply, user) {
      Promise.resolve([this.users, user.id]).then(apply);
    },
  })
  @puts('has', (user: User) => [user], { soft: false, defer: (apply: () => void, { id }: User) => void [apply, id] })
  @puts('has', (user: User) => [user])
  @puts('has', (_isNew: boolean, user: User) => [user], { by: 'result', when: (isNew) => isNew })
  add(user: T): boolean {
    return user.id > 0;
  }
  @evicts('has', () => [])
  @evicts('has', (key: number | string) => [key])
  set last(_id: number) {}
}

/** Options and decorators of types that the program names. */
declare const isTest: boolean;
const named: CachedOptions<[id: number], string> = { when: (result, id) => result !== `${id}` };
const decorator: CachedDecorator = cached({ key: (user: User) => user.id });
const withAge = (options: CachedOptions): CachedDecorator => cached({ ...options, ttl: 1000 });
export const decorators: MethodDecorator[] = [cached(), cached({ key: (user: User) => user.id }), puts('a', () => [])];
export class Named {
  @cached(named)
  get(id: number): string {
    return `${id}`;
  }
  @decorator
  take(user: User): number {
    return user.id;
  }
  @withAge({ key: (id: number) => id })
  @evicts('get', (id: number) => [id])
  age(id: number): number {
    return id;
  }
  @cached(isTest ? {} : { clock: () => 1 })
  clocked(id: number): number {
    return id;
  }
  @cached({} as any)
  untyped(id: number): number {
    return id;
  }
}

export const nameOf: (id: number) => Promise<string> = memoize.many(async (ids: number[]) => ids.map(String));

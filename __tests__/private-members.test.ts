import { expect, test } from '@jest/globals';
import { cached, cacheOf, caches, evicts, puts } from 'memokit';

/** `#private` members, which only standard decorators can stand on. */
class Service {
  calls = 0;

  @cached()
  #load(n: number) {
    return n * 100 + ++this.calls;
  }

  @cached()
  get #version() {
    return ++this.calls;
  }

  @cached()
  static #make(n: number) {
    return [n];
  }

  load(n: number) {
    return this.#load(n);
  }

  get version() {
    return this.#version;
  }

  cache() {
    return cacheOf(this, this.#load);
  }

  static make(n: number) {
    return Service.#make(n);
  }
}

test('private methods, getters and statics are cached per receiver', () => {
  const [a, b] = [new Service(), new Service()];
  expect([a.load(1), a.load(1), b.load(1)]).toEqual([101, 101, 101]);
  expect([a.version, a.version]).toEqual([2, 2]);
  expect(Service.make(1)).toBe(Service.make(1));
});

test('the cache of a private method is reached through the method', () => {
  const service = new Service();
  service.load(1);
  expect([...service.cache()]).toEqual([[1, 101]]);
  expect(service.cache().delete(1)).toBe(true);
  expect(service.load(1)).toBe(102);
});

test('a private method is labelled with its class', () => {
  new Service().load(1);
  // esbuild puts an underscore before the name of a class that refers to itself.
  expect(caches().map(({ name }) => name.replace(/^_/, ''))).toContain('Service.#load');
});

test('a context without its optional parts is enough, and its initializers are left alone', () => {
  const addInitializer = () => {
    throw new Error('called');
  };
  const context = { kind: 'method', name: 'get' } as unknown as ClassMethodDecoratorContext<object, () => number>;
  expect(cached()(() => 1, context)()).toBe(1);
  expect(cached()(() => 1, { ...context, addInitializer })()).toBe(1);
});

test('the options are readable in the metadata of the class, where there is one', () => {
  const metadata = {};
  const context = { kind: 'method', name: 'get', metadata } as unknown as ClassMethodDecoratorContext<
    object,
    () => number
  >;
  cached({ capacity: 3 })(() => 1, context);
  const inherited = Object.create(metadata);
  cached({ capacity: 4 })(() => 1, { ...context, name: 'other', metadata: inherited });
  expect(metadata).toMatchObject({ 'memokit:options': { get: { capacity: 3 } } });
  expect(inherited['memokit:options']).toMatchObject({ other: { capacity: 4 } });
  expect(inherited['memokit:options'].get).toMatchObject({ capacity: 3 });
  const both: Record<string, object> = {};
  const ofStatic = { ...context, static: true, metadata: both } as typeof context;
  cached({ capacity: 5 })(() => 1, ofStatic);
  expect(both['memokit:options']).toMatchObject({ get: { capacity: 5 } });
  cached({ capacity: 6 })(() => 1, { ...context, metadata: both });
  expect(both).toMatchObject({
    'memokit:options': { get: { capacity: 6 } },
    'memokit:static-options': { get: { capacity: 5 } },
  });
});

test('private mutators evict and put, methods, setters and statics', () => {
  class Person {
    static made = 0;
    #first = 'Ada';

    @cached()
    label(mark: string) {
      return this.#first + mark;
    }

    @cached()
    static make() {
      return ++Person.made;
    }

    @evicts<Person>('label')
    #rename(first: string) {
      this.#first = first;
    }

    @evicts<Person>('label')
    set #name(first: string) {
      this.#first = first;
    }

    @puts<Person>('label', (mark) => [mark])
    #override(_mark: string) {
      return 'put';
    }

    @evicts<typeof Person>('make')
    static #reset() {}

    change() {
      const labels = [this.label('!')];
      this.#rename('Grace');
      labels.push(this.label('!'));
      this.#name = 'Joan';
      labels.push(this.label('!'));
      this.#override('!');
      return [...labels, this.label('!')];
    }

    static remake() {
      Person.make();
      Person.#reset();
      return Person.make();
    }
  }
  expect(new Person().change()).toEqual(['Ada!', 'Grace!', 'Joan!', 'put']);
  expect(Person.remake()).toBe(2);
});

test('a setter evicts the getter of its own name', () => {
  class Person {
    #name = 'Ada';
    @cached()
    get name() {
      return this.#name.toUpperCase();
    }
    @evicts<Person>('name')
    set name(name: string) {
      this.#name = name;
    }
  }
  const person = new Person();
  expect(person.name).toBe('ADA');
  person.name = 'Grace';
  expect(person.name).toBe('GRACE');
});

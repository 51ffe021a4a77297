import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import ts from 'typescript';
import { type Call, type TracedPackage, tracedPackage } from './support/trace.js';

const PAGE = 'docs/how-a-call-travels.md';
const page = readFileSync(PAGE, 'utf8');

/** The functions that each journey of the page lists. */
const listed = new Map(
  page.split(/^#{2,3} /m).flatMap((section) => {
    const title = section.slice(0, section.indexOf('\n'));
    const steps = [...section.matchAll(/^\d+\. `([^`]+)` \(`([^`]+)`\)/gm)].map(
      ([, name, file]) => `${name} in ${file}`,
    );
    return steps.length === 0 ? [] : [[title, steps] as const];
  }),
);

let traced: TracedPackage;

beforeAll(async () => {
  traced = await tracedPackage();
}, 60_000);

/** The calls of each journey of the page. */
const journeys: Record<string, () => Promise<Call[]>> = {
  'A hit': () => {
    const numbers = new (numbersClass())();
    numbers.square(1);
    return traced.trace(() => numbers.square(1));
  },
  'A synchronous miss': () => {
    const numbers = new (numbersClass())();
    numbers.square(1);
    return traced.trace(() => numbers.square(2));
  },
  'An asynchronous load': async () => {
    const numbers = new (numbersClass())();
    await numbers.load(1);
    return traced.trace(() => numbers.load(2));
  },
  'A stale answer': async () => {
    const numbers = new (numbersClass())();
    await numbers.tryLoad(1);
    numbers.now = 20;
    numbers.isDown = true;
    return traced.trace(async () => expect(await numbers.tryLoad(1)).toBe(1));
  },
  'A result of a store': async () => {
    const store = traced.store.memoryStore();
    const { memoize } = traced.memokit;
    const square = async (n: number) => n * n;
    await memoize(square, { store, name: 'square' })(2);
    const other = memoize(square, { store: store.client(), name: 'square' });
    return traced.trace(async () => expect(await other(2)).toBe(4));
  },
  'A load under the lease of a store': async () => {
    const store = traced.store.memoryStore();
    const square = traced.memokit.memoize(async (n: number) => n * n, { store, name: 'square' });
    await square(1);
    return traced.trace(async () => expect(await square(2)).toBe(4));
  },
  'By `@evicts`, during a load': async () => {
    const numbers = new (numbersClass())();
    const load = numbers.load(1);
    const calls = await traced.trace(async () => {
      numbers.change(1);
      await load;
    });
    expect(traced.memokit.cacheOf(numbers, 'load').size).toBe(0);
    return calls;
  },
  'By a tag, during a load': async () => {
    const numbers = new (numbersClass())();
    await numbers.loadTagged(1);
    const load = numbers.loadTagged(3);
    const calls = await traced.trace(async () => {
      expect(traced.memokit.invalidateTags('odd')).toBe(1);
      await load;
    });
    expect(traced.memokit.cacheOf(numbers, 'loadTagged').size).toBe(0);
    return calls;
  },
};

function numbersClass() {
  const { cached, evicts } = traced.memokit;
  class Numbers {
    now = 0;
    isDown = false;

    @cached()
    square(n: number): number {
      return n * n;
    }

    @cached()
    async load(n: number): Promise<number> {
      return n;
    }

    @cached({ tags: (n: number) => [n % 2 === 0 ? 'even' : 'odd'] })
    async loadTagged(n: number): Promise<number> {
      return n;
    }

    @evicts<Numbers>('load', (n: number) => [n])
    change(n: number): number {
      return n;
    }

    readonly tryLoad = traced.memokit.memoize(
      async (n: number): Promise<number> => {
        if (this.isDown) throw new Error('down');
        return n;
      },
      { ttl: 10, staleIfError: 1000, clock: () => this.now },
    );
  }
  return Numbers;
}

test('docs/how-a-call-travels.md has every journey', () => {
  expect([...listed.keys()]).toEqual(Object.keys(journeys));
});

for (const [title, run] of Object.entries(journeys)) {
  test(`${title} passes the functions that docs/how-a-call-travels.md lists, in that order`, async () => {
    const passed = (await run()).map(({ name, file }) => `${name} in ${file}`);
    const steps = listed.get(title) ?? [];
    expect(steps.length).toBeGreaterThan(3);
    // The page leaves out small helpers.
    let from = 0;
    for (const step of steps) {
      const at = passed.indexOf(step, from);
      expect({ step, isPassedThen: at >= 0 }).toEqual({ step, isPassedThen: true });
      from = at + 1;
    }
  });
}

/** The objects that a call is handed between: the cache, which is the state, and the loader, which is the behaviour. */
const SPINE = ['ReceiverCache', 'ReadThrough', 'ResilientLoader'];

/**
 * How often control changes between the objects of the spine: how often a method of one of them is entered after a method
 * of another. Functions are no objects, nor are the data structures and options that these two ask.
 */
function changesIn(calls: readonly Call[]): string[] {
  const objects = calls.flatMap(({ object }) => (object && SPINE.includes(object.className) ? [object] : []));
  return objects.flatMap((object, i) => {
    const last = objects[i - 1];
    return last === undefined || last.id === object.id ? [] : [`${last.className} > ${object.className}`];
  });
}

test('a synchronous miss changes between objects at most 4 times', async () => {
  const few = changesIn(await journeys['A synchronous miss']!());
  expect(few.length).toBeGreaterThan(0);
  expect({ few, isWithin: few.length <= 4 }).toMatchObject({ isWithin: true });
  const numbers = new (numbersClass())();
  for (let n = 0; n < 10; n++) numbers.square(n);
  const many = changesIn(await traced.trace(() => numbers.square(10)));
  expect({ many, isWithin: many.length <= 4 }).toMatchObject({ isWithin: true });
});

test('a stale answer changes between objects at most 6 times', async () => {
  const changes = changesIn(await journeys['A stale answer']!());
  expect(changes.join()).toContain('ResilientLoader');
  expect({ changes, isWithin: changes.length <= 6 }).toMatchObject({ isWithin: true });
});

test('docs/how-a-call-travels.md names no file that does not exist', () => {
  const files = [...page.matchAll(/`((?:src|decorators|__tests__|docs)\/[^`]+)`/g)].map(([, file]) => file!);
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
});

test('the picture in docs/how-a-call-travels.md has each room above the rooms that it imports', () => {
  const [, picture] = /^```text\n(.*?)^```$/ms.exec(page)!;
  const floors: string[][] = picture!.split('\n').map((line) => line.match(/[\w.-]+/g) ?? []);
  const floorOf = (room: string) => floors.findIndex((rooms) => rooms.includes(room));
  const arrows = ['src', 'decorators'].flatMap(importsUnder).filter(([from, to]) => from !== to && !isGround(to));
  expect(arrows.length).toBeGreaterThan(50);
  for (const [from, to] of arrows) {
    const isAbove = floorOf(from) >= 0 && floorOf(from) < floorOf(to);
    expect({ from, to, isAbove }).toEqual({ from, to, isAbove: true });
  }
});

/** Which room imports which, once for each import. */
function importsUnder(folder: string): [from: string, to: string][] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files
    .map((file) => `${folder}/${file}`)
    .filter((file) => !isGround(roomOf(file)))
    .flatMap((file) =>
      ts
        .preProcessFile(readFileSync(file, 'utf8'))
        // The store on disk imports a package and parts of Node.
        .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
        .map(({ fileName }): [string, string] => [
          roomOf(file),
          roomOf(new URL(fileName.replace(/\.js$/, '.ts'), `file:///${file}`).pathname.slice(1)),
        ]),
    );
}

/** The folder of a file, or the file itself at the top of `src`. */
function roomOf(file: string): string {
  const [top, second] = file.split('/');
  return top === 'src' ? second! : top!;
}

/** Whether any room may import a room. */
function isGround(room: string): boolean {
  const ground = 'platform errors validate call-all promise scrambled-map shared-registry';
  return ground.split(' ').includes(room.replace('.ts', ''));
}

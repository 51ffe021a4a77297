/** Key cases: which argument lists are told apart, and which share an entry. */
import { createRequire } from 'node:module';
import { apart, RAN_AGAIN, together } from './case.mjs';

/** A class of values that no library knows. It is a package of the repository. */
const Decimal = createRequire(new URL('../../../package.json', import.meta.url))('decimal.js');

const textOf = (decimal) => decimal.toString();

const cyclic = (name) => {
  const node = { name };
  node.self = node;
  return node;
};

const tag = Symbol('tag');

class Account {
  #balance;
  constructor(owner, balance) {
    this.owner = owner;
    this.#balance = balance;
  }
  get balance() {
    return this.#balance;
  }
}

export const keys = [
  apart('`f(1)` is not `f("1")`', (x) => typeof x, [1], ['1']),
  apart('`f(undefined)` is not `f(null)`', (x) => String(x), [undefined], [null]),
  apart('`f()` is not `f(undefined)`', (...args) => args.length, [], [undefined]),
  apart('`f(NaN)` is not `f(null)`', (x) => String(x), [NaN], [null]),
  apart('`f(-0)` is not `f(0)`', (x) => 1 / x, [-0], [0]),
  apart('`f(1n)` is not `f(1)`', (x) => typeof x, [1n], [1]),
  apart('`f("ab")` is not `f("bA")`, whose djb2 hashes are equal', (x) => x, ['ab'], ['bA']),
  apart('`f("a", "b,c")` is not `f("a,b", "c")`', (a, b) => `${a} ${b}`, ['a', 'b,c'], ['a,b', 'c']),
  apart('a Map is not an empty Map', (map) => map.size, [new Map([[1, 2]])], [new Map()]),
  apart('a Set is not another Set', (set) => [...set].join(), [new Set([1, 2])], [new Set([3, 4])]),
  apart('a Date is not its ISO string', (x) => typeof x, [new Date(0)], [new Date(0).toJSON()]),
  apart('`[,]` is not `[undefined]`', (list) => 0 in list, [new Array(1)], [[undefined]]),
  apart('a property under a symbol counts', (x) => x[tag], [{ [tag]: 1 }], [{ [tag]: 2 }]),
  apart('a function is not another', (fn) => fn(1), [(x) => x + 1], [(x) => x + 2]),
  apart(
    'an instance is not another with equal public fields',
    (account) => account.balance,
    [new Account('Ada', 1)],
    [new Account('Ada', 2)],
  ),
  apart('a bigint can be an argument', (x) => x * 2n, [10n]),
  apart('a cyclic object can be an argument', (x) => x.self.name, [cyclic('a')], [cyclic('b')]),
  together(
    '`{ a: 1, b: 2 }` and `{ b: 2, a: 1 }` share an entry',
    (tally) => (x) => {
      tally.runs++;
      return x.a + x.b;
    },
    [{ a: 1, b: 2 }],
    [{ b: 2, a: 1 }],
  ),
  {
    title: 'equal `Decimal`s of decimal.js share an entry, and different ones do not',
    async run(peer) {
      peer.register?.(Decimal, textOf);
      let runs = 0;
      const memoized = peer.memoize((price) => {
        runs++;
        return price.times(2).toString();
      }, {});
      for (const [text, double] of [
        ['1.5', '3'],
        ['1.50', '3'],
        ['0.1', '0.2'],
      ]) {
        if ((await memoized(new Decimal(text))) !== double) return false;
      }
      return runs === 2 || RAN_AGAIN;
    },
  },
  {
    title: 'an argument changed after the call gives a fresh result',
    async run(peer) {
      const memoized = peer.memoize((x) => x.value, {});
      const argument = { value: 1 };
      await memoized(argument);
      argument.value = 2;
      return (await memoized(argument)) === 2;
    },
  },
];

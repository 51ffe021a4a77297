import { OptionError } from '../errors.js';
import { bare, entriesOf, keysOf } from '../platform.js';
import { requireOption } from '../validate.js';

/** What other libraries call the options of memokit: memokit's name, with the unit or meaning where it differs, and theirs. */
export const FOREIGN_NAMES: Readonly<Record<string, string>> = {
  capacity: 'max maxSize maximumSize maxsize',
  'ttl, in milliseconds': 'maxAge expiring staleTime',
  'ttl, in milliseconds instead of seconds': 'ttlSeconds',
  key: 'cacheKey normalizer resolver serialize hashFunction',
  'when, asked about the result': 'isCacheable shouldCache',
  'when, which says what to store': 'unless',
  'bypass, which says what not to cache': 'condition',
  'staleWhileRevalidate, in milliseconds past ttl': 'stale swr allowStale',
  'staleIfError, in milliseconds past ttl': 'grace',
  'refreshAhead, the fraction of ttl that has passed instead of the one that is left': 'preFetch',
  'timeout, in milliseconds': 'hardTimeout',
  'idle, in milliseconds': 'updateAgeOnGet',
  weigh: 'sizeCalculation',
  'on.evict': 'dispose onEvict onEviction',
  'cacheOf(…).refresh(…)': 'forceFresh forceRefresh',
};

/** Refuses options that have the name of another library. @throws OptionError that says memokit's name. */
export function refuseForeign(options: unknown): void {
  const given = keysOf(Object(options));
  for (const [known, names] of entriesOf(FOREIGN_NAMES))
    for (const name of names.split(' '))
      if (given.includes(name)) throw new OptionError(`${name}: not an option; memokit calls it ${known}`);
}

/** Refuses a number, a text or a function in the place of options, which other libraries take. @throws OptionError */
export function refuseBare(options: unknown): void {
  const examples = bare<Record<string, string>>({
    number: '{ ttl: 1000 } or { capacity: 1000 }',
    string: "{ ttl: '5m' }",
    function: '{ key: (id) => id }',
  });
  const example = examples[typeof options];
  requireOption(example === undefined, 'options', `an object, such as ${example}`, options);
}

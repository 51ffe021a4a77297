/** Reads what another runtime has stored, and fills one entry more. Argument: the directory, and a name of this runtime. */
import { isDeepStrictEqual } from 'node:util';
import { diskStore } from 'memokit/disk';
import { portable } from 'memokit/store';
import { keyOf, VALUES } from './values.mjs';

const [directory, runtime] = process.argv.slice(2);
const codec = portable();
const store = diskStore(directory, { maxBytes: '10MB' });
for (const [name, value] of Object.entries(VALUES)) {
  const [entry] = store.readSync([keyOf(name)]);
  if (entry === undefined) throw new Error(`${name}: there is no entry`);
  const found = codec.decode(entry.value);
  // The stack of an error is another runtime's.
  const same =
    name === 'error' ? `${found}` === `${value}` && found instanceof RangeError : isDeepStrictEqual(found, value);
  if (!same) throw new Error(`${name}: expected ${value}, but got: ${found}`);
}
const key = { namespace: 'readers@1', key: runtime };
const answer = store.leaseSync(key, store.leaseMs);
if (answer.kind !== 'taken') throw new Error(answer.kind);
store.fillSync(answer.lease, { value: codec.encode(runtime), ttl: Number.POSITIVE_INFINITY, tags: [] });
console.log(codec.decode(store.readSync([key])[0].value));
await store.close();

/** Fills a directory. Argument: the directory. */
import { diskStore } from 'memokit/disk';
import { portable } from 'memokit/store';
import { keyOf, VALUES } from './values.mjs';

const codec = portable();
const store = diskStore(process.argv[2], { maxBytes: '10MB' });
for (const [name, value] of Object.entries(VALUES)) {
  const answer = store.leaseSync(keyOf(name), store.leaseMs);
  const entry = { value: codec.encode(value), ttl: 3_600_000, tags: ['values'] };
  if (answer.kind !== 'taken' || store.fillSync(answer.lease, entry) !== 'stored')
    throw new Error(`${name}: not stored`);
}
await store.close();

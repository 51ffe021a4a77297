import { entriesOf } from '../platform.js';
import type { CaseBody, StoreCase, StoreUnderTest } from './store-case.js';
import { ENTRY_CASES } from './store-entry-cases.js';
import { INVALIDATION_CASES } from './store-invalidation-cases.js';
import { LEASE_CASES } from './store-lease-cases.js';

/**
 * Returns the cases of the contract that every `Store` has to keep. They need no test runner: each case makes a store, tries
 * it, and rejects if the store does something else. Cases may run at the same time if the stores of `make` share nothing.
 *
 * @param make Makes an empty store, with two clients.
 *
 * @example
 * for (const { name, run } of storeContract(() => myStoreUnderTest())) test(name, run);
 */
export function storeContract(make: () => StoreUnderTest | Promise<StoreUnderTest>): StoreCase[] {
  const bodies: [string, CaseBody][] = [LEASE_CASES, ENTRY_CASES, INVALIDATION_CASES].flatMap((cases) =>
    entriesOf(cases),
  );
  return bodies.map(([name, body]) => ({
    name,
    async run() {
      const given = await make();
      try {
        return (await body(given)) === false ? 'skipped' : 'passed';
      } finally {
        await given.store.close();
        await given.other.close();
        await given.dispose?.();
      }
    },
  }));
}

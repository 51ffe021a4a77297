import { endOfTurn } from '../time/end-of-turn.js';
import { testing } from './shared-testing.js';

/**
 * Resolves when no async load of any cache of the process is in flight any more, in the background or for a caller, and
 * the results are stored. It waits for loads that begin while it waits too, such as those that a load begins or that a
 * caller begins with the result of another. It never rejects. Loads that began before `memokit/testing` was imported are
 * not known.
 *
 * It sets no timer, so it works under fake timers, but it does not advance them: a load that waits for a fake timer ends
 * once the test has advanced it. `settled` waits for ever for a load that never ends.
 *
 * @example
 * await users.get(1); // answers with an old value, and reloads in the background
 * await settled();
 * expect(await users.get(1)).toBe(fresh);
 */
export async function settled(): Promise<void> {
  do {
    await Promise.all(testing.loads);
    // The callers of the loads continue in this turn, and may begin others.
    await endOfTurn();
  } while (testing.loads.size > 0);
}

import type { Outcome } from '../cache/inspection.js';
import type { Key } from '../key/key.js';

/** The answer of `explain`: how a call with these arguments would be answered now. */
export interface Explanation {
  /** The key of the call. Absent for `bypassed`, as no key is made then. */
  readonly key?: Key;
  /**
   * `hit`: a fresh entry would answer. `stale`: an entry past its ttl would answer, because the options allow it.
   * `failed`: a remembered failure would answer. `loading`: the call would join a load in flight. `miss`: the call would
   * begin a load. `bypassed`: the option `bypass`, or `disableCaching` of `memokit/testing`, would send the call past the
   * cache.
   */
  readonly outcome: Outcome | 'bypassed';
  /** Milliseconds until the entry expires; `Infinity` if it never expires. Present only for `hit`. */
  readonly expiresIn?: number;
  /**
   * The places in the arguments, or in what the option `key` returns, that count by identity, with what stands there:
   * `args[0]._id: ObjectId`. Another object in such a place makes another key, even if its content is the same. Lists at
   * most ten places. Present only if there are any.
   */
  readonly byIdentity?: readonly string[];
}

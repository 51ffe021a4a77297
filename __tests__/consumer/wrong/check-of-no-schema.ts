import { memoize } from 'memokit';
import { memoryStore } from 'memokit/store';

// expect: Property ''~standard'' is missing in type '{}' but required in type 'StandardSchema'.
export const square = memoize((n: number) => n * n, { store: memoryStore(), name: 'square', check: {} });

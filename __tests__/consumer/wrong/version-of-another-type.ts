import { memoize } from 'memokit';
import { memoryStore } from 'memokit/store';

// expect: No overload matches this call
export const square = memoize((n: number) => n * n, { store: memoryStore(), name: 'square', version: true });

import { memoize } from 'memokit';
import { memoryStore } from 'memokit/store';

// expect: Type 'true' is not assignable to type 'string | number | undefined'.
export const square = memoize((n: number) => n * n, { store: memoryStore(), name: 'square', version: true });

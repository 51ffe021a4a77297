import { memoize } from 'memokit';
import type { Store } from 'memokit/store';

declare const store: Store;

// expect: No overload matches this call … tiered
export const square = memoize((n: number) => n * n, { store, name: 'square' });

import { memoize } from 'memokit';
import type { Store } from 'memokit/store';

declare const store: Store;

// expect: Property '[SOURCE]' is missing in type 'Store' but required in type 'SourceStore'.
export const square = memoize((n: number) => n * n, { store, name: 'square' });

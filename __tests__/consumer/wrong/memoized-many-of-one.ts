import { memoize } from 'memokit';

// EXPECT
export const get = memoize.many((id: number) => [id]);

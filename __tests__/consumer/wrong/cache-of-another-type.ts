import { cacheOf, memoize } from 'memokit';

const get = memoize((id: number) => `${id}`);
// EXPECT
export const forgotten = cacheOf(get).delete('1');

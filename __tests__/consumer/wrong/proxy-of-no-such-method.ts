import { cachedProxy } from 'memokit';

// EXPECT
export const dates = cachedProxy(new Date(), { toIsoString: {} });

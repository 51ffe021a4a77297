import { cachedProxy } from 'memokit';

// expect: does not exist in type 'CachedMethods<Date>'. Did you mean to write 'toISOString'?
// expect 5.0: '{ toIsoString: {}; }' is not assignable to parameter … Did you mean to write 'toISOString'?
export const dates = cachedProxy(new Date(), { toIsoString: {} });

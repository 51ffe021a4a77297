/** What a running program shows of its caches to the program `memokit top`: `memokit/top`. */

export { type Exposed, type ExposeOptions, expose } from './expose.js';
export { ExposeError } from './expose-error.js';

import type { Database } from 'lmdb';

/** A table of LMDB, with bytes as keys and values. */
export type Table = Database<Buffer, Buffer>;

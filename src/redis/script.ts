import { hexOf } from '../store/hash.js';

/** A Lua script: it is sent by its SHA-1, and whole when the server does not know it. */
export interface Script {
  readonly text: string;
  sha(): Promise<string> | string;
}

/** The SHA-1 of each script that has been asked for, or a promise of it. */
const hashes = new Map<string, Promise<string> | string>();

export function script(text: string): Script {
  return { text, sha: () => hashes.get(text) ?? hash(text) };
}

function hash(text: string): Promise<string> {
  const making = hexOf('SHA-1', new TextEncoder().encode(text)).then((sha) => {
    hashes.set(text, sha);
    return sha;
  });
  hashes.set(text, making);
  return making;
}

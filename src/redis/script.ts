import { hexOf } from '../store/hash.js';

/** A Lua script: it is sent by its SHA-1, and whole when the server does not know it. */
export interface Script {
  readonly text: string;
  sha(): Promise<string> | string;
}

export function script(text: string): Script {
  let known: string | undefined;
  let making: Promise<string> | undefined;
  return {
    text,
    sha: () => known ?? (making ??= hexOf('SHA-1', new TextEncoder().encode(text)).then((sha) => (known = sha))),
  };
}

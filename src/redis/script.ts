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

/** Returns a hash of bytes as hexadecimal digits. */
export async function hexOf(algorithm: 'SHA-1' | 'SHA-256', bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await globalThis.crypto.subtle.digest(algorithm, bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

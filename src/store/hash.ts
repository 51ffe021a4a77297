/** Returns a hash of bytes as hexadecimal digits. */
export async function hexOf(algorithm: 'SHA-1' | 'SHA-256', bytes: BufferSource): Promise<string> {
  const hash = new Uint8Array(await globalThis.crypto.subtle.digest(algorithm, bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

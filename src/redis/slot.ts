/** Returns the slot of a cluster that keys with this text in braces are in: CRC-16 (XMODEM) of the text, of 16,384 slots. */
export function slotOf(hashTag: string): number {
  let crc = 0;
  for (const byte of new TextEncoder().encode(hashTag)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc & 0x8000 ? 0x11021 : 0);
  }
  return crc % 16_384;
}

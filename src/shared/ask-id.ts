import type { Clock, Random } from '#shared/clock.ts';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const FOREIGN_KEY = /^[\x21-\x7e]{1,255}$/;

/** Mints the id of an ask: a UUIDv7 (RFC 9562, 5.7), so that ids sort by time. */
export function mintAskId(clock: Clock, random: Random): string {
  const bytes = random.bytes(16);
  let millis = clock.now();
  for (let at = 5; at >= 0; at--) {
    bytes[at] = millis % 256;
    millis = Math.floor(millis / 256);
  }
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  let hex = '';
  for (const byte of bytes) hex += (byte + 0x100).toString(16).slice(1);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Whether `text` is an id of ours (a UUIDv7 in lower case). */
export function isAskId(text: string): boolean {
  return UUID_V7.test(text);
}

/** Whether `text` may stand in `Idempotency-Key`: 1–255 visible ASCII characters. */
export function isIdempotencyKey(text: string): boolean {
  return FOREIGN_KEY.test(text);
}

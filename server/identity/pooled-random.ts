import { randomFillSync } from 'node:crypto';
import type { Random } from '#shared/clock.ts';

/** Bytes that are brought at once: to ask the system for sixteen takes as long as to ask it for all of these. */
const POOL_BYTES = 4_096;

/** What is this long may be a secret: it is not in memory before it is given to somebody. */
const SECRET_BYTES = 32;

/** The machine's own randomness, brought in stock. No byte is given twice, or left in the stock once it was given. */
export function createPooledRandom(): Random {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  return {
    bytes(length) {
      if (length >= SECRET_BYTES) return randomFillSync(new Uint8Array(length));
      if (used + length > POOL_BYTES) {
        randomFillSync(pool);
        used = 0;
      }
      const bytes = pool.slice(used, used + length);
      pool.fill(0, used, used + length);
      used += length;
      return bytes;
    },
  };
}

import { describe, expect, it } from 'vitest';
import { isAskId, isIdempotencyKey, mintAskId } from '#shared/ask-id.ts';
import { systemClock, systemRandom } from '#shared/clock.ts';

describe('the id of an ask', () => {
  it('[N11] is a UUIDv7 that sorts by time', () => {
    const at = (now: number) => mintAskId({ ...systemClock, now: () => now }, systemRandom);
    const ids = [at(1), at(2), at(1_800_000_000_000), at(2_000_000_000_000)];
    expect(ids.every(isAskId)).toBe(true);
    expect([...ids].sort()).toEqual(ids);
    expect(parseInt(ids[2]?.replaceAll('-', '').slice(0, 12) ?? '', 16)).toBe(1_800_000_000_000);
  });

  it('[N11] a foreign key is 1–255 visible ASCII characters', () => {
    expect(isIdempotencyKey('order-77!')).toBe(true);
    for (const bad of ['', 'a b', 'é', 'x'.repeat(256), 'a\n']) expect(isIdempotencyKey(bad)).toBe(false);
  });
});

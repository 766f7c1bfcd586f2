import { describe, expect, it } from 'vitest';
import { createPooledRandom } from '../../../server/identity/pooled-random.ts';

describe('the stock of random bytes', () => {
  it('gives as many bytes as are wanted, and none twice', () => {
    const random = createPooledRandom();
    const seen = new Set<string>();
    for (let at = 0; at < 2_000; at++) {
      const bytes = random.bytes(16);
      expect(bytes).toHaveLength(16);
      seen.add(Buffer.from(bytes).toString('hex'));
    }
    expect(seen.size).toBe(2_000);
    expect(random.bytes(10_000)).toHaveLength(10_000);
    expect(random.bytes(0)).toHaveLength(0);
  });

  it('gives bytes that are whoever’s they were given to: to change them changes none that come', () => {
    const random = createPooledRandom();
    for (let at = 0; at < 100; at++) random.bytes(31).fill(7);
    const more = Array.from({ length: 100 }, () => [...random.bytes(31)]).flat();
    expect(more.filter((byte) => byte === 7).length).toBeLessThan(100);
  });
});

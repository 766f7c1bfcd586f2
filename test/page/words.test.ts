import { describe, expect, it } from 'vitest';
import { ageWords, bytesWords, durationWords, placeWords, upTo } from '../../src/look/words.ts';

describe('numbers as people read them', () => {
  it.each([
    [401, '0.5 s'],
    [2_000, '2.0 s'],
    [9_999, '10.0 s'],
    [12_001, '13 s'],
    [121_000, '3 min'],
    [3 * 3_600_000 + 1, '4 h'],
  ])('[G12] a wait of %d ms is never shown shorter: %s', (ms, words) => {
    expect(durationWords(ms)).toBe(words);
  });

  it.each([
    [0.00011, 4, '0.0002'],
    [0.0001, 4, '0.0001'],
    [2.501, 2, '2.51'],
    [1.1, 2, '1.10'],
    [0, 2, '0.00'],
  ])('[G12] a cost or wait of %d with %d decimals is never shown smaller: %s', (value, decimals, words) => {
    expect(upTo(value, decimals)).toBe(words);
  });

  it.each([
    [0, 'just now'],
    [59_999, 'just now'],
    [3_599_999, '59 min ago'],
    [3 * 3_600_000, '3 h ago'],
    [25 * 3_600_000, 'yesterday'],
    [5 * 86_400_000, '5 days ago'],
  ])('[G12] an age of %d ms counts full units: %s', (ms, words) => {
    expect(ageWords(ms)).toBe(words);
  });

  it('places and bytes', () => {
    expect([1, 3, 4, 11, 21, 22].map(placeWords)).toEqual(['first', 'third', '4th', '11th', '21st', '22nd']);
    expect([1, 86_400, 1_910_000].map(bytesWords)).toEqual(['1 kB', '87 kB', '2.0 MB']);
  });
});

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { checkPatterns, normalizePrompt, plainNormalization } from '#shared/prompt.ts';

const pair = z.object({ name: z.string(), a: z.string(), b: z.string() });
const vectors = z
  .object({
    normalized: z.array(z.object({ name: z.string(), prompt: z.string(), gives: z.string() })),
    apart: z.array(pair),
    alike: z.array(pair),
    switched: z.array(z.object({ ...pair.shape, with: z.record(z.string(), z.unknown()) })),
  })
  .parse(JSON.parse(readFileSync(new URL('../fixtures/prompt-vectors.json', import.meta.url), 'utf8')));

describe('the normalized prompt', () => {
  it.each(vectors.normalized)('[N1] $name', ({ prompt, gives }) => {
    expect(normalizePrompt(prompt)).toBe(gives);
  });

  it.each(vectors.apart)('[N2] keeps apart what differs in $name', ({ a, b }) => {
    expect(normalizePrompt(a)).not.toBe(normalizePrompt(b));
  });

  it.each(vectors.alike)('[N1] makes alike: $name', ({ a, b }) => {
    expect(normalizePrompt(a)).toBe(normalizePrompt(b));
  });

  it.each(vectors.switched)('[N3] makes alike only when switched on: $name', ({ a, b, with: switches }) => {
    const how = { ...plainNormalization, ...switches };
    expect(normalizePrompt(a)).not.toBe(normalizePrompt(b));
    expect(normalizePrompt(a, how)).toBe(normalizePrompt(b, how));
  });

  it('[N4] is stable: normalizing twice changes nothing', () => {
    const line = fc.stringMatching(/^[ \tab`~éß\u0301²]{0,12}$/);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const once = normalizePrompt(lines.join('\n'));
        expect(normalizePrompt(once)).toBe(once);
      }),
    );
  });

  it('[N5] names the pattern that is not a regular expression', () => {
    expect(() => checkPatterns(['a+', '(unclosed'])).toThrow('Pattern `(unclosed` is not a regular expression.');
  });
});

import { mintAskId } from '#shared/ask-id.ts';
import type { Clock, Random } from '#shared/clock.ts';
import { MAX_PACKS, type Pack, type PackItem } from '#device/pack.ts';

/** A new pack of these prompts. */
export function makePack(
  { name, demoAtMs, items }: { name: string; demoAtMs: number | null; items: PackItem[] },
  { clock, random }: { clock: Clock; random: Random },
): Pack {
  return {
    id: mintAskId(clock, random),
    name,
    demoAtMs,
    items,
    spent: { nanoUsd: 0, unknown: 0, asks: 0 },
    expectedNanoUsd: null,
    rehearsed: null,
    createdAtMs: clock.now(),
  };
}

/** A prompt that is new in a pack. */
export function makeItem(feature: string, prompt: string, parts: { clock: Clock; random: Random }): PackItem {
  return { id: mintAskId(parts.clock, parts.random), feature, prompt, work: null, trouble: null, importedAtMs: null };
}

export const TOO_MANY_PACKS = `This device takes ${MAX_PACKS} packs. Remove one first.`;

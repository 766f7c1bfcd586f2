import type { Dice } from '../../fakes/random.ts';

export type Side = 'north' | 'south';

/** A time in which one side is bad: every connection refused, or a share of its calls with a fault. */
export interface Spell {
  side: Side;
  /** 0 to 1 of the calls; `dead` refuses connections. */
  faults: number | 'dead';
  fromMs: number;
  toMs: number;
}

/** Longer than an ask may be on its way: an ask that began under one spell is over before the other side's begins. */
const CALM_MS = 12_000;

/** Spells for either side in turn, with calm between: never are both bad at once. */
export function forecast(untilMs: number, dice: Dice): Spell[] {
  const spells: Spell[] = [];
  let side: Side = 'north';
  for (let atMs = 3_000; atMs < untilMs;) {
    const dead = dice() < 0.2;
    const toMs = atMs + (dead ? 3_000 : 10_000) + Math.floor(dice() * 10_000);
    spells.push({ side, faults: dead ? 'dead' : 0.3 + dice() * 0.7, fromMs: atMs, toMs });
    side = side === 'north' ? 'south' : 'north';
    atMs = toMs + CALM_MS;
  }
  return spells;
}

/** The spell of a moment; null in the calm. */
export function spellAt(spells: readonly Spell[], atMs: number): Spell | null {
  return spells.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs) ?? null;
}

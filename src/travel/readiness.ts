import type { DevicePolicy, TravelPolicy } from '#shared/travel-policy.ts';
import type { Pack, PackItem, Spent } from '#device/pack.ts';
import type { Held } from '#device/packs.ts';

/** How one prompt of a pack stands. */
export type ItemState =
  | { kind: 'ready'; freshUntilMs: number; keptUntilMs: number; bytes: number }
  /** Wanted by a run that is going on. */
  | { kind: 'asking' }
  /** Never asked, or its answer is gone. */
  | { kind: 'open' }
  | { kind: 'failed'; message: string }
  /** No answer of it can be kept, so asking would not help. */
  | { kind: 'cannot'; message: string };

export interface ItemView {
  item: PackItem;
  /** Saved answers' key of it; null when it can have none. */
  key: string | null;
  state: ItemState;
}

/** Why no answer to this prompt can be kept; null when one can. */
export function whyNot(item: PackItem, policy: TravelPolicy, looksPersonal: (text: string) => boolean): string | null {
  const feature = policy.features.find(({ name }) => name === item.feature);
  if (feature === undefined) return `The feature \`${item.feature}\` is not there any more.`;
  if (feature.device.store === 'never') return `${feature.title} is never stored, so it cannot be carried along.`;
  if (feature.device.store === 'store_unless_pii' && looksPersonal(item.prompt)) {
    return 'It looks personal, and what looks personal is not stored. Ask it without the name, number or address.';
  }
  return null;
}

/** How a prompt stands, by what is kept of it. */
export function judgeItem(
  item: PackItem,
  now: { held: Held | null; device: DevicePolicy; asking: boolean; whyNot: string | null; nowMs: number },
): ItemState {
  if (now.whyNot !== null) return { kind: 'cannot', message: now.whyNot };
  if (now.asking) return { kind: 'asking' };
  const { held } = now;
  if (held !== null) {
    const keptUntilMs = held.savedAtMs + now.device.keep_days * 86_400_000;
    const freshUntilMs = held.madeAtMs + now.device.fresh_seconds * 1000;
    if (keptUntilMs > now.nowMs) return { kind: 'ready', freshUntilMs, keptUntilMs, bytes: held.bytes };
  }
  return item.trouble === null ? { kind: 'open' } : { kind: 'failed', message: item.trouble.message };
}

/** A pack as a whole. */
export interface Readiness {
  ready: number;
  of: number;
  /** How many of them can have an answer here: what `ready` is measured against. */
  keepable: number;
  /** Can be asked, and have no answer here: never asked, given up, or being asked. */
  left: number;
  failed: number;
  cannot: number;
  /** Ready, but said to be old by the date of the demo (by now, where there is none). */
  stale: string[];
  /** Ready now, and removed before the demo: the policy keeps no answer for longer. */
  goneBefore: string[];
  /** The first of the ready ones to go stale, and to be removed; null with none ready. */
  freshUntilMs: number | null;
  keptUntilMs: number | null;
  bytes: number;
}

export function judgePack(items: readonly ItemView[], demoAtMs: number | null, nowMs: number): Readiness {
  const ready = items.flatMap(({ item, state }) => (state.kind === 'ready' ? [{ id: item.id, ...state }] : []));
  const untilMs = Math.max(demoAtMs ?? nowMs, nowMs);
  const count = (kind: ItemState['kind']): number => items.filter(({ state }) => state.kind === kind).length;
  return {
    ready: ready.length,
    of: items.length,
    keepable: items.length - count('cannot'),
    left: count('open') + count('failed') + count('asking'),
    failed: count('failed'),
    cannot: count('cannot'),
    stale: ready.filter(({ freshUntilMs }) => freshUntilMs < untilMs).map(({ id }) => id),
    goneBefore: ready.filter(({ keptUntilMs }) => keptUntilMs < untilMs).map(({ id }) => id),
    freshUntilMs: earliest(ready.map(({ freshUntilMs }) => freshUntilMs)),
    keptUntilMs: earliest(ready.map(({ keptUntilMs }) => keptUntilMs)),
    bytes: ready.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** What asking these will cost, as far as answers of their features tell. */
export interface Estimate {
  nanoUsd: number;
  /** Prompts of features of which no price is known. */
  unknown: number;
}

/** Mean known cost of each feature's live answers on this device, times its prompts. Rounded up; unknown is counted, never taken for 0. */
export function estimateCost(items: readonly PackItem[], held: readonly Held[]): Estimate {
  let nanoUsd = 0;
  let unknown = 0;
  for (const { feature } of items) {
    const known = held
      .filter((each) => each.feature === feature && each.live)
      .flatMap(({ costUsd }) => (costUsd === null ? [] : (nanoFromUsd(costUsd) ?? [])));
    if (known.length === 0) unknown += 1;
    else nanoUsd += Math.ceil(known.reduce((sum, cost) => sum + cost, 0) / known.length);
  }
  return { nanoUsd, unknown };
}

/** Adds the cost of one answer, as its provenance has it, to what was spent. */
export function addCost(spent: Spent, costUsd: string | null): Spent {
  const nanoUsd = costUsd === null ? null : nanoFromUsd(costUsd);
  return {
    nanoUsd: spent.nanoUsd + (nanoUsd ?? 0),
    unknown: spent.unknown + (nanoUsd === null ? 1 : 0),
    asks: spent.asks + 1,
  };
}

/** `0.000012345` → 12345; null for what is no amount. */
export function nanoFromUsd(usd: string): number | null {
  const [, whole = '', part = ''] = /^(\d{1,7})(?:\.(\d{1,9}))?$/.exec(usd) ?? [];
  return whole === '' ? null : Number(whole) * 1e9 + Number(part.padEnd(9, '0'));
}

/** Which prompts are still wanted: those without an answer, and those whose refresh was interrupted. */
export function wantedOf(items: readonly ItemView[]): ItemView[] {
  return items.filter(({ item, state }) => {
    if (state.kind === 'open' || state.kind === 'failed') return true;
    return state.kind === 'ready' && item.work !== null;
  });
}

/**
 * Takes note of asks that were answered while nobody looked: a page was closed, the worker went on. What they cost is what the
 * saved answer says. The same pack when there is nothing to note.
 */
export function settleAnswered(pack: Pack, heldOf: (item: PackItem) => Held | null): Pack {
  let { spent } = pack;
  const items = pack.items.map((item) => {
    const held = heldOf(item);
    if (item.work === null || held === null || held.savedAtMs < item.work.wantedAtMs) return item;
    spent = addCost(spent, held.costUsd);
    return { ...item, work: null, trouble: null, importedAtMs: null };
  });
  return spent === pack.spent ? pack : { ...pack, items, spent };
}

function earliest(moments: readonly number[]): number | null {
  return moments.length === 0 ? null : Math.min(...moments);
}

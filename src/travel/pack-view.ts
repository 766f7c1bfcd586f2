import type { TravelPolicy } from '#shared/travel-policy.ts';
import type { Pack, PackItem } from '#device/pack.ts';
import type { Held } from '#device/packs.ts';
import {
  estimateCost,
  judgeItem,
  judgePack,
  wantedOf,
  whyNot,
  type Estimate,
  type ItemView,
  type Readiness,
} from './readiness.ts';

/** A pack, as it stands. */
export interface PackView extends Readiness {
  pack: Pack;
  items: ItemView[];
  /** What asking for all that is wanted will cost, and refreshing what goes stale. */
  wantedCost: Estimate;
  staleCost: Estimate;
  /** An answer refreshed now would still be fresh at the demo. */
  refreshHelps: boolean;
}

/** What was read of the packs and their answers, and when. */
export interface Stored {
  /** Saved answers' key of each prompt, by its id. */
  keys: ReadonlyMap<string, string | null>;
  held: ReadonlyMap<string, Held>;
  /** By their cost the next ones are estimated. */
  newest: readonly Held[];
  nowMs: number;
}

export function viewPack(
  pack: Pack,
  now: Stored & { rules: TravelPolicy; asking: ReadonlySet<string>; looksPersonal: (text: string) => boolean },
): PackView {
  const { rules, nowMs } = now;
  const deviceOf = (item: PackItem) => rules.features.find(({ name }) => name === item.feature)?.device;
  const items = pack.items.map((item): ItemView => {
    const device = deviceOf(item);
    const key = now.keys.get(item.id) ?? null;
    const cannot = whyNot(item, rules, now.looksPersonal);
    if (device === undefined) return { item, key, state: { kind: 'cannot', message: cannot ?? '' } };
    const held = key === null ? null : (now.held.get(key) ?? null);
    return {
      item,
      key,
      state: judgeItem(item, { held, device, asking: now.asking.has(item.id), whyNot: cannot, nowMs }),
    };
  });
  const readiness = judgePack(items, pack.demoAtMs, nowMs);
  const stale = staleOf({ ...readiness, items }).map(({ item }) => item);
  const untilMs = pack.demoAtMs ?? nowMs;
  return {
    pack,
    items,
    ...readiness,
    wantedCost: estimateCost(
      wantedOf(items).map(({ item }) => item),
      now.newest,
    ),
    staleCost: estimateCost(stale, now.newest),
    refreshHelps: stale.every((item) => nowMs + (deviceOf(item)?.fresh_seconds ?? 0) * 1000 >= untilMs),
  };
}

/** Those that are stale or gone by the date: both are cured by asking anew. */
export function staleOf({ items, stale, goneBefore }: Pick<PackView, 'items' | 'stale' | 'goneBefore'>): ItemView[] {
  return items.filter(({ item }) => stale.includes(item.id) || goneBefore.includes(item.id));
}

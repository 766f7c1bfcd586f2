import { computed, effect, signal, type ReadonlySignal } from '@preact/signals';
import type { Clock, Random } from '#shared/clock.ts';
import type { TravelPolicy } from '#shared/travel-policy.ts';
import type { Place } from '#device/database.ts';
import type { Pack, PackItem } from '#device/pack.ts';
import { keepPack, readHeld, readNewestHeld, readPacks, removePack, type Held } from '#device/packs.ts';
import type { Session } from '../app/session.ts';
import type { AskAhead, Asked } from './ask-ahead.ts';
import { runPack } from './pack-run.ts';
import { staleOf, viewPack, type PackView, type Stored } from './pack-view.ts';
import { settleAnswered, wantedOf, type Estimate, type ItemView } from './readiness.ts';

/** What the packs stand on, once storage is open. */
export interface Ground {
  place: Place;
  keyOf: (item: Pick<PackItem, 'feature' | 'prompt'>, policy: TravelPolicy) => Promise<string | null>;
  looksPersonal: (text: string) => boolean;
}

export interface TravelParts {
  clock: Clock;
  random: Random;
  session: Pick<Session, 'state'>;
  /** Null where nothing may be kept. */
  openGround: () => Promise<Ground | null>;
  ask: (ask: AskAhead) => Promise<Asked>;
}

export type RunState =
  | { kind: 'idle' }
  | { kind: 'running'; packId: string; asking: ReadonlySet<string> }
  /** It stopped by itself, for this reason. */
  | { kind: 'stopped'; packId: string; why: string };

/** What a person prepares a journey with. */
export interface Travel {
  /** `none`: nothing can be kept here, so nothing can be prepared. */
  state: ReadonlySignal<'opening' | 'open' | 'none'>;
  ground: ReadonlySignal<Ground | null>;
  packs: ReadonlySignal<readonly Pack[]>;
  view: ReadonlySignal<PackView | null>;
  run: ReadonlySignal<RunState>;
  choose(id: string): void;
  /** Reads again what is stored: other tabs and the worker write too. */
  look(): Promise<void>;
  /** Keeps a pack, new or changed, and shows it. False when this device has as many as it takes. */
  keep(pack: Pack): Promise<boolean>;
  remove(pack: Pack): Promise<void>;
  /** Changes one pack by what it is at that moment. */
  change(id: string, change: (pack: Pack) => Pack): Promise<void>;
  getReady(): Promise<void>;
  refreshStale(): Promise<void>;
  /** Nothing more is asked; what is on its way comes in. */
  pause(): void;
}

interface Snapshot extends Stored {
  packs: readonly Pack[];
}

export function createTravel(parts: TravelParts): Travel {
  const { clock, session } = parts;
  const state = signal<'opening' | 'open' | 'none'>('opening');
  const ground = signal<Ground | null>(null);
  const chosen = signal<string | null>(null);
  const snapshot = signal<Snapshot | null>(null);
  const run = signal<RunState>({ kind: 'idle' });
  let abort = new AbortController();
  let writing: Promise<unknown> = Promise.resolve();

  const policy = computed(() => (session.state.value.kind === 'ready' ? session.state.value.policy : null));
  const packs = computed(() => snapshot.value?.packs ?? []);
  const chosenPack = computed(() => packs.value.find(({ id }) => id === chosen.value) ?? packs.value[0] ?? null);

  async function look(): Promise<void> {
    const on = ground.value;
    const rules = policy.value;
    if (on === null || rules === null) return;
    let stored = await readPacks(on.place);
    const items = stored.flatMap((pack) => pack.items);
    const keys = new Map(await Promise.all(items.map(async (item) => [item.id, await on.keyOf(item, rules)] as const)));
    const wanted = [...new Set([...keys.values()].filter((key) => key !== null))];
    const held = await readHeld(on.place, wanted);
    const heldOf = (item: PackItem): Held | null => held.get(keys.get(item.id) ?? '') ?? null;
    // While a run goes on it notes its own answers.
    if (run.value.kind !== 'running') {
      stored = await Promise.all(
        stored.map(async (pack) => {
          const settled = settleAnswered(pack, heldOf);
          if (settled !== pack) await store(on, settled, keys);
          return settled;
        }),
      );
    }
    snapshot.value = { packs: stored, keys, held, newest: await readNewestHeld(on.place), nowMs: clock.now() };
    state.value = 'open';
  }

  const store = (on: Ground, pack: Pack, keys: Snapshot['keys']): Promise<boolean> => {
    const pinned = pack.items.flatMap((item) => keys.get(item.id) ?? []);
    return keepPack(on.place, pack, pinned, clock.now());
  };

  /** One write after the other, each on what the one before left. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = writing.then(work);
    writing = done.catch((failure: unknown) => void failure);
    return done;
  }

  async function keysOf(on: Ground, pack: Pack): Promise<Map<string, string | null>> {
    const rules = policy.value;
    if (rules === null) return new Map();
    return new Map(await Promise.all(pack.items.map(async (item) => [item.id, await on.keyOf(item, rules)] as const)));
  }

  function keep(pack: Pack): Promise<boolean> {
    return inTurn(async () => {
      const on = ground.value;
      if (on === null) return false;
      const kept = await store(on, pack, await keysOf(on, pack));
      if (kept) chosen.value = pack.id;
      await look();
      return kept;
    });
  }

  function change(id: string, how: (pack: Pack) => Pack): Promise<void> {
    return inTurn(async () => {
      const on = ground.value;
      const before = on === null ? undefined : (await readPacks(on.place)).find((pack) => pack.id === id);
      if (on === null || before === undefined) return;
      await store(on, how(before), await keysOf(on, before));
      await look();
    });
  }

  const view = computed((): PackView | null => {
    const [pack, shot, rules, on] = [chosenPack.value, snapshot.value, policy.value, ground.value];
    if (pack === null || shot === null || rules === null || on === null) return null;
    const asking = run.value.kind === 'running' && run.value.packId === pack.id ? run.value.asking : new Set<string>();
    return viewPack(pack, { ...shot, rules, asking, looksPersonal: on.looksPersonal });
  });

  async function start(wanted: readonly ItemView[], refresh: boolean, expected: Estimate): Promise<void> {
    const on = ground.value;
    const shown = view.value;
    if (on === null || shown === null || run.value.kind === 'running' || wanted.length === 0) return;
    const packId = shown.pack.id;
    abort = new AbortController();
    run.value = { kind: 'running', packId, asking: new Set() };
    try {
      await change(packId, (pack) => ({
        ...pack,
        // What one run was expected to cost is added to what was spent before it.
        expectedNanoUsd: expected.unknown > 0 ? null : pack.spent.nanoUsd + expected.nanoUsd,
      }));
      const work = wanted.flatMap(({ item, key }) =>
        key === null ? [] : [{ item, key, refresh: refresh || item.work?.refresh === true }],
      );
      const end = await runPack(
        work,
        {
          clock,
          random: parts.random,
          ask: parts.ask,
          savedAt: async (key) => (await readHeld(on.place, [key])).get(key)?.savedAtMs ?? null,
          change: (how) => change(packId, how),
          asking: (asking) => (run.value = { kind: 'running', packId, asking }),
        },
        abort.signal,
      );
      run.value =
        end.kind === 'paused' && end.why !== null ? { kind: 'stopped', packId, why: end.why } : { kind: 'idle' };
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : 'It could not be stored.';
      run.value = { kind: 'stopped', packId, why: `This device cannot keep it: ${why}` };
    }
    await inTurn(look);
  }

  let openedFor: string | null = null;
  effect(() => {
    if (policy.value === null) return;
    const person = `${policy.value.tenant_hash} ${policy.value.user_hash}`;
    if (person === openedFor) return;
    openedFor = person;
    abort.abort();
    parts
      .openGround()
      .then(async (opened) => {
        if (person !== openedFor) return;
        ground.value = opened;
        if (opened === null) state.value = 'none';
        else await inTurn(look);
      })
      .catch((cause: unknown) => {
        console.warn('What is stored on this device cannot be read.', cause);
        state.value = 'none';
      });
  });

  return {
    state,
    ground,
    packs,
    view,
    run,
    choose: (id) => void (chosen.value = id),
    look: () => inTurn(look),
    keep,
    change,
    remove: (pack) =>
      inTurn(async () => {
        if (ground.value !== null) await removePack(ground.value.place, pack.id);
        await look();
      }),
    async getReady() {
      const shown = view.value;
      if (shown !== null) await start(wantedOf(shown.items), false, shown.wantedCost);
    },
    async refreshStale() {
      const shown = view.value;
      if (shown === null) return;
      await start(staleOf(shown), true, shown.staleCost);
    },
    pause: () => abort.abort(),
  };
}

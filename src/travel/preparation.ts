import { computed, effect, signal, type ReadonlySignal } from '@preact/signals';
import * as z from 'zod/mini';
import { mintAskId } from '#shared/ask-id.ts';
import { readJson } from '#shared/json.ts';
import { preflightReportSchema } from '#shared/preflight-wire.ts';
import { SHELL_CACHE, SHELL_LIST } from '#shared/worker-messages.ts';
import { read } from '#device/database.ts';
import { measureStored, type StoredHere } from '#device/stored.ts';
import type { Models } from '../app/models.ts';
import { holdWriting } from '../app/writing.ts';
import { clockWords } from '../look/words.ts';
import { askAhead } from './ask-ahead.ts';
import { openGround, tryKey } from './ground.ts';
import type { PreflightParts } from './preflight-parts.ts';
import { CHECKS, runChecks, type Check, type CheckId } from './preflight.ts';
import { rehearse, type RehearsalEnd, type Result } from './rehearsal.ts';
import { momentWords } from './travel-words.ts';
import { createTravel, type Travel } from './travel.ts';

/** What the browser gives to look at: absent parts are not measured. */
export interface Browser {
  caches: CacheStorage | null;
  storage: Pick<StorageManager, 'persisted' | 'persist'> | null;
  locks: LockManager | null;
}

export type RehearsalState =
  | { kind: 'idle'; last: RehearsalEnd | null; results: ReadonlyMap<string, Result> }
  | { kind: 'running'; packId: string; results: ReadonlyMap<string, Result> };

/** All that the Travel view shows. One per page, so that a run goes on while somebody looks at something else. */
export interface Preparation {
  travel: Travel;
  checks: ReadonlySignal<readonly Check[]>;
  checkedAtMs: ReadonlySignal<number | null>;
  /** Looks again, at everything or at some of it. */
  check(signal: AbortSignal, only?: readonly CheckId[]): Promise<void>;
  /** Asks the browser to keep what is stored; whether it does. */
  persist(): Promise<boolean>;
  rehearsal: ReadonlySignal<RehearsalState>;
  startRehearsal(signal: AbortSignal): Promise<void>;
  stored: ReadonlySignal<StoredHere | null>;
  /** Measures what is stored anew. */
  measure(): Promise<void>;
}

const listSchema = z.array(z.string());

export function createPreparation(models: Models, browser: Browser): Preparation {
  const { api, clock, session, line, journey } = models;
  const { random } = journey;
  const closed = new AbortController();
  const travel = createTravel({
    clock,
    random,
    session,
    openGround: async () => openGround(await journey.own()),
    async ask(ask) {
      // A new version waits until the answer is there, as for any ask.
      const end = browser.locks === null ? () => undefined : holdWriting(browser.locks);
      try {
        return await askAhead({ api, clock }, ask, closed.signal);
      } finally {
        end();
      }
    },
  });

  const checks = signal<readonly Check[]>(CHECKS.map((id) => ({ id, finding: null })));
  const checkedAtMs = signal<number | null>(null);
  const rehearsal = signal<RehearsalState>({ kind: 'idle', last: null, results: new Map() });
  const stored = signal<StoredHere | null>(null);

  const lastAnswerMs = computed(
    () => line.evidence.value.findLast(({ outcome }) => outcome === 'answered')?.at_ms ?? null,
  );

  function partsFor(abort: AbortSignal): PreflightParts {
    return {
      clock,
      shell: () => lookAtShell(browser.caches),
      async worker() {
        const { worker } = journey;
        if (worker === null) return { kind: 'none', updateWaits: false };
        return { kind: worker.inCharge() ? 'in-charge' : 'not-in-charge', updateWaits: worker.updateWaits() };
      },
      persisted: async () => (browser.storage === null ? null : browser.storage.persisted()),
      async answers() {
        // Nothing is said of packs that were not read yet.
        await new Promise<void>((resolve) => {
          effect(() => (travel.state.value === 'opening' ? undefined : resolve()));
        });
        const view = travel.view.value;
        if (view === null) return null;
        const { ready, keepable, stale, refreshHelps, freshUntilMs } = view;
        const freshUntil = freshUntilMs === null ? '' : momentWords(freshUntilMs);
        const beforeDemo = view.pack.demoAtMs !== null;
        return { of: keepable, ready, stale: stale.length, beforeDemo, refreshHelps, freshUntil };
      },
      async key() {
        const ground = travel.ground.value ?? (await openGround(await journey.own()));
        return ground === null ? 'none' : tryKey(ground.place);
      },
      async router() {
        const sentMs = clock.now();
        const reply = await api.read('/api/preflight', preflightReportSchema, abort);
        return { reply, sentMs, gotMs: clock.now() };
      },
      async told() {
        const place = travel.ground.value?.place;
        const lastAnswer = lastAnswerMs.value === null ? null : clockWords(lastAnswerMs.value);
        if (place === undefined) return { lastAnswer, waiting: 0, oldestMs: 0 };
        return read(place, ['events'], async (tx) => {
          const events = tx.objectStore('events');
          const waiting = await events.count();
          const oldest = await events.index('asked_at_ms').openKeyCursor();
          return { lastAnswer, waiting, oldestMs: oldest === null ? 0 : clock.now() - Number(oldest.key) };
        });
      },
    };
  }

  async function check(abort: AbortSignal, only: readonly CheckId[] = CHECKS): Promise<void> {
    await runChecks(
      partsFor(abort),
      {
        tell: (done) => (checks.value = checks.value.map((each) => (each.id === done.id ? done : each))),
        only,
      },
      abort,
    );
    if (!abort.aborted && only === CHECKS) checkedAtMs.value = clock.now();
  }

  async function startRehearsal(abort: AbortSignal): Promise<void> {
    const view = travel.view.value;
    if (view === null || rehearsal.value.kind === 'running') return;
    const packId = view.pack.id;
    const items = view.items.filter(({ state }) => state.kind !== 'cannot').map(({ item }) => item);
    const results = new Map<string, Result>();
    rehearsal.value = { kind: 'running', packId, results };
    const end = await rehearse(
      items,
      {
        clock,
        cut: journey.rehearse,
        isCut: () => line.scenario.value?.rehearsal === true,
        ask: ({ feature, prompt }) =>
          askAhead({ api, clock }, { askId: mintAskId(clock, random), feature, prompt, refresh: false }, abort),
      },
      {
        signal: abort,
        tell(id, result) {
          results.set(id, result);
          rehearsal.value = { kind: 'running', packId, results: new Map(results) };
        },
      },
    ).catch((): RehearsalEnd => ({ kind: 'left' }));
    rehearsal.value = { kind: 'idle', last: end, results };
    if (end.kind !== 'walked') return;
    const passed = [...results.values()].flatMap((result) => (result.kind === 'passed' ? [result.ms] : []));
    const slowestMs = passed.length === 0 ? null : Math.max(...passed);
    const rehearsed = { atMs: clock.now(), passed: passed.length, of: items.length, slowestMs };
    await travel.change(packId, (pack) => ({ ...pack, rehearsed }));
  }

  return {
    travel,
    checks,
    checkedAtMs,
    check,
    persist: async () => (browser.storage === null ? false : browser.storage.persist()),
    rehearsal,
    startRehearsal,
    stored,
    async measure() {
      const place = travel.ground.value?.place;
      if (place !== undefined) stored.value = await measureStored(place);
    },
  };
}

/** The files that the worker in charge lists, and how many of them are not in its cache. */
async function lookAtShell(caches: CacheStorage | null): Promise<{ files: number; missing: number } | null> {
  if (caches === null || !(await caches.has(SHELL_CACHE))) return null;
  const cache = await caches.open(SHELL_CACHE);
  const list = readJson(listSchema, (await (await cache.match(SHELL_LIST))?.text()) ?? '');
  if (list === null) return null;
  const here = await Promise.all(list.map((key) => cache.match(key)));
  return { files: list.length, missing: here.filter((file) => file === undefined).length };
}

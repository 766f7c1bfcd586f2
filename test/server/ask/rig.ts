import { afterEach } from 'vitest';
import type { AnswerEvent, NumberedEvent } from '#shared/answer.ts';
import type { ChatRequest } from '#shared/chat.ts';
import type { AskHandle, AskRequest, Asks } from '../../../server/ask/asks.ts';
import { createAsks } from '../../../server/ask/create.ts';
import type { AskParts } from '../../../server/ask/heart.ts';
import type { Log } from '#shared/log.ts';
import type { Configuration, Deployment, Feature, TenantLimits } from '../../../server/config/configuration.ts';
import { openProvider } from '../../../server/providers/open.ts';
import type { Provider } from '../../../server/providers/provider.ts';
import { noTokenizer, type Tokenizer } from '../../../server/pricing/tokenizer.ts';
import { createSafeguard } from '../../../server/guard/safeguard.ts';
import { createDeployments, type Deployments } from '../../../server/routing/deployments.ts';
import { createFaults, type Faults } from '../../../server/routing/faults.ts';
import { createPins, type Pins } from '../../../server/routing/pins.ts';
import type { AskRow, AttemptRow } from '../../../server/store/ledger.ts';
import { openStores, type Stores } from '../../../server/store/open.ts';
import type { Grants } from '../../../server/store/sessions.ts';
import { fakeClock, type FakeClock } from '../../fakes/clock.ts';
import { startFakeProvider, type FakeProvider } from '../../fakes/provider/fake-provider.ts';
import { seededRandom } from '../../fakes/random.ts';
import { configurationOf, deploymentOf } from './sample-configuration.ts';

/** Asks over two real providers on loopback, real SQLite in memory, and a clock that stands still. */
export interface Rig {
  asks: Asks;
  clock: FakeClock;
  stores: Stores;
  /** Order 1 and order 2 of the alias `chat`. */
  first: FakeProvider;
  second: FakeProvider;
  deployments: Deployments;
  faults: Faults;
  pins: Pins;
  configuration: Configuration;
  said: string[];
  /** What the asks are made of. */
  parts: AskParts;
  /** Asks, as the given caller. */
  ask(body: ChatRequest, more?: Partial<AskRequest>): Promise<AskHandle>;
  /** Asks and reads to the end. */
  answer(body: ChatRequest, more?: Partial<AskRequest>): Promise<Told>;
  /** Every row of the ledger, newest first, as soon as there are `count` of them (default 1). */
  rows(count?: number): Promise<{ ask: AskRow; attempts: AttemptRow[] }[]>;
  /** Lets asks that are over leave memory, so that their readers come from the journal. */
  forget(): Promise<void>;
}

/** What a reader got. */
export interface Told {
  handle: AskHandle;
  events: NumberedEvent[];
  text: string;
  last: AnswerEvent | undefined;
}

export const SOMEONE: Grants = { tenant: 'acme', user: 'ada', role: 'asker', guest: false };

/** A signal that is never aborted. */
export const never = new AbortController().signal;

export interface RigOptions {
  feature?: Partial<Feature>;
  features?: Feature[];
  tenants?: Record<string, Partial<TenantLimits>>;
  routing?: Partial<Configuration['routing']>;
  first?: Partial<Deployment>;
  second?: Partial<Deployment>;
  more?: Deployment[];
  tokenizer?: Pick<Tokenizer, 'count' | 'close'>;
  stores?: (stores: Stores) => Partial<Stores>;
  hedgeAllowed?: () => boolean;
  /** Told of what the log is told. */
  onLog?: (about: object, text: string) => void;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const clock = fakeClock();
  const first = await startFakeProvider({ wire: 'openai' });
  const second = await startFakeProvider({ wire: 'anthropic' });
  const real = await openStores({ dataFolder: ':memory:', onProblem: (problem) => said.push(problem.message) });
  const stores = { ...real, ...options.stores?.(real) };
  const deployments: Deployment[] = [
    { ...deploymentOf('first', first), ...options.first },
    { ...deploymentOf('second', second), order: 2, wire: 'anthropic', ...options.second },
    ...(options.more ?? []),
  ];
  const configuration = configurationOf(deployments, options);
  const pins = createPins(clock);
  const faults = createFaults({ deployments, clock });
  const health = createDeployments({ configuration, clock, faults });
  const said: string[] = [];
  const onLog = options.onLog ?? ((): void => undefined);
  const say = (about: object, text: string): void => {
    said.push(text);
    onLog(about, text);
  };
  const log: Log = { info: onLog, warn: say, error: say };
  const opened = new Map<string, Provider>();
  closing.push(async () => {
    for (const provider of opened.values()) await provider.close();
    await Promise.all([first.close(), second.close()]);
    await real.close();
  });
  const safeguard = createSafeguard(clock);
  const parts: AskParts = {
    pins,
    configuration,
    providers(deployment, override) {
      if (override !== undefined) return openProvider({ ...deployment, ...override, clock });
      const provider = opened.get(deployment.id) ?? openProvider({ ...deployment, clock });
      opened.set(deployment.id, provider);
      return provider;
    },
    ...stores,
    deployments: health,
    faults,
    safeguard,
    tokenizer: options.tokenizer ?? noTokenizer,
    hedgeAllowed: options.hedgeAllowed ?? (() => true),
    clock,
    random: seededRandom(),
    log,
  };
  const asks = createAsks(parts);
  const ask = (body: ChatRequest, more: Partial<AskRequest> = {}): Promise<AskHandle> =>
    asks.ask({
      caller: SOMEONE,
      body,
      feature: null,
      key: null,
      noCache: false,
      synthetic: false,
      arrivedAtMs: clock.now(),
      arrivedMonotonicMs: clock.monotonic(),
      ...more,
    });
  const rig: Rig = {
    asks,
    clock,
    stores,
    first,
    second,
    deployments: health,
    faults,
    pins,
    configuration,
    said,
    parts,
    ask,
    answer: async (body, more) => readAll(await ask(body, more)),
    async rows(count = 1) {
      for (let tries = 0; tries < 1000; tries++) {
        const rows = await stores.ledger.recent({ tenant: null, limit: 1000 });
        if (rows.length >= count) return rows;
        await clock.settle();
      }
      throw new Error(`The ledger has fewer than ${count} rows.`);
    },
    async forget() {
      // A round trip to the stores ends what was written before it: an append, then the end, then the keeping.
      for (let round = 0; round < 3; round++) {
        await stores.ledger.recent({ tenant: null, limit: 1 });
        await clock.advance(40_000);
      }
    },
  };
  return rig;
}

/** Reads an ask from `after` to its end. */
export async function readAll(handle: AskHandle, after = 0): Promise<Told> {
  const events: NumberedEvent[] = [];
  for await (const event of handle.events(after, never)) events.push(event);
  return { handle, events, text: textOf(events), last: events.at(-1)?.event };
}

export function textOf(events: readonly NumberedEvent[]): string {
  return events.map(({ event }) => (event.type === 'text-delta' ? event.text : '')).join('');
}

/** The code of the problem that a promise rejects with; null when it does not. */
export async function codeOf(promise: Promise<unknown>): Promise<string | null> {
  try {
    await promise;
    return null;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : `not a problem: ${String(thrown)}`;
  }
}

import { createHash } from 'node:crypto';
import type { Hono } from 'hono';
import { canonicalJson } from '#shared/canonical.ts';
import type { Clock, Random } from '#shared/clock.ts';
import { startCanary } from './ask/account-test.ts';
import { createAsks } from './ask/create.ts';
import { rowsOfCut } from './ask/cut-asks.ts';
import { logAsks } from './ask/logged-ledger.ts';
import type { Asks } from './ask/asks.ts';
import type { AskParts } from './ask/heart.ts';
import { createWarm } from './ask/warm.ts';
import type { Log } from '#shared/log.ts';
import type { Configuration } from './config/configuration.ts';
import { createBypass } from './bypass/bypass.ts';
import { holdConfiguration, type Reloaded } from './config/current.ts';
import { openSafeguard } from './guard/safeguard.ts';
import { openGround, openGroundInMemory, type Ground } from './ground.ts';
import { createApp } from './http/app.ts';
import { openPage } from './http/page.ts';
import type { HttpEnv } from './http/parts.ts';
import type { OwnAddresses } from './identity/addresses.ts';
import { createCallers, type Callers } from './identity/callers.ts';
import { createKeyRing } from './identity/key-ring.ts';
import type { MasterKey } from './identity/master-key.ts';
import { noTokenizer, type Tokenizer } from './pricing/tokenizer.ts';
import { keepProviders } from './providers/kept-providers.ts';
import { createDeployments } from './routing/deployments.ts';
import { createFaults } from './routing/faults.ts';
import { createPins } from './routing/pins.ts';
import { watchErrorBudget } from './slo/error-budget.ts';
import { openDiscreetJournal } from './store/discreet-journal.ts';
import { MemoryJournal } from './store/memory-journal.ts';
import { holdEpoch } from './store/epoch.ts';
import type { Stores } from './store/open.ts';
import { hideForgotten, rememberForgotten } from './upkeep/forgotten.ts';
import { dataKeyFor } from './data-key.ts';
import { createUpkeep } from './upkeep/upkeep.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What a router is made of. */
export interface RouterOptions {
  configuration: Configuration;
  /** Parts of it are left out, so it tells nothing of what may be forgotten. Left out: it is whole. */
  isPartial?: boolean;
  /** Reads the configuration again for a reload. Rejects with a ConfigurationError when it cannot be used. Left out: it stays. */
  readConfiguration?: () => Promise<Configuration>;
  /** Folder of everything that is kept. */
  dataFolder: string;
  /** Folder of the built page. */
  pageFolder: string;
  /** `LAYOVER_WORKER`: `off` takes the service worker away from every browser that comes. */
  worker: 'on' | 'off';
  /** `HOST`. */
  host: string;
  /** `BYPASS_ROUTER`: every ask goes straight to the primary. */
  bypass?: boolean;
  /** `LAYOVER_MASTER_KEY`. */
  masterKey: string | undefined;
  /** `LAYOVER_DATA_KEY`: what `cache.encrypt` seals with. */
  dataKey?: string | undefined;
  /** Origin of the page with hot reload; null when there is none. */
  devPage: string | null;
  /** Of this release, such as `0.1.0`. */
  version: string;
  /** Counts tokens; the router closes it. Left out: they are bounded, and estimated by bytes. */
  tokenizer?: Tokenizer;
  clock: Clock;
  random: Random;
  log: Log;
  /** Takes the rows of asks, which hold nothing secret; `log` unless another is given. */
  rowLog?: Log;
}

/** A router that is ready to listen. */
export interface ComposedRouter {
  app: Hono<HttpEnv>;
  asks: Asks;
  /** Takes no more asks, waits for those under way, at most so long, then ends them. */
  drain(limitMs: number): Promise<void>;
  callers: Callers;
  /** Where its master key comes from. */
  keySource: MasterKey['source'];
  /** Its data folder is its own; else what it keeps is in memory. */
  holdsFolder: boolean;
  /** Lines to print at the start. */
  notices: string[];
  /** Reads the configuration again, and goes on with it if it is whole. */
  reload(): Promise<Reloaded>;
  /** Ends providers' connections and the stores; after `drain`. */
  close(): Promise<void>;
}

/** Puts a router together and sets its data folder in order. Throws a StartProblem or a Problem that says what to do. */
export async function composeRouter(options: RouterOptions): Promise<ComposedRouter> {
  const { dataFolder, random, log } = options;
  const masterKey = { environment: options.masterKey, configured: options.configuration.general.masterKey };
  const about = { dataFolder, masterKey, random, log, dataKey: () => dataKeyFor(options) };
  try {
    return await composeOn(await openGround(about), options);
  } catch (failure) {
    if (options.bypass !== true) throw failure;
    // Whoever bypasses us does so because something of ours is broken: it may be this.
    log.error({ err: failure }, 'The data folder cannot be used; the bypass goes on without it.');
    return composeOn(await openGroundInMemory(about, failure), options);
  }
}

async function composeOn(ground: Ground, options: RouterOptions): Promise<ComposedRouter> {
  try {
    return await composeOver(ground, options);
  } catch (failure) {
    await ground.release();
    throw failure;
  }
}

async function composeOver(ground: Ground, options: RouterOptions): Promise<ComposedRouter> {
  const { configuration, clock, random, log } = options;
  const { stores, notices } = ground;
  const { key, source } = ground.masterKey;
  await recover(stores, options);
  const epoch = holdEpoch(
    stores.meta,
    await (options.isPartial === true ? stores.meta.epoch() : settle(stores, configuration)),
  );
  const faults = createFaults({ deployments: configuration.deployments, clock });
  const pins = createPins(clock);
  const deployments = createDeployments({ configuration, clock, faults });
  const providers = keepProviders(configuration.deployments, clock);
  const current = holdConfiguration({
    ...{ configuration, clock, log },
    read: options.readConfiguration ?? (async () => configuration),
    isKeyConfigured: source === 'configuration',
    prepare: (next) => settle(stores, next),
    apply(next, settled) {
      epoch.follow(settled);
      deployments.reconfigure(next);
      faults.reconfigure(next.deployments);
      providers.keepOnly(next.deployments);
    },
  });
  const own: OwnAddresses = {
    listensOn: options.host,
    get hosts() {
      return current.value.general.hosts;
    },
    get corsOrigins() {
      return current.value.general.corsOrigins;
    },
    pageOrigins: options.devPage === null ? [] : [options.devPage],
  };
  const keys = createKeyRing({ keys: stores.keys, clock, random, log });
  const callers = createCallers({ sessions: stores.sessions, keys, masterKey: key, own, clock, random });
  const forgotten = rememberForgotten(clock);
  const ledger = hideForgotten(logAsks(stores.ledger, options.rowLog ?? log), forgotten);
  const memory = new MemoryJournal(clock);
  const safeguard = await openSafeguard(stores.budget, clock);
  const tokenizer = options.tokenizer ?? noTokenizer;
  const journal = openDiscreetJournal(stores.journal, memory);
  const budget = watchErrorBudget({ ledger, slo: () => current.value.slo, clock, log });
  // Not spread: a getter would be read once, and a reload change nothing.
  const bypass = createBypass({
    get configuration() {
      return current.value;
    },
    ...{ ledger, journal, clock, random, log },
    always: options.bypass === true,
    openProvider: providers.open,
  });
  const parts: AskParts = {
    get configuration() {
      return current.value;
    },
    ...{ deployments, faults, pins, ledger, tokenizer, clock, random, log },
    providers: providers.open,
    // A second call for what one should do is a luxury of good days.
    hedgeAllowed: () => !budget.isBurned(),
    journal,
    cache: stores.cache,
    budget: stores.budget,
    safeguard,
  };
  const asks = createAsks(parts);
  const canary = startCanary(parts);
  const app = createApp({
    get configuration() {
      return current.value;
    },
    ...{ current, asks, bypass, ledger, callers, keys, own, deployments, faults, pins, epoch, clock, random, log },
    ...{ budget: stores.budget, safeguard, warm: createWarm(parts) },
    upkeep: createUpkeep({ ...stores, ...{ journal, epoch, asks, ledger, forgotten, random }, ring: keys }),
    checkDatabase: async () => void (await stores.meta.epoch()),
    dev: options.devPage !== null,
    version: options.version,
    page: openPage(options.pageFolder, options.worker),
  });
  // What a section that was left out may want kept is not removed.
  const stopPruning =
    options.isPartial === true ? (): void => undefined : pruneHourly(stores, () => current.value, options);
  return {
    app,
    asks,
    async drain(limitMs) {
      await Promise.all([asks.drain(limitMs), bypass.drain(limitMs)]);
    },
    callers,
    keySource: source,
    holdsFolder: ground.holdsFolder,
    notices,
    reload: () => current.reload(),
    async close() {
      stopPruning();
      budget.stop();
      canary.close();
      memory.close();
      await tokenizer.close();
      await providers.close();
      await keys.close();
      await ground.release();
    },
  };
}

/** Marks what an earlier run left half done, and removes what is too old. */
async function recover(stores: Stores, options: RouterOptions): Promise<void> {
  const cut = await stores.journal.recover(options.clock.now());
  if (cut.length > 0) options.log.warn({ asks: cut.length }, 'Asks were cut off when the router last ended.');
  const rows = cut.map(rowsOfCut);
  await stores.ledger.record(
    rows.map(({ ask }) => ask),
    rows.flatMap(({ attempts }) => attempts),
  );
  await stores.budget.recover();
  if (options.isPartial !== true) await prune(stores, options.configuration, options.clock.now());
}

/** Forgets what this configuration does not let be kept, and gives its epoch. */
async function settle(stores: Stores, configuration: Configuration): Promise<number> {
  await purgeUnkept(stores, configuration);
  const { epoch } = await stores.meta.settle(fingerprint(configuration));
  return epoch;
}

async function purgeUnkept({ cache }: Stores, { features }: Configuration): Promise<void> {
  for (const { name, device, promptVersion } of features.values())
    await cache.purge({ feature: name, ...(device.store === 'never' ? {} : { otherThanVersion: promptVersion }) });
}

/** What the answers on devices depend on. Demo answers must not outlive the demo. */
function fingerprint({ demo, features }: Configuration): string {
  const form = [...features.values()]
    .map(({ name, model, promptVersion, normalization, device }) => ({
      name,
      model,
      promptVersion,
      normalization,
      device,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return createHash('sha256')
    .update(canonicalJson({ demo, features: form }))
    .digest('hex');
}

async function prune(stores: Stores, configuration: Configuration, nowMs: number): Promise<void> {
  const { asksDays, attemptsDays } = configuration.retention;
  await stores.ledger.prune({
    asksBeforeMs: nowMs - asksDays * DAY_MS,
    attemptsBeforeMs: nowMs - attemptsDays * DAY_MS,
  });
  const { journal, cache, budget, sessions, keys } = stores;
  await Promise.all([journal, cache, budget, sessions, keys].map((store) => store.prune(nowMs)));
  // Again: an ask that ran through a reload may have kept what the new configuration does not let be kept.
  await purgeUnkept(stores, configuration);
}

/** The returned function ends it. */
function pruneHourly(
  stores: Stores,
  configuration: () => Configuration,
  { clock, log }: Pick<RouterOptions, 'clock' | 'log'>,
): () => void {
  let takeBack: (() => void) | null = null;
  const again = (): void => {
    takeBack = clock.after(HOUR_MS, () => {
      again();
      prune(stores, configuration(), clock.now()).catch((failure: unknown) =>
        log.error({ err: failure }, 'Old rows were not removed.'),
      );
    });
  };
  again();
  return () => takeBack?.();
}

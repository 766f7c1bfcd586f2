import type { Clock, Random } from '#shared/clock.ts';
import type { AskEnded } from '#shared/telemetry.ts';
import type { FromDevice } from '#shared/worker-messages.ts';
import type { Place } from '#device/database.ts';
import type { Breaker } from '#device/breaker.ts';
import type { LineWatch } from '#device/line-watch.ts';
import type { Later } from '#device/later.ts';
import type { Play, Simulator } from '#device/simulator.ts';
import type { Vault } from '#device/vault.ts';

/** What the device modules are given, by the worker or by a page without one. */
export interface DeviceParts {
  fetch: (request: Request) => Promise<Response>;
  clock: Clock;
  random: Random;
  factory: IDBFactory;
  /** Null on plain HTTP: then there is no key for this device, and nothing is kept on it. */
  subtle: SubtleCrypto | null;
  /** Null where Web Locks are missing: then leases alone keep two replayers apart. */
  locks: Pick<LockManager, 'request'> | null;
  /** Posts on the BroadcastChannel of that name. */
  post: (channel: string, message: unknown) => void;
  /** Asks for a `sync` event; resolves without effect where there is no Background Sync. */
  registerSync: () => Promise<void>;
  /**
   * Tells the person outside of the page how an ask ended that they wanted to hear of: answered, or in need of them. Shows nothing
   * of question and answer, and nothing at all while a page of ours is looked at. Absent where there are no notifications.
   */
  notify?: (conversationId: string, answered: boolean) => Promise<void>;
  /** When this worker was started, in monotonic milliseconds; absent in a page, which is not started for an ask. */
  startedMonotonicMs?: number;
  /** Brings the script that plays scenarios (`simulator/play.ts`); null where nothing can be simulated. */
  bringPlay: (() => Promise<Play>) | null;
  /**
   * Brings what no answer waits for: in a worker a script of its own. Rejects where it cannot be had: then an answer is given, and
   * nothing is kept of it.
   */
  later: () => Promise<Later>;
  /** A scenario killed this worker: another device is opened in the place of this one. Absent where there is no worker. */
  killed?: () => void;
  /** Where the router is, without a path: `https://layover.example`. */
  origin: string;
}

/** An ask that is being answered in this worker or page. */
export interface Running {
  /** Ends it: the upstream request is dropped. */
  stop: () => void;
  /** Credentials of the ask, in memory only: a stop must be authorized as the ask was. */
  authorization: string | null;
}

/** The parts, and what lives as long as this worker or page. */
export interface Device extends DeviceParts {
  /** The small database: policy, evidence, key, scenario. */
  meta: Place;
  simulator: Simulator;
  line: LineWatch;
  breaker: Breaker;
  running: Map<string, Running>;
  /** How often somebody came or went here: what was asked before is not for whoever is here now. */
  comings: number;
  /** What was stopped here, also while it was on its way from one state to the next: it is never sent again. */
  stopped: Set<string>;
  /** Events that could not be stored yet: no policy is known, or the device has no room. Bounded. */
  unstored: AskEnded[];
  /** Monotonic milliseconds from which the saved answers are measured again. */
  trimDueMs: number;
  /** This device's key for hashes; null where nothing is kept. */
  key: () => Promise<CryptoKey | null>;
  /** Seals what is kept in a person's database; null where nothing is kept. */
  vault: (database: string) => Vault | null;
  /** Somebody signed out: what this worker or page knew of them in memory goes, and what it was doing for them ends. Gives the names of their databases. */
  lockUp: () => string[];
  tell: (message: FromDevice) => void;
}

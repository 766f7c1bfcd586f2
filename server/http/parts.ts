import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Clock, Random } from '#shared/clock.ts';
import type { Bypass } from '../bypass/bypass.ts';
import type { Asks } from '../ask/asks.ts';
import type { Warm } from '../ask/warm.ts';
import type { Log } from '#shared/log.ts';
import type { Configuration } from '../config/configuration.ts';
import type { CurrentConfiguration } from '../config/current.ts';
import type { Address, OwnAddresses } from '../identity/addresses.ts';
import type { Callers } from '../identity/callers.ts';
import type { KeyRing } from '../identity/key-ring.ts';
import type { Deployments } from '../routing/deployments.ts';
import type { Faults } from '../routing/faults.ts';
import type { Pins } from '../routing/pins.ts';
import type { Epoch } from '../store/epoch.ts';
import type { Safeguard } from '../guard/safeguard.ts';
import type { Budget } from '../store/budget.ts';
import type { Ledger } from '../store/ledger.ts';
import type { Upkeep } from '../upkeep/upkeep.ts';
import type { Page } from './page.ts';

/** What the HTTP surface stands on. */
export interface HttpParts {
  /** The one in force: it may be another at the next request. */
  readonly configuration: Configuration;
  current: Pick<CurrentConfiguration, 'loadedAtMs' | 'atNextStart' | 'reload'>;
  asks: Asks;
  bypass: Pick<Bypass, 'switch' | 'primary' | 'answer'>;
  warm: Warm;
  ledger: Ledger;
  budget: Pick<Budget, 'lines'>;
  safeguard: Pick<Safeguard, 'of' | 'set' | 'switches'>;
  callers: Callers;
  keys: Pick<KeyRing, 'create' | 'list' | 'revoke'>;
  own: OwnAddresses;
  deployments: Pick<Deployments, 'views' | 'forgive'>;
  faults: Pick<Faults, 'set' | 'clear'>;
  pins: Pick<Pins, 'set' | 'clear' | 'list'>;
  /** Asks the database something small; rejects when it does not answer. */
  checkDatabase(): Promise<void>;
  /** Rises when what devices hold may no longer be used. */
  epoch: Epoch;
  upkeep: Upkeep;
  /** The page is served by something else with hot reload: the simulator is on. */
  dev: boolean;
  /** Of this release, such as `0.1.0`. */
  version: string;
  /** The built page; null when it is not built. */
  page: Page | null;
  clock: Clock;
  random: Random;
  log: Log;
}

/** Under the real server every request comes with its socket; called as a function it has none. */
export interface HttpEnv {
  Bindings: Partial<HttpBindings>;
  Variables: { requestId?: string; address?: Address };
}
export type HttpContext = Context<HttpEnv>;

import type { Clock, Random } from '#shared/clock.ts';
import type { Configuration } from '../config/configuration.ts';
import type { Tokenizer } from '../pricing/tokenizer.ts';
import type { OpenProvider } from '../routing/attempt.ts';
import type { Deployments } from '../routing/deployments.ts';
import type { Safeguard } from '../guard/safeguard.ts';
import type { Rates } from '../guard/rates.ts';
import type { Faults } from '../routing/faults.ts';
import type { Pins } from '../routing/pins.ts';
import type { Router } from '../routing/route.ts';
import type { AnswerCache } from '../store/answer-cache.ts';
import type { Budget } from '../store/budget.ts';
import type { Journal } from '../store/journal.ts';
import type { Ledger } from '../store/ledger.ts';
import type { LiveAsks } from './live-asks.ts';
import type { Log } from '#shared/log.ts';

/** What asks are made of; given by whoever composes the router. */
export interface AskParts {
  /** The one in force; it may become another between two asks, and each ask keeps the one that it began with. */
  readonly configuration: Configuration;
  providers: OpenProvider;
  journal: Journal;
  cache: AnswerCache;
  ledger: Ledger;
  budget: Budget;
  safeguard: Safeguard;
  deployments: Deployments;
  faults: Pick<Faults, 'of'>;
  /** Pins by hand. */
  pins: Pick<Pins, 'of'>;
  /** Counts tokens off the event loop; see server/pricing/input-tokens.ts. */
  tokenizer: Tokenizer;
  /** Whether asks may be hedged at present. */
  hedgeAllowed: () => boolean;
  clock: Clock;
  random: Random;
  log: Log;
}

/** The parts, and what one set of asks shares. */
export interface Heart extends AskParts {
  live: LiveAsks;
  rates: Rates;
  router: Router;
}

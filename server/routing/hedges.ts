import type { Deployment } from '../config/configuration.ts';
import type { FirstTokenTimes } from './first-token-times.ts';

/** When a second attempt may be made beside one that is slow. Rules: docs/behaviour.md, HG1–HG6. */
export interface Hedges {
  /** An ask came that could be hedged: it earns its share of a second attempt. */
  earn(): void;
  /** Ms after which a call to this deployment is slow by its own measure; null when that is not known, or not before its own limit. */
  delayMs(deployment: Deployment): number | null;
  /** Whether there is a right to a second attempt; `take` uses it up. */
  mayTake(): boolean;
  take(): void;
}

/** Nobody is called slow before that, ms. */
const LEAST_DELAY_MS = 800;

/** One second attempt for so many asks: 5 %. */
const ASKS_PER_HEDGE = 20;

/** Most second attempts that are saved up: a provider that turns slow must not double all calls at once. */
const MOST_SAVED = 10;

export function createHedges(deps: { times: FirstTokenTimes; hedgeAllowed: () => boolean }): Hedges {
  const { times, hedgeAllowed } = deps;
  // In whole asks: twentieths would not add up.
  let earned = 0;
  return {
    earn() {
      earned = Math.min(MOST_SAVED * ASKS_PER_HEDGE, earned + 1);
    },
    delayMs(deployment) {
      const p95Ms = times.p95Ms(deployment.id);
      if (p95Ms === null) return null;
      const delayMs = Math.max(LEAST_DELAY_MS, Math.ceil(p95Ms));
      return delayMs < Math.min(deployment.firstTokenTimeoutMs, deployment.timeoutMs) ? delayMs : null;
    },
    mayTake: () => earned >= ASKS_PER_HEDGE && hedgeAllowed(),
    take() {
      earned -= ASKS_PER_HEDGE;
    },
  };
}

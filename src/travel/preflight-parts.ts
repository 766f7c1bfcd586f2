import type { Clock } from '#shared/clock.ts';
import type { PreflightReport } from '#shared/preflight-wire.ts';
import type { Reply } from '../app/api.ts';

/** What the checks look at. Each verb may take its time: it is given up after `CHECK_LIMIT_MS` and counts as unmeasured. */
export interface PreflightParts {
  clock: Clock;
  /** Files of the page that must be there offline, and how many are; null when nobody can tell. */
  shell: () => Promise<{ files: number; missing: number } | null>;
  worker: () => Promise<{ kind: 'in-charge' | 'not-in-charge' | 'none'; updateWaits: boolean }>;
  /** Whether the browser keeps what is stored; null when it does not say. */
  persisted: () => Promise<boolean | null>;
  /** `stale` answers are so at the date of the demo (`beforeDemo`), or now where there is none. */
  answers: () => Promise<{
    of: number;
    ready: number;
    stale: number;
    beforeDemo: boolean;
    refreshHelps: boolean;
    freshUntil: string;
  } | null>;
  /** Whether this device's key is there, and opens what it sealed; `empty` when nothing is sealed yet. */
  key: () => Promise<'opens' | 'empty' | 'does-not-open' | 'none'>;
  /** Asks the router how it is. `sentMs` and `gotMs` are this device's clock before and after. */
  router: () => Promise<{ reply: Reply<PreflightReport>; sentMs: number; gotMs: number }>;
  /** When an ask of this device was last answered by the router, as words; how many events it has not been told, and the age of the oldest. */
  told: () => Promise<{ lastAnswer: string | null; waiting: number; oldestMs: number }>;
}

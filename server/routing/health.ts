import type { Clock } from '#shared/clock.ts';
import type { ProviderFailure } from '../providers/provider.ts';
import type { FaultKind } from './faults.ts';

/** How a deployment is, for people. */
export type DeploymentHealth =
  | { kind: 'closed'; recentFails: number }
  /** Left alone until then, when it is tested. */
  | { kind: 'open'; untilMs: number; why: string }
  /** Its time is up: one call tests it, `probing` while that call is under way. */
  | { kind: 'half-open'; probing: boolean; why: string }
  | { kind: 'unconfigured'; why: string };

/** What the Console shows of a deployment. */
export interface DeploymentView {
  id: string;
  alias: string;
  name: string;
  wire: 'openai' | 'anthropic';
  order: number;
  weight: number;
  demo: boolean;
  health: DeploymentHealth;
  fault: { kind: FaultKind; untilMs: number } | null;
}

/** The window in which fails are counted, ms. */
const FAIL_WINDOW_MS = 60_000;

/** Longest cooling that a provider's Retry-After can ask for, and that failed tests can grow to, ms. */
export const MAX_COOLING_MS = 10 * 60_000;

/** A closed deployment whose last call failed is tested when nobody else asked it for so long, ms. */
const SUSPECT_MS = 10_000;

/** How a deployment's failures are judged. */
export interface HealthLimits {
  /** More fails than this within a minute open it. */
  allowedFails: number;
  /** So many fails one after the other open it, however far apart. */
  failsInARow: number;
  /** The first cooling, ms; each failed test doubles it. */
  cooldownMs: number;
  /** Allowed fails of a kind of failure, in place of `allowedFails` and of what opens at once. */
  policy: ReadonlyMap<string, number>;
  /** It never opens. */
  neverOpens: boolean;
}

/** One call under way. Whoever began it tells its end once; what is told after that changes nothing. */
export interface Watch {
  succeeded(): void;
  failed(failure: ProviderFailure): void;
  /** It ended without telling anything of the deployment: it was stopped, or the ask was at fault. */
  untold(): void;
}

type State =
  | { kind: 'closed' }
  /** `asked`: the provider said itself how long. `tests` counts the failed ones since it was closed. */
  | { kind: 'open'; sinceMs: number; untilMs: number; tests: number; asked: boolean; why: string }
  | { kind: 'half-open'; sinceMs: number; tests: number; probe: Watch | null; why: string };

/** The health of one deployment: closed, open until a moment, half-open. Rules: docs/behaviour.md, R6–R9 and R17–R19. */
export class Health {
  /** Another configuration may judge otherwise from now on. */
  limits: HealthLimits;
  readonly #clock: Clock;
  #state: State = { kind: 'closed' };
  /** Monotonic moments of the last fails; never more than the most that are allowed and one, as more would tell nothing new. */
  #fails: number[] = [];
  #inARow = 0;
  #failedAtMs = 0;

  constructor(limits: HealthLimits, clock: Clock) {
    this.limits = limits;
    this.#clock = clock;
  }

  /** As it is now. Monotonic times: nobody shortens a cooling by setting a clock. */
  get state(): State {
    const state = this.#state;
    if (state.kind === 'open' && this.#clock.monotonic() >= state.untilMs) {
      const { sinceMs, tests, why } = state;
      this.#state = { kind: 'half-open', sinceMs, tests, probe: null, why };
    }
    return this.#state;
  }

  /** The monotonic moment from which a test would tell something new; null while none would. */
  get testFromMs(): number | null {
    const { state } = this;
    switch (state.kind) {
      case 'closed':
        return this.#inARow > 0 ? this.#failedAtMs + SUSPECT_MS : null;
      case 'open':
        return state.untilMs;
      case 'half-open':
        return state.probe === null ? this.#clock.monotonic() : null;
      default:
        return state satisfies never;
    }
  }

  /** A call begins. In a half-open deployment the first one is the test. */
  begin(): Watch {
    const startedMs = this.#clock.monotonic();
    let told = false;
    const tell = (end: () => void) => (): void => {
      if (told) return;
      told = true;
      const { state } = this;
      if (state.kind === 'half-open' && state.probe === watch) state.probe = null;
      end();
    };
    const watch: Watch = {
      succeeded: tell(() => this.#succeeded(startedMs)),
      failed: (failure) => {
        const { state } = this;
        const isTest = state.kind === 'half-open' && state.probe === watch;
        tell(() => this.#failed(failure, isTest))();
      },
      untold: tell(() => undefined),
    };
    const { state } = this;
    if (state.kind === 'half-open') state.probe ??= watch;
    return watch;
  }

  /** As new. */
  forgive(): void {
    this.#state = { kind: 'closed' };
    this.#fails = [];
    this.#inARow = 0;
  }

  view(): Exclude<DeploymentHealth, { kind: 'unconfigured' }> {
    const { state } = this;
    switch (state.kind) {
      case 'closed':
        return { kind: 'closed', recentFails: this.#recentFails() };
      case 'open': {
        const untilMs = Math.round(this.#clock.now() + state.untilMs - this.#clock.monotonic());
        return { kind: 'open', untilMs, why: state.why };
      }
      case 'half-open':
        return { kind: 'half-open', probing: state.probe !== null, why: state.why };
      default:
        return state satisfies never;
    }
  }

  #succeeded(startedMs: number): void {
    const { state } = this;
    // A call from before the opening tells nothing of how the deployment is now.
    if (state.kind !== 'closed' && startedMs < state.sinceMs) return;
    if (state.kind === 'closed') this.#inARow = 0;
    else this.forgive();
  }

  #failed(failure: ProviderFailure, isTest: boolean): void {
    const { health: weight } = failure.meaning;
    const { neverOpens, policy, allowedFails, failsInARow } = this.limits;
    if (weight === 'none') return;
    const now = this.#clock.monotonic();
    const { state } = this;
    if (isTest && state.kind === 'half-open') return this.#open(failure, state.tests + 1);
    if (state.kind === 'open') {
      // A later failure never shortens the cooling; only the provider's own word makes it longer.
      const untilMs = now + (toldMs(failure) ?? 0);
      if (untilMs > state.untilMs) this.#state = { ...state, untilMs, asked: true };
      return;
    }
    // Another call than the one that tests: it began before, and tells what was known.
    if (state.kind === 'half-open') return;
    const ofKind = policy.get(failure.kind);
    const fails = this.#recentFails() + 1;
    const mostAllowed = Math.max(allowedFails, ...policy.values());
    this.#fails = [...this.#fails, now].slice(-(mostAllowed + 1));
    this.#inARow += 1;
    this.#failedAtMs = now;
    if (neverOpens) return;
    const opens =
      ofKind === undefined
        ? weight === 'at-once' || fails > allowedFails || this.#inARow >= failsInARow
        : fails > ofKind;
    if (opens) this.#open(failure, 0);
  }

  #open(failure: ProviderFailure, tests: number): void {
    const now = this.#clock.monotonic();
    const { cooldownMs } = this.limits;
    const told = toldMs(failure);
    const grown = Math.min(cooldownMs * 2 ** Math.min(tests, 20), Math.max(cooldownMs, MAX_COOLING_MS));
    this.#state = {
      kind: 'open',
      sinceMs: now,
      untilMs: now + (told ?? grown),
      tests,
      asked: told !== null,
      why: failure.message,
    };
  }

  #recentFails(): number {
    const since = this.#clock.monotonic() - FAIL_WINDOW_MS;
    this.#fails = this.#fails.filter((at) => at > since);
    return this.#fails.length;
  }
}

/** How long a provider asked to be left alone; null when it did not. */
function toldMs({ kind, retryAfterMs }: ProviderFailure): number | null {
  return kind === 'rate-limited' && retryAfterMs !== null ? Math.min(MAX_COOLING_MS, Math.max(0, retryAfterMs)) : null;
}

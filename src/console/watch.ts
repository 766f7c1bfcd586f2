import { signal, type ReadonlySignal } from '@preact/signals';
import { budgetReportSchema, safeguardReportSchema } from '#shared/budget-wire.ts';
import {
  bypassSchema,
  deploymentListSchema,
  keyListSchema,
  madeKeySchema,
  pinListSchema,
  recentAsksSchema,
  sloReportSchema,
  type SloReport,
} from '#shared/console-wire.ts';
import type { Clock } from '#shared/clock.ts';
import type { Api, Failure, Reply } from '../app/api.ts';
import type { Budgets, Bypass, Deployment, FaultKind, Key, Pin, Safeguard, ToldAsk } from './reports.ts';

export interface Report {
  slo: SloReport;
  deployments: readonly Deployment[];
  asks: readonly ToldAsk[];
  budgets: Budgets;
  safeguard: Safeguard;
  bypass: Bypass;
  pins: readonly Pin[];
  keys: readonly Key[];
  atMs: number;
}

/** What a new key is asked for with; see `POST /api/keys`. */
export interface KeyWish {
  name: string;
  tenant: string;
  features: string[] | null;
  caps: { monthly_cost_usd: number | null; asks_per_second: number | null; burst: number | null };
  expires_at_ms: number | null;
}

/** What the Console shows: the last figures it had, and why there are no newer ones. */
export interface Watched {
  report: Report | null;
  failure: Failure | null;
}

export interface Watch {
  state: ReadonlySignal<Watched>;
  /** Reads the figures now, and then every five seconds, until the signal aborts. */
  run(isVisible: () => boolean, signal: AbortSignal): void;
  setFault(deploymentId: string, kind: FaultKind): Promise<Failure | null>;
  clearFault(deploymentId: string): Promise<Failure | null>;
  setBypass(on: boolean): Promise<Failure | null>;
  setSafeguard(on: boolean): Promise<Failure | null>;
  /** Sends every ask to this deployment alone; null ends it. */
  pin(deploymentId: string | null): Promise<Failure | null>;
  /** The key itself. */
  makeKey(wish: KeyWish): Promise<Reply<string>>;
  revokeKey(id: string): Promise<Failure | null>;
}

const EVERY_MS = 5_000;

/** A fault laid by hand ends by itself after this long. */
export const FAULT_MINUTES = 10;

/** So does a switch. */
export const SWITCH_MINUTES = 30;
const ASKS_SHOWN = 30;

export function createWatch(api: Api, clock: Clock): Watch {
  const state = signal<Watched>({ report: null, failure: null });
  let stop = new AbortController().signal;

  async function read(): Promise<void> {
    const replies = await Promise.all([
      api.read('/api/slo', sloReportSchema, stop),
      api.read('/api/deployments', deploymentListSchema, stop),
      api.read(`/api/asks?limit=${ASKS_SHOWN}`, recentAsksSchema, stop),
      api.read('/api/budgets', budgetReportSchema, stop),
      api.read('/api/safeguard', safeguardReportSchema, stop),
      api.read('/api/bypass', bypassSchema, stop),
      api.read('/api/pins', pinListSchema, stop),
      api.read('/api/keys', keyListSchema, stop),
    ]);
    const [slo, deployments, asks, budgets, safeguard, bypass, pins, keys] = replies;
    if (slo.ok && deployments.ok && asks.ok && budgets.ok && safeguard.ok && bypass.ok && pins.ok && keys.ok) {
      const report: Report = {
        slo: slo.value,
        deployments: deployments.value.deployments,
        asks: asks.value.asks,
        budgets: budgets.value,
        safeguard: safeguard.value,
        bypass: bypass.value,
        pins: pins.value.pins,
        keys: keys.value.keys,
        atMs: clock.now(),
      };
      state.value = { report, failure: null };
    } else state.value = { ...state.value, failure: firstFailure(replies) };
  }

  async function change(path: string, method: 'POST' | 'DELETE', body: unknown): Promise<Failure | null> {
    const reply = await api.write(path, method, body, stop);
    await read();
    return reply.ok ? null : reply.failure;
  }

  return {
    state,
    run(isVisible, signal) {
      stop = signal;
      const turn = async (): Promise<void> => {
        if (signal.aborted) return;
        // A read that the leaving view aborts is no news.
        if (isVisible()) await read().catch((failure: unknown) => signal.aborted || console.warn(failure));
        if (!signal.aborted) clock.after(EVERY_MS, () => void turn());
      };
      void turn();
    },
    setFault: (id, kind) =>
      change(`/api/deployments/${encodeURIComponent(id)}/fault`, 'POST', { kind, minutes: FAULT_MINUTES }),
    clearFault: (id) => change(`/api/deployments/${encodeURIComponent(id)}/fault`, 'DELETE', null),
    setBypass: (on) => change('/api/bypass', on ? 'POST' : 'DELETE', on ? { minutes: SWITCH_MINUTES } : null),
    pin: (deployment) =>
      change(
        '/api/pins',
        deployment === null ? 'DELETE' : 'POST',
        deployment === null ? null : { deployment, minutes: SWITCH_MINUTES },
      ),
    setSafeguard: (on) => change('/api/safeguard', 'POST', on ? { on, minutes: SWITCH_MINUTES } : { on }),
    async makeKey(wish) {
      const reply = await api.make('/api/keys', wish, madeKeySchema, stop);
      await read();
      return reply.ok ? { ok: true, value: reply.value.token } : reply;
    },
    revokeKey: (id) => change(`/api/keys/${encodeURIComponent(id)}`, 'DELETE', null),
  };
}

function firstFailure(replies: readonly Reply<unknown>[]): Failure | null {
  const failed = replies.find((reply) => !reply.ok);
  return failed === undefined || failed.ok ? null : failed.failure;
}

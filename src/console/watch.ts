import { signal, type ReadonlySignal } from '@preact/signals';
import { deploymentListSchema, recentAsksSchema, sloReportSchema, type SloReport } from '#shared/console-wire.ts';
import type { Clock } from '#shared/clock.ts';
import type { Api, Failure, Reply } from '../app/api.ts';
import type { Deployment, FaultKind, ToldAsk } from './reports.ts';

/** What the Console shows: the last figures it had, and why there are no newer ones. */
export interface Watched {
  report: { slo: SloReport; deployments: readonly Deployment[]; asks: readonly ToldAsk[]; atMs: number } | null;
  failure: Failure | null;
}

export interface Watch {
  state: ReadonlySignal<Watched>;
  /** Reads the figures now, and then every five seconds, until the signal aborts. */
  run(isVisible: () => boolean, signal: AbortSignal): void;
  setFault(deploymentId: string, kind: FaultKind): Promise<Failure | null>;
  clearFault(deploymentId: string): Promise<Failure | null>;
}

const EVERY_MS = 5_000;

/** A fault laid by hand ends by itself after this long. */
export const FAULT_MINUTES = 10;
const ASKS_SHOWN = 30;

export function createWatch(api: Api, clock: Clock): Watch {
  const state = signal<Watched>({ report: null, failure: null });
  let stop = new AbortController().signal;

  async function read(): Promise<void> {
    const [slo, deployments, asks] = await Promise.all([
      api.read('/api/slo', sloReportSchema, stop),
      api.read('/api/deployments', deploymentListSchema, stop),
      api.read(`/api/asks?limit=${ASKS_SHOWN}`, recentAsksSchema, stop),
    ]);
    const failure = firstFailure([slo, deployments, asks]);
    if (slo.ok && deployments.ok && asks.ok) {
      const report = {
        slo: slo.value,
        deployments: deployments.value.deployments,
        asks: asks.value.asks,
        atMs: clock.now(),
      };
      state.value = { report, failure: null };
    } else state.value = { ...state.value, failure };
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
  };
}

function firstFailure(replies: readonly Reply<unknown>[]): Failure | null {
  const failed = replies.find((reply) => !reply.ok);
  return failed === undefined || failed.ok ? null : failed.failure;
}

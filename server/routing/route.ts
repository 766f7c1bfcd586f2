import type { FinishReason } from '#shared/answer.ts';
import type { ChatMessage } from '#shared/chat.ts';
import { wait, type Clock, type Random } from '#shared/clock.ts';
import type { Usage } from '#shared/money.ts';
import type { Problem } from '#shared/problem.ts';
import type { Log } from '#shared/log.ts';
import type { Configuration, Deployment } from '../config/configuration.ts';
import { attempt, type AttemptRecord, type ContentEvent, type OpenProvider } from './attempt.ts';
import type { Deployments } from './deployments.ts';
import type { Faults } from './faults.ts';
import { createPlan } from './plan.ts';
import { brokeOff, noneReady, nothingCame, type Failed } from './verdict.ts';

/** Brings an ask to a provider that answers it. Rules: docs/behaviour.md, R1–R5 and R11–R14. */
export interface Router {
  /** Never throws; an aborted signal ends it as `stopped`, with the upstream call. */
  route(ask: RoutedAsk, sink: RouteSink, signal: AbortSignal): Promise<RouteEnd>;
}

export interface RoutedAsk {
  /** For the log. */
  askId: string;
  /** The log gets no word of a provider, which may quote the ask. */
  discreet: boolean;
  alias: string;
  /** The configuration that the ask began with. */
  under: Pick<Configuration, 'deployments' | 'routing'>;
  messages: ChatMessage[];
  parameters: Record<string, unknown>;
  /** Monotonic ms by which the first content must be there. */
  deadlineMonotonicMs: number;
}

export interface RouteSink {
  /** Content in order; `by` is the same from the first piece to the last. */
  content(event: ContentEvent, by: Commitment): void;
  /** Each attempt as it ends, in order. */
  attempted(record: AttemptRecord): void;
}

/** Who answers, and what it took to get there. */
export interface Commitment {
  deployment: Deployment;
  /** The model as the provider names it. */
  model: string;
  attempts: number;
  /** How often an attempt went to another deployment than the one before. */
  hops: number;
}

export type RouteEnd =
  | { kind: 'answered'; by: Commitment; finishReason: FinishReason; usage: Usage }
  | { kind: 'failed'; outcome: 'failed' | 'refused' | 'incomplete'; problem: Problem }
  | { kind: 'stopped' };

/** A router over these deployments. */
export function createRouter(deps: {
  deployments: Deployments;
  faults: Pick<Faults, 'of'>;
  openProvider: OpenProvider;
  clock: Clock;
  random: Random;
  log: Log;
}): Router {
  const { deployments, faults, openProvider, clock, random, log } = deps;

  async function route(ask: RoutedAsk, sink: RouteSink, signal: AbortSignal): Promise<RouteEnd> {
    const served = deployments.of(ask.alias, ask.under);
    const plan = createPlan({
      ...{ groups: [served], whenTooLong: [], whenRefused: [], routing: ask.under.routing, random },
      standing: (deployment) => deployments.standing(deployment),
    });
    const failed: Failed[] = [];
    let hops = 0;
    for (let attempts = 1; ; attempts++) {
      const last = failed.at(-1) ?? null;
      const leftMs = ask.deadlineMonotonicMs - clock.monotonic();
      const step = leftMs > 0 || last === null ? plan.next(last, leftMs) : null;
      if (step === null) break;
      const { deployment, waitMs } = step;
      if (waitMs > 0 && !(await waited(waitMs, signal))) return { kind: 'stopped' };
      if (last !== null && last.deployment !== deployment) hops += 1;
      const role = last === null ? 'first' : last.deployment.order === deployment.order ? 'retry' : 'failover';
      let by: Commitment = { deployment, model: deployment.model, attempts, hops };
      const watch = deployments.begin(deployment);
      const { record, end } = await attempt(
        { ...ask, deployment, role, fault: faults.of(deployment.id), leftMs: leftMs - waitMs, openProvider, clock },
        (event, model) => {
          if (by.model !== model) by = { ...by, model };
          sink.content(event, by);
        },
        signal,
      );
      sink.attempted(record);
      if (end.kind === 'stopped') {
        watch.untold();
        return { kind: 'stopped' };
      }
      if (end.kind === 'finished') {
        watch.succeeded();
        return { kind: 'answered', by: { ...by, model: end.model }, finishReason: end.reason, usage: record.usage };
      }
      const { failure } = end;
      say(ask, deployment, failure);
      if (end.blame) watch.failed(failure);
      else watch.untold();
      if (end.afterContent)
        return { kind: 'failed', outcome: 'incomplete', problem: brokeOff({ deployment, failure }) };
      failed.push({ deployment, failure });
    }
    if (failed.length === 0) return { kind: 'failed', outcome: 'failed', problem: noneReady(ask.alias, served) };
    const problem = nothingCame(failed, retryAfterMs(served));
    return { kind: 'failed', outcome: problem.status < 500 ? 'refused' : 'failed', problem };
  }

  function say({ askId, discreet }: RoutedAsk, deployment: Deployment, failure: Failed['failure']): void {
    const details = { askId, deployment: deployment.id, kind: failure.kind, status: failure.status };
    if (discreet)
      log.warn(details, `\`${deployment.name}\` failed; its words are left out, as they may quote the ask.`);
    else if (failure.cause === undefined) log.warn(details, `\`${deployment.name}\`: ${failure.message}`);
    else log.warn({ ...details, err: failure.cause }, `\`${deployment.name}\`: ${failure.message}`);
  }

  /** Resolves with false when the signal was aborted meanwhile. */
  function waited(ms: number, signal: AbortSignal): Promise<boolean> {
    return wait(clock, ms, signal).then(
      () => true,
      () => false,
    );
  }

  /** When the first of them may be picked again: null, thus unknown, when one may be already. */
  function retryAfterMs(served: readonly Deployment[]): number | null {
    const ready = served.filter(({ state }) => state.kind === 'ready').map((one) => deployments.standing(one));
    const least = Math.min(...ready.map((one) => (one.kind === 'open' ? one.leftMs : 0)));
    return Number.isFinite(least) && least > 0 ? least : null;
  }

  return { route };
}

import { wait } from '#shared/clock.ts';
import type { Usage } from '#shared/money.ts';
import type { Problem } from '#shared/problem.ts';
import type { Deployment } from '../config/configuration.ts';
import { pinnedAmong } from '../config/pinned.ts';
import { ProviderFailure } from '../providers/provider.ts';
import type { AttemptRole } from '../store/ledger.ts';
import { attempt } from './attempt.ts';
import { Contest, type ContestParts, type Ended, type Start } from './contest.ts';
import { askToGoOn } from './continuation.ts';
import { Delivery } from './delivery.ts';
import { addUsage, estimateUsage, isSurelyTooLong } from './estimate.ts';
import type { Plan, Step } from './plan.ts';
import type { Commitment, RoutedAsk, RouteEnd, RouterParts, RouteSink } from './route.ts';
import {
  allFull,
  allResting,
  brokeOff,
  didNotFit,
  longerThanAny,
  noneReady,
  nothingCame,
  pinnedTo,
  type Failed,
} from './verdict.ts';

/** The way of one ask to its answer: attempt after attempt, until one is whole or nobody is left to ask. */
export class Course {
  readonly #ask: RoutedAsk;
  readonly #sink: RouteSink;
  readonly #parts: RouterParts & { plan: Plan; tokens: number };
  readonly #signal: AbortSignal;
  readonly #delivery: Delivery;
  readonly #failed: Failed[] = [];
  /** Whose answer broke off while readers had some of it. */
  #broken: { by: Failed; usage: Usage } | null = null;
  #attempts = 0;
  #hops = 0;
  #hedged = false;
  /** Monotonic ms at which the stream is over, whoever gives it; null before its first content. */
  #streamEndsMs: number | null = null;

  constructor(
    ask: RoutedAsk,
    sink: RouteSink,
    parts: RouterParts & { plan: Plan; tokens: number; signal: AbortSignal },
  ) {
    this.#ask = ask;
    this.#sink = sink;
    this.#parts = parts;
    this.#signal = parts.signal;
    this.#delivery = new Delivery(ask, sink);
  }

  async run(): Promise<RouteEnd> {
    if (this.#ask.hedge) this.#parts.hedges.earn();
    for (;;) {
      const step = this.#next();
      if (step === null) return this.#nothingLeft();
      if (step.waitMs > 0 && !(await this.#waited(step.waitMs))) return { kind: 'stopped' };
      const end = await this.#go(step.deployment);
      if (end !== null) return end;
    }
  }

  #next(): Step | null {
    const { plan } = this.#parts;
    const last = this.#failed.at(-1) ?? null;
    const leftMs = this.#leftMs();
    if (last === null) return plan.next(null, leftMs);
    if (leftMs <= 0) return null;
    if (this.#delivery.toGoOnWith === null) return plan.next(last, leftMs);
    // Somebody else goes on, if there is anybody: who broke off once may do so again.
    const { kind, message } = last.failure;
    const elsewhere = { ...last, failure: new ProviderFailure(kind, message, { waited: true }) };
    return plan.next(elsewhere, leftMs) ?? plan.next(last, leftMs);
  }

  /** Resolves with false when the signal was aborted meanwhile. */
  #waited(ms: number): Promise<boolean> {
    return wait(this.#parts.clock, ms, this.#signal).then(
      () => true,
      () => false,
    );
  }

  /** Ms left for a first content: of the ask's own limit, or once it was there, of the stream's. */
  #leftMs(): number {
    return (this.#streamEndsMs ?? this.#ask.deadlineMonotonicMs) - this.#parts.clock.monotonic();
  }

  /** Asks a deployment, and maybe a second one beside it. Null when another one is to be asked. */
  async #go(deployment: Deployment): Promise<RouteEnd | null> {
    this.#delivery.expect(deployment);
    const contest = new Contest({
      first: this.#start(deployment, this.#roleOf(deployment)),
      second: this.#second(deployment),
      deliver: ({ event, by }) => this.#delivery.take(event, by),
      clock: this.#parts.clock,
    });
    const { winner, ended } = await contest.run(this.#signal);
    for (const one of ended) {
      this.#book(one);
      if (one.record.status.endsWith('lost')) this.#parts.plan.letGo(one.record.deployment);
    }
    if (winner?.end.kind === 'finished') return this.#finished(winner);
    if (this.#signal.aborted) return { kind: 'stopped' };
    if (winner === null) {
      const failures = ended.flatMap(failedOf);
      // What no other deployment may be asked after is last: it decides.
      this.#failed.push(
        ...failures.sort((a, b) => Number(b.failure.meaning.failOver) - Number(a.failure.meaning.failOver)),
      );
      return null;
    }
    return winner.end.kind === 'failed' ? this.#broke(winner) : this.#misfitted(winner.by.deployment);
  }

  #roleOf(deployment: Deployment): AttemptRole {
    if (this.#delivery.toGoOnWith !== null) return 'continuation';
    const last = this.#failed.at(-1)?.deployment;
    if (last === undefined) return 'first';
    return last.alias === deployment.alias && last.order === deployment.order ? 'retry' : 'failover';
  }

  #start(deployment: Deployment, role: AttemptRole): Start {
    const { clock, deployments, faults } = this.#parts;
    const last = this.#failed.at(-1)?.deployment;
    this.#attempts += 1;
    if (role !== 'hedge' && last !== undefined && last !== deployment) this.#hops += 1;
    // A hedge is a move to another deployment only if it wins.
    const hops = role === 'hedge' ? this.#hops + 1 : this.#hops;
    const ordinal = this.#attempts;
    let by: Commitment = { deployment, model: deployment.model, attempts: ordinal, hops };
    return async (onContent, signal) => {
      const startedMs = clock.monotonic();
      const watch = deployments.begin(deployment, this.#parts.tokens);
      const asked = this.#callFor(deployment);
      const { inputTokens } = estimateUsage(asked.messages, 0);
      this.#sink.calling({ ordinal, deployment, role, startedAtMs: clock.now(), inputTokens });
      const call = { ...asked, deployment, role, ordinal, fault: faults.of(deployment.id), clock };
      const { record, end } = await attempt(
        { ...call, openProvider: this.#parts.openProvider },
        (event, model) => {
          this.#streamEndsMs ??= startedMs + deployment.streamTotalMs;
          if (by.model !== model) by = { ...by, model };
          onContent({ event, by });
        },
        signal,
      );
      return { by, record, end, watch };
    };
  }

  #callFor(deployment: Deployment) {
    const leftMs = this.#leftMs();
    const totalLeftMs = this.#streamEndsMs === null ? Number.POSITIVE_INFINITY : leftMs;
    const sent = this.#delivery.toGoOnWith;
    return { ...(sent === null ? this.#ask : askToGoOn(this.#ask, sent, deployment)), leftMs, totalLeftMs };
  }

  /** Who may be asked beside a deployment that is slow; null for nobody. */
  #second(deployment: Deployment): ContestParts['second'] {
    const { hedges, plan } = this.#parts;
    if (!this.#ask.hedge || this.#hedged || this.#streamEndsMs !== null) return null;
    const afterMs = hedges.delayMs(deployment);
    if (afterMs === null || afterMs >= this.#leftMs()) return null;
    const start = (): Start | null => {
      const other = hedges.mayTake() ? plan.beside() : null;
      if (other === null) return null;
      hedges.take();
      this.#hedged = true;
      return this.#start(other, 'hedge');
    };
    return { afterMs, start };
  }

  /** Tells whoever wants to know how an attempt ended. */
  #book({ record, end, watch }: Ended): void {
    const { times } = this.#parts;
    const { deployment } = record;
    this.#sink.attempted(record);
    watch.used(record.usage.inputTokens + record.usage.outputTokens);
    const isSlow = record.status.endsWith('lost') || (end.kind === 'failed' && end.failure.kind === 'timeout');
    // Of one that was left before its first content it is known that it would have taken longer.
    const firstTokenMs = record.firstTokenMs ?? (isSlow && end.kind !== 'finished' ? record.totalMs : null);
    // What a fault that was laid on purpose does tells nothing of the deployment.
    if (firstTokenMs !== null && !record.status.startsWith('fault:')) times.add(deployment.id, firstTokenMs);
    if (end.kind === 'failed') this.#say(deployment, end.failure);
    if (end.kind === 'finished') watch.succeeded();
    else if (end.kind === 'failed' && end.blame) watch.failed(end.failure);
    else watch.untold();
  }

  #finished({ by, record, end }: Ended): RouteEnd | null {
    if (end.kind !== 'finished') throw new TypeError('Only an answer that is whole is finished.');
    const goesOn = this.#delivery.toGoOnWith !== null;
    if (!this.#delivery.finish(by)) return this.#misfitted(by.deployment);
    const began = goesOn ? (this.#delivery.by ?? by) : { ...by, model: end.model };
    const usage = goesOn && this.#broken !== null ? addUsage(this.#broken.usage, record.usage) : record.usage;
    return { kind: 'answered', by: began, finishReason: end.reason, usage };
  }

  /** After content: another one goes on or begins anew, or the answer stays a part. */
  #broke({ record, end }: Ended): RouteEnd | null {
    if (end.kind !== 'failed') throw new TypeError('Only an attempt that failed broke off.');
    const failed = { deployment: record.deployment, failure: end.failure };
    this.#failed.push(failed);
    if (this.#delivery.begun && this.#delivery.toGoOnWith === null) this.#broken = { by: failed, usage: record.usage };
    return this.#delivery.broke() ? null : { kind: 'failed', outcome: 'incomplete', problem: brokeOff(failed) };
  }

  #misfitted(deployment: Deployment): RouteEnd | null {
    if (this.#delivery.misfitted() || this.#broken === null) return null;
    return { kind: 'failed', outcome: 'incomplete', problem: didNotFit(this.#broken.by, deployment) };
  }

  #nothingLeft(): RouteEnd {
    const { deployments } = this.#parts;
    if (this.#broken !== null) return { kind: 'failed', outcome: 'incomplete', problem: brokeOff(this.#broken.by) };
    const { alias, pin, under } = this.#ask;
    const all = deployments.of(alias, under);
    const served = pin === null ? all : pinnedAmong(all, pin);
    if (this.#failed.length === 0) return { kind: 'failed', ...this.#nobodyAsked(served) };
    const nothing = nothingCame(this.#failed, this.#retryAfterMs(served));
    const problem = pin === null ? nothing : pinnedTo(pin, nothing);
    return { kind: 'failed', outcome: problem.status < 500 ? 'refused' : 'failed', problem };
  }

  /** Why nobody could be asked at all. */
  #nobodyAsked(served: readonly Deployment[]): { outcome: 'failed' | 'refused'; problem: Problem } {
    const { alias, messages, under } = this.#ask;
    const ready = served.filter(({ state }) => state.kind === 'ready');
    if (ready.length === 0) return { outcome: 'failed', problem: noneReady(alias, served) };
    if (under.routing.preCallChecks && ready.every((one) => isSurelyTooLong(one, messages)))
      return { outcome: 'refused', problem: longerThanAny(alias, ready) };
    const retryAfterMs = this.#retryAfterMs(ready);
    const isFull = ready.every((one) => this.#parts.deployments.standing(one, this.#parts.tokens).kind === 'full');
    return isFull
      ? { outcome: 'refused', problem: allFull(alias, retryAfterMs) }
      : { outcome: 'failed', problem: allResting(alias, retryAfterMs) };
  }

  #say(deployment: Deployment, failure: ProviderFailure): void {
    const { log } = this.#parts;
    const { askId, discreet } = this.#ask;
    const details = { askId, deployment: deployment.id, kind: failure.kind, status: failure.status };
    if (discreet)
      log.warn(details, `\`${deployment.name}\` failed; its words are left out, as they may quote the ask.`);
    else if (failure.cause === undefined) log.warn(details, `\`${deployment.name}\`: ${failure.message}`);
    else log.warn({ ...details, err: failure.cause }, `\`${deployment.name}\`: ${failure.message}`);
  }

  /** When the first of them may be picked again: null, thus unknown, when one may be already. */
  #retryAfterMs(served: readonly Deployment[]): number | null {
    const { deployments } = this.#parts;
    const ready = served
      .filter(({ state }) => state.kind === 'ready')
      .map((one) => deployments.standing(one, this.#parts.tokens));
    const least = Math.min(...ready.map((one) => ('leftMs' in one ? one.leftMs : 0)));
    return Number.isFinite(least) && least > 0 ? least : null;
  }
}

function failedOf({ record, end }: Ended): Failed[] {
  return end.kind === 'failed' ? [{ deployment: record.deployment, failure: end.failure }] : [];
}

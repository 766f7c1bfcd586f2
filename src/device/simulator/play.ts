import * as z from 'zod/mini';
import { wait } from '#shared/clock.ts';
import {
  REHEARSAL_KEPT_MS,
  SCENARIO_KEPT_MS,
  type Conditions,
  type Scenario,
  type Simulation,
} from '#shared/scenario.ts';
import { lengthOf, momentOf, readScenario, type Moment } from '#shared/scenario-course.ts';
import type { Play, Playing, Stage } from '#device/simulator.ts';
import { simulatedAnswer } from '#device/simulator/answers.ts';
import { breakable, never, readChunks, throughLine } from '#device/simulator/body.ts';
import { drawLatency, openDice } from '#device/simulator/dice.ts';

const keptSchema = z.object({ scenario: z.unknown(), rehearsal: z.boolean(), startedAtMs: z.number() });

/** A rehearsal is this, whatever else was asked for. */
const REHEARSAL: Scenario = { name: 'rehearsal', offline: true };

const ASK_PATHS = /^\/(ai(\/|$)|v1\/chat\/completions$)/;

export const play: Play = (raw, stage) => {
  const kept = keptSchema.safeParse(raw);
  if (!kept.success) return null;
  const { rehearsal, startedAtMs } = kept.data;
  const scenario = rehearsal ? REHEARSAL : readScenario(kept.data.scenario);
  if (scenario === null) return null;
  const untilMs = startedAtMs + Math.min(rehearsal ? REHEARSAL_KEPT_MS : SCENARIO_KEPT_MS, lengthOf(scenario));
  const playing = new Scene(stage, { scenario, rehearsal, startedAtMs, untilMs });
  return playing.told() === null ? null : playing;
};

/** A scenario in its course, and the state of the line that it makes. */
class Scene implements Playing {
  readonly #stage: Stage;
  readonly #plan: { scenario: Scenario; rehearsal: boolean; startedAtMs: number; untilMs: number };
  readonly #dice: () => number;
  /** What each open request is broken off by. */
  readonly #open = new Set<AbortController>();
  readonly #death = new AbortController();
  #cancel = (): void => undefined;
  /** It was ended by hand: what is still open goes on unspoiled. */
  #ended = false;
  /** When all that came so far has come through the line, in monotonic milliseconds. */
  #freeAtMs = 0;

  constructor(stage: Stage, plan: { scenario: Scenario; rehearsal: boolean; startedAtMs: number; untilMs: number }) {
    this.#stage = stage;
    this.#plan = plan;
    this.#dice = openDice(plan.scenario.seed ?? 1);
  }

  begin(fresh: boolean): void {
    if (fresh) this.#enter();
    this.#await(this.#moment());
  }

  told(): Simulation | null {
    const moment = this.#moment();
    if (moment === null) return null;
    const { scenario, rehearsal, untilMs } = this.#plan;
    const nextMs = moment.leftMs === null ? null : this.#stage.clock.now() + moment.leftMs;
    return {
      name: scenario.name ?? 'unnamed',
      rehearsal,
      step: moment.at + 1,
      steps: scenario.steps?.length ?? 1,
      now: moment.conditions,
      step_until_ms: nextMs === null || nextMs >= untilMs ? null : nextMs,
      until_ms: untilMs,
    };
  }

  skewMs(): number {
    return this.#conditions().clock_skew_ms ?? 0;
  }

  hasSync(): boolean {
    return this.#conditions().no_sync_manager !== true;
  }

  refuseWrite(): void {
    this.#death.signal.throwIfAborted();
    if (this.#conditions().quota_error === true) {
      throw new DOMException('The simulator refuses to store this.', 'QuotaExceededError');
    }
  }

  async mortal(answer: Promise<Response>): Promise<Response> {
    const { signal } = this.#death;
    const response = await Promise.race([never(signal), answer]);
    if (response.body === null) return response;
    const reader = response.body.getReader();
    const body = breakable(readChunks(reader), reader, { signal, over: () => undefined });
    return new Response(body, response);
  }

  end(): void {
    this.#ended = true;
    this.#cancel();
  }

  async fetch(request: Request): Promise<Response> {
    this.#death.signal.throwIfAborted();
    const conditions = this.#conditions();
    const spared = conditions.only === 'asks' && !ASK_PATHS.test(new URL(request.url).pathname);
    if (spared) return this.#stage.fetch(request);
    const breaker = new AbortController();
    this.#open.add(breaker);
    const over = (): void => void this.#open.delete(breaker);
    const signal = AbortSignal.any([request.signal, breaker.signal]);
    try {
      if (conditions.offline === true) throw new TypeError('The simulator is offline.');
      if (conditions.drop_rate !== undefined && this.#dice() < conditions.drop_rate) {
        throw new TypeError('The simulator dropped this request.');
      }
      if (conditions.silent === true) return await never(signal);
      if (conditions.latency_ms !== undefined) {
        await wait(this.#stage.clock, drawLatency(conditions.latency_ms, this.#dice), signal);
      }
      const response = simulatedAnswer(conditions) ?? (await this.#stage.fetch(new Request(request, { signal })));
      return throughLine(response, {
        conditions: () => this.#conditions(),
        carry: (bytes) => this.#carry(bytes, signal),
        signal,
        over,
      });
    } catch (thrown) {
      over();
      throw thrown;
    }
  }

  /** Waits until so many bytes have come; all open responses share the line. */
  async #carry(bytes: number, signal: AbortSignal): Promise<void> {
    const rate = this.#conditions().bandwidth_bytes_per_second;
    if (rate === undefined) return;
    const nowMs = this.#stage.clock.monotonic();
    this.#freeAtMs = Math.max(nowMs, this.#freeAtMs) + (bytes / rate) * 1000;
    await wait(this.#stage.clock, this.#freeAtMs - nowMs, signal);
  }

  #moment(): Moment | null {
    const nowMs = this.#stage.clock.now();
    const { scenario, startedAtMs, untilMs } = this.#plan;
    return this.#ended || nowMs >= untilMs ? null : momentOf(scenario, Math.max(0, nowMs - startedAtMs));
  }

  /** As the line is now; without any once it is over. */
  #conditions(): Conditions {
    return this.#moment()?.conditions ?? {};
  }

  /** Waits for the next step, or for the end. */
  #await(before: Moment | null): void {
    if (before === null) return;
    const { clock, changed } = this.#stage;
    const leftMs = Math.min(before.leftMs ?? Infinity, this.#plan.untilMs - clock.now());
    this.#cancel = clock.after(leftMs, () => {
      const moment = this.#moment();
      // A timer may come a little early.
      if (moment?.at !== before.at || moment.round !== before.round) {
        this.#enter();
        changed();
      }
      if (!this.#death.signal.aborted) this.#await(moment);
    });
  }

  /** A step begins: what is open may not outlive it. */
  #enter(): void {
    const { offline, kill_worker } = this.#conditions();
    if (kill_worker === true && this.#stage.killed !== null) {
      const reason = new TypeError('The simulator killed this worker.');
      this.#death.abort(reason);
      this.#break(reason);
      this.#stage.killed();
    } else if (offline === true) this.#break(new TypeError('The simulator went offline.'));
  }

  #break(reason: Error): void {
    for (const breaker of this.#open) breaker.abort(reason);
  }
}

import type { Conditions, Simulation } from '#shared/scenario.ts';
import { clockWords } from '../look/words.ts';

/** What is wrong with the network now, in words that stand one after the other. */
export function effectsOf(conditions: Conditions): string[] {
  const { latency_ms, bandwidth_bytes_per_second, drop_rate, respond, portal, clock_skew_ms } = conditions;
  const { cut_after_tokens, cut_after_chars, stall_after_tokens } = conditions;
  if (conditions.offline === true) return ['offline'];
  const effects = [
    conditions.silent === true && 'nothing ever comes',
    portal !== undefined && 'a sign-in page answers everything',
    respond !== undefined && `everything is answered with ${respond.status}`,
    latency_ms !== undefined && latencyWords(latency_ms),
    bandwidth_bytes_per_second !== undefined && `${figure(bandwidth_bytes_per_second / 1000)} kB/s`,
    drop_rate !== undefined && `${figure(drop_rate * 100)}\u00a0% of the requests are lost`,
    cut_after_tokens !== undefined && `streams break off after ${cut_after_tokens} tokens`,
    cut_after_chars !== undefined && `streams break off after ${cut_after_chars} characters`,
    stall_after_tokens !== undefined && `streams stand still after ${stall_after_tokens} tokens`,
    conditions.quota_error === true && 'nothing can be stored',
    clock_skew_ms !== undefined && `the clock is ${skewWords(clock_skew_ms)}`,
    conditions.no_sync_manager === true && 'no background sync',
    conditions.kill_worker === true && 'the worker was killed',
  ].filter((effect) => effect !== false);
  if (effects.length === 0) return ['the real network'];
  return conditions.only === 'asks' ? [...effects, 'asks only'] : effects;
}

/** When the present state of it ends, as a time of day; and when all of it does. */
export function endsOf({ step_until_ms, until_ms }: Simulation): { step: string | null; all: string } {
  return { step: step_until_ms === null ? null : secondWords(step_until_ms), all: clockWords(until_ms) };
}

function latencyWords(latency: NonNullable<Conditions['latency_ms']>): string {
  if (typeof latency === 'number') return `every request waits ${figure(latency / 1000)} s`;
  return `every request waits about ${figure(latency.p50 / 1000)} s, one in 20 more than ${figure(latency.p95 / 1000)} s`;
}

function skewWords(skewMs: number): string {
  const minutes = Math.abs(skewMs) / 60_000;
  const size = minutes < 120 ? `${figure(minutes)} min` : `${figure(minutes / 60)} h`;
  return `${size} ${skewMs < 0 ? 'slow' : 'fast'}`;
}

function figure(value: number): string {
  return String(Number(value.toPrecision(2)));
}

/** As `clockWords`, to the second: a step can be that short. */
function secondWords(ms: number): string {
  const parts = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
  return new Date(ms).toLocaleTimeString([], { ...parts, hour12: false });
}

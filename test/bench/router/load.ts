import { Pool, type Dispatcher } from 'undici';
import type { Contender } from './contenders.ts';
import { FIRST_CONTENT, bodyOf } from './request.ts';

/** What a closed loop of so many connections saw. */
export interface Load {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Time to the first byte of content. */
  firstP50Ms: number;
  /** Processor time for one request; null where it is unknown. Holds on a busy machine, too. */
  cpuMs: number | null;
  failures: number;
  requests: number;
}

export interface LoadShape {
  connections: number;
  stream: boolean;
  warmUpMs: number;
  measureMs: number;
  /** Bound on the requests of one measurement; past it the loop ends early. */
  mostRequests: number;
}

let serial = 0;

/** Each connection asks again as soon as it is answered, until the time or the count is over. */
export async function load(contender: Contender, shape: LoadShape): Promise<Load> {
  const pool = new Pool(contender.origin, { connections: shape.connections, pipelining: 1 });
  const tookMs: number[] = [];
  const firstMs: number[] = [];
  let failures = 0;
  let measuring = false;
  let over = false;
  const loop = async (): Promise<void> => {
    while (!over && tookMs.length < shape.mostRequests) {
      const one = await ask(pool, contender, shape.stream);
      if (!measuring) continue;
      tookMs.push(one.tookMs);
      firstMs.push(one.firstMs);
      if (!one.whole) failures++;
    }
  };
  const loops = Array.from({ length: shape.connections }, loop);
  await pass(shape.warmUpMs);
  measuring = true;
  const cpuBefore = contender.cpuMs();
  const startedMs = performance.now();
  await Promise.race([pass(shape.measureMs), Promise.all(loops)]);
  const seconds = (performance.now() - startedMs) / 1_000;
  const requests = tookMs.length;
  const cpuAfter = contender.cpuMs();
  const cpuMs = cpuBefore === null || cpuAfter === null ? null : (cpuAfter - cpuBefore) / requests;
  measuring = false;
  over = true;
  await Promise.all(loops);
  await pool.destroy();
  return {
    ...{ failures, requests, cpuMs, perSecond: requests / seconds },
    ...{ p50Ms: quantile(tookMs, 0.5), p99Ms: quantile(tookMs, 0.99), firstP50Ms: quantile(firstMs, 0.5) },
  };
}

export interface One {
  tookMs: number;
  firstMs: number;
  /** Status 200, and the end that it must have. */
  whole: boolean;
}

/** One request, from its sending to the last byte. */
export function ask(pool: Dispatcher, contender: Contender, stream: boolean): Promise<One> {
  const startedMs = performance.now();
  let firstMs = Number.NaN;
  let ok = false;
  let tail = '';
  return new Promise((resolve) => {
    const end = (): void => {
      const whole = ok && (stream ? tail.includes('[DONE]') : tail.includes(FIRST_CONTENT));
      resolve({ tookMs: performance.now() - startedMs, firstMs: firstMs - startedMs, whole });
    };
    pool.dispatch(
      {
        ...{ method: 'POST', path: '/v1/chat/completions', body: bodyOf(serial++, stream) },
        headers: { 'content-type': 'application/json', ...contender.headers },
      },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_controller, status) => void (ok = status === 200),
        onResponseData(_controller, piece) {
          if (Number.isNaN(firstMs) && piece.includes(FIRST_CONTENT)) firstMs = performance.now();
          // A stream's end is short, and a JSON answer is small.
          tail = (stream ? tail.slice(-64) : tail) + piece.toString('latin1');
        },
        onResponseEnd: end,
        onResponseError: () => {
          ok = false;
          end();
        },
      },
    );
  });
}

export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

import type { Instruments } from './examine.ts';

/** Longest wait for an answer of any kind, ms. */
const REACH_MS = 8_000;

/** The head of whatever answers there, in any way; null when nobody does. Its body is not read. */
export async function reach(
  address: string,
  { fetch, clock }: Pick<Instruments, 'fetch' | 'clock'>,
  method: 'GET' | 'HEAD' = 'GET',
): Promise<Response | null> {
  const limit = new AbortController();
  const takeBack = clock.after(REACH_MS, () => limit.abort(new Error('Nobody answered in time.')));
  try {
    const response = await fetch(address, { method, redirect: 'manual', signal: limit.signal });
    await response.body?.cancel();
    return response;
  } catch {
    // However it failed: nobody was reached, and that is what is told.
    return null;
  } finally {
    takeBack();
  }
}

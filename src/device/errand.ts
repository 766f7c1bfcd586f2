import type { Device } from '#device/parts.ts';
import { proveResponse } from '#device/proof.ts';

/** A short request to the router, beside the asks. */
export interface Errand<T> {
  /** Its address below our origin, or a request of a page. */
  to: string | Request;
  init?: RequestInit;
  /** Milliseconds it may take, reading included. */
  limitMs: number;
  /** Takes what it came for from an answer of our router. */
  take: (response: Response) => T | Promise<T>;
}

/** Runs it; null without a line, past the limit, or when somebody else answered. */
export async function runErrand<T>(device: Device, errand: Errand<T>): Promise<T | null> {
  const { to, init, limitMs, take } = errand;
  const limit = new AbortController();
  const cancel = device.clock.after(limitMs, () => limit.abort());
  try {
    const address = typeof to === 'string' ? device.origin + to : to;
    const request = new Request(address, { ...init, redirect: 'manual', signal: limit.signal });
    const response = await device.simulator.fetch(request);
    return proveResponse(response) === 'ok' ? await take(response) : null;
  } catch {
    // No line, or too slow a one: whoever sent it goes on without.
    return null;
  } finally {
    cancel();
  }
}

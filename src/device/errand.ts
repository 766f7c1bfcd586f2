import type { Device } from '#device/parts.ts';
import { proveResponse } from '#device/proof.ts';
import type { Network } from '#device/rows.ts';

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
  const done = await sendErrand(device, errand);
  return done.network === 'ok' ? done.value : null;
}

/** Asks the router for nothing but a sign of life: `ok`, or what the line was instead. `limitMs` is the longest it may take. */
export async function probeLine(device: Device, limitMs: number): Promise<Network> {
  const { network } = await sendErrand(device, { to: '/healthz', init: { cache: 'no-store' }, limitMs, take: () => 0 });
  return network;
}

async function sendErrand<T>(
  device: Device,
  { to, init, limitMs, take }: Errand<T>,
): Promise<{ network: 'ok'; value: T } | { network: Exclude<Network, 'ok'> }> {
  const limit = new AbortController();
  const cancel = device.clock.after(limitMs, () => limit.abort());
  try {
    const address = typeof to === 'string' ? device.origin + to : to;
    const request = new Request(address, { ...init, redirect: 'manual', signal: limit.signal });
    const response = await device.simulator.fetch(request);
    const network = proveResponse(response);
    return network === 'ok' ? { network, value: await take(response) } : { network };
  } catch {
    // Whoever sent it goes on without.
    return { network: limit.signal.aborted ? 'slow' : 'offline' };
  } finally {
    cancel();
  }
}

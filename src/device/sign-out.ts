import * as z from 'zod/mini';
import type { Device } from '#device/parts.ts';
import { dropSetting, readSetting } from '#device/settings.ts';

/** Setting that names the database of whoever signed out here, until the router has heard of it. */
export const SIGN_OUT_DUE = 'sign-out-due';

/** Milliseconds the router may take to hear of it. */
const SIGN_OUT_LIMIT_MS = 5_000;

/** The database of whoever signed out while the router could not hear it; null when nothing is outstanding. */
export function signOutDue({ meta }: Device): Promise<string | null> {
  return readSetting(meta, SIGN_OUT_DUE, z.string());
}

/**
 * Tells the router of a sign-out that it has not heard of; true when nothing is outstanding (any more). Until then the cookie of
 * that session is still in the browser, which no script can remove: so nothing is done in its name.
 */
export async function finishSignOut(device: Device): Promise<boolean> {
  if ((await signOutDue(device)) === null) return true;
  // One at a time: a second word of it would end the session of whoever came next.
  return device.locks === null ? tell(device) : device.locks.request('layover-sign-out', {}, () => tell(device));
}

async function tell(device: Device): Promise<boolean> {
  if ((await signOutDue(device)) === null) return true;
  const limit = new AbortController();
  const cancel = device.clock.after(SIGN_OUT_LIMIT_MS, () => limit.abort());
  try {
    const init = { method: 'DELETE', redirect: 'manual', signal: limit.signal } as const;
    const { headers, ok, status } = await device.simulator.fetch(new Request(`${device.origin}/api/session`, init));
    // It has no body to prove itself by. Without a session there is none to end.
    if (headers.get('x-layover') !== '1' || !(ok || status === 401)) return false;
    await dropSetting(device.meta, SIGN_OUT_DUE);
    return true;
  } catch {
    // No line: the next occasion tells it.
    return false;
  } finally {
    cancel();
  }
}

import type { Configuration } from '../../config/configuration.ts';
import type { Instruments } from './examine.ts';
import { fail, ok, warn, type Finding } from './finding.ts';
import { reach } from './reach.ts';

/** Further off than this, months, expiries and the times of devices are wrong. 30 s. */
const MAX_OFF_MS = 30_000;

/** Compares this computer's clock with the `Date` of the first provider that tells one. */
export async function examineClock({ deployments }: Configuration, instruments: Instruments): Promise<Finding[]> {
  const check = 'clock';
  const { clock } = instruments;
  const origins = new Set(
    deployments.filter(({ state }) => state.kind === 'ready').map(({ apiBase }) => new URL(apiBase).origin),
  );
  for (const origin of [...origins].slice(0, 3)) {
    const sentMs = clock.now();
    const response = await reach(origin, instruments, 'HEAD');
    const theirsMs = Date.parse(response?.headers.get('date') ?? '');
    if (!Number.isFinite(theirsMs)) continue;
    // Theirs is a whole second, somewhere on the way there and back.
    const earliestMs = theirsMs - sentMs;
    const latestMs = theirsMs + 1_000 - clock.now();
    const offMs =
      earliestMs > 0 && latestMs > 0
        ? Math.min(earliestMs, latestMs)
        : Math.max(Math.min(earliestMs, 0), Math.min(latestMs, 0));
    const off = Math.round(Math.abs(offMs) / 1000);
    if (Math.abs(offMs) <= MAX_OFF_MS) return [ok(check, `It is right: at most ${off} s from that of ${origin}.`)];
    const says = `It is ${off} s ${offMs > 0 ? 'behind' : 'ahead of'} that of ${origin}.`;
    return [fail(check, says, 'Let the system set it by NTP.')];
  }
  return [warn(check, 'No provider told the time, so it was not compared.', 'Try again with a network.')];
}

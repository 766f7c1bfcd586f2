import type { AskLife } from '#device/ask-life.ts';
import { limitsOf } from '#device/standing.ts';
import { NoAnswer } from '#device/call.ts';
import { probeLine } from '#device/errand.ts';
import { openAnswer, type Opening, type Unread } from '#device/opening.ts';
import type { Network } from '#device/rows.ts';

/** Silence after which a sign of life is looked for, in milliseconds, where somebody has nothing but the network. */
const SILENCE_MS = 3_000;

/** What the network did for an ask. */
export type Attempt =
  | { kind: 'opened'; opening: Opening | Unread }
  | {
      kind: 'missed';
      network: Network;
      /** The line was asked; else the breaker knew. */
      tried: boolean;
      /** What may still come behind the saved answer; null inside when it was not even tried. */
      late: Promise<Opening | Unread | null> | null;
    }
  | { kind: 'stopped' };

/** Tries the network as far as the breaker allows. What it found out is told to breaker and line by whoever settles the ask. */
export async function attemptNetwork(life: AskLife): Promise<Attempt> {
  const { device, ask, call, saved } = life;
  const { kind, network } = await device.breaker.stand();
  if (kind === 'closed' || ask.noCache) return tryNetwork(life);
  if (saved !== null) {
    const there = kind === 'slow' ? Promise.resolve('ok') : device.breaker.probe('none');
    const late = there.then((found) => (found === 'ok' ? openAnswer(call, ask, false) : null));
    return missed(network, { tried: false, late });
  }
  if (kind === 'dead') {
    const found = await Promise.race([device.breaker.probe('waits'), ended(call.signal)]);
    if (call.state === 'stopped') return { kind: 'stopped' };
    if (found !== 'ok') return missed(found, { tried: true, late: null });
  }
  return tryNetwork(life);
}

/** The router answered: what that says of the line. */
export async function noteHeard({ device, call, standing }: AskLife): Promise<void> {
  const firstMs = call.sinceSentMs;
  await device.breaker.heard(firstMs, limitsOf(standing).first_token_saved_ms);
  await device.line.note('answered', firstMs);
}

/** The network's answer up to its first content, or why there is none within the limits. */
async function tryNetwork(life: AskLife): Promise<Attempt> {
  const { device, ask, call, saved } = life;
  const limits = limitsOf(life.standing);
  const opening = openAnswer(call, ask, saved === null);
  const over = new AbortController();
  const slow = new Promise<null>((resolve) => {
    const limitMs = saved === null ? limits.first_token_none_ms : limits.first_token_saved_ms;
    over.signal.addEventListener(
      'abort',
      device.clock.after(limitMs, () => resolve(null)),
    );
  });
  const dead = new Promise<Network>((resolve) => {
    if (saved !== null) return;
    const look = async (): Promise<void> => {
      if (call.heard) return;
      const network = await probeLine(device, Math.max(1, limits.headers_ms - SILENCE_MS));
      if (network !== 'ok' && !call.heard) resolve(network);
    };
    over.signal.addEventListener(
      'abort',
      device.clock.after(SILENCE_MS, () => void look()),
    );
  });
  let network: Network;
  let late: Promise<Opening | Unread> | null = null;
  let failed = 0;
  try {
    const first = await Promise.race([opening, slow, dead]);
    if (first !== null && typeof first !== 'string') return { kind: 'opened', opening: first };
    // Nobody waits for it any more, or whoever keeps late answers does.
    opening.catch((failure: unknown) => void failure);
    if (saved === null) call.end('given-up');
    else late = opening;
    network = first ?? call.trouble ?? 'slow';
    failed = first === null ? 0 : 1;
  } catch (thrown) {
    if (call.state === 'stopped') return { kind: 'stopped' };
    network = thrown instanceof NoAnswer ? thrown.network : 'bad-answer';
  } finally {
    over.abort();
  }
  // Whether the line is gone or only slow is found out at once, for the asks after this one.
  if (await device.breaker.missed(network, call.sinceSentMs, failed)) {
    if (failed === 0) life.keepAlive(device.breaker.probe('waits'));
  }
  return missed(network, { tried: true, late });
}

function missed(
  network: Network,
  { tried, late }: Pick<Extract<Attempt, { kind: 'missed' }>, 'tried' | 'late'>,
): Attempt {
  // It may fail before anybody looks at it.
  late?.catch((failure: unknown) => void failure);
  return { kind: 'missed', network, tried, late };
}

function ended(signal: AbortSignal): Promise<Network> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve('not-tried'), { once: true }));
}

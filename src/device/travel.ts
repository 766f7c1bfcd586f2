import type { Evidence } from '#shared/line.ts';
import { readAsk } from '#device/ask.ts';
import { beginLife, elapsedMs, noteStep, type AskLife, type KeepAlive } from '#device/ask-life.ts';
import { attemptNetwork } from '#device/attempt.ts';
import type { Failure } from '#device/failure.ts';
import type { Later } from '#device/later.ts';
import type { Opening, Unread } from '#device/opening.ts';
import type { Device } from '#device/parts.ts';
import { passedHeaders, replyFailure, replyQueued, replySaved, savedAnswer, type Pace } from '#device/reply.ts';
import type { Network } from '#device/rows.ts';
import { checkpoint } from '#device/settlement.ts';
import { openRowOf, putInOutbox } from '#device/waiting-ask.ts';

/**
 * How long a saved answer is given to reach the page before what came of it is written, in milliseconds. Written at once, that took
 * processor and disk away from it: 6 of 15 ms.
 */
const OUT_MS = 50;

/**
 * The life of an ask on the device: network first, within the limits of the policy and as far as the breaker lets it; else the saved
 * answer; else the outbox, when the caller agrees; else a problem that says so. Whatever happens, it ends in one answer here and one
 * event later.
 */
export async function travel(request: Request, device: Device, keepAlive: KeepAlive): Promise<Response> {
  const life = await beginLife(await readAsk(request, device), device, keepAlive);
  const { ask, call } = life;
  const running = { stop: () => call.end('stopped'), authorization: ask.authorization };
  device.running.set(ask.id, running);
  if (device.stopped.has(ask.id)) running.stop();
  const over = (): void => {
    if (device.running.get(ask.id) === running) device.running.delete(ask.id);
  };
  const begun = openRowOf(life, '');
  if (begun !== null) life.begun = checkpoint(device, life.standing.place, begun);

  const attempt = await attemptNetwork(life);
  // A saved answer waits for no disk.
  if (attempt.kind !== 'missed' || life.saved === null) await life.begun;
  if (attempt.kind === 'stopped') return replyStopped(life).finally(over);
  if (attempt.kind === 'missed') {
    const { network, tried, late } = attempt;
    const answer = fallBack(life, network, { passed: null, late }).finally(over);
    // Told afterwards, so that what the pages hear then counts an ask that had to wait.
    if (tried) {
      const given = life.saved === null ? answer : answer.then(() => out(device));
      keepAlive(device.line.note(evidenceOf(network), null, given));
    }
    return answer;
  }
  const { opening } = attempt;
  // Nothing of it can be kept here, but it is an answer.
  if (opening.kind === 'unread') {
    over();
    const { body, status } = opening.response;
    return new Response(body, { status, headers: passedHeaders(opening.response) });
  }
  return (await device.later()).giveAnswer(life, opening, over);
}

/**
 * What the device can do when the network gave no answer. `passed` is the router's own failure, when it was that; `late` the answer
 * that may still come.
 */
export async function fallBack(
  life: AskLife,
  network: Network,
  { passed, late }: { passed: Response | null; late: Promise<Opening | Unread | null> | null },
): Promise<Response> {
  const { device, ask, standing, saved } = life;
  if (saved !== null && standing.place !== null) {
    const nowMs = device.clock.now();
    const answer = savedAnswer(ask, saved, nowMs);
    noteStep(life, 'saved-given', network);
    life.firstTokenMs = elapsedMs(life);
    const kept = Promise.all([life.begun, out(device)])
      .then(() => device.later())
      .then((later) => later.endSaved(life, answer, { network, late }))
      .catch((failure: unknown) => void failure);
    life.keepAlive(kept.then((end) => end?.over));
    const { response, pace } = replySaved(ask, answer, network, { clock: device.clock, kept });
    if (pace !== null) runPace(life, pace);
    return response;
  }
  const final = passed?.headers.get('x-should-retry') === 'false';
  if (!final && (await putInOutbox(life, network, ''))) return replyQueued(ask, network);
  if (device.stopped.has(ask.id)) return replyStopped(life);
  const failure = unanswered(network);
  await end(life, (later) => later.endFailed(life, failure, { network, passed }));
  return passed ?? replyFailure(ask, failure, network);
}

/** Waits until an answer is with whoever asked. */
function out({ clock }: Device): Promise<void> {
  return new Promise((resolve) => void clock.after(OUT_MS, resolve));
}

/** While an answer is given at its pace, a stop gives the rest of it at once: it has been answered. */
function runPace({ device, ask, keepAlive }: AskLife, { hurry, over }: Pace): void {
  const running = { stop: hurry, authorization: ask.authorization };
  device.running.set(ask.id, running);
  keepAlive(over.finally(() => device.running.delete(ask.id)));
}

async function replyStopped(life: AskLife): Promise<Response> {
  const failure: Failure = { code: 'cancelled', message: 'This ask was stopped.' };
  await end(life, (later) => later.endStopped(life, failure));
  return replyFailure(life.ask, failure, 'ok');
}

/** What is kept of an ask that has no answer; where the script for it cannot be had, its caller hears how it ended all the same. */
async function end({ device }: AskLife, keep: (later: Later) => Promise<void>): Promise<void> {
  await device.later().then(keep, () => undefined);
}

function unanswered(network: Network): Failure {
  if (network === 'portal') {
    return { code: 'portal', message: 'This Wi-Fi wants a sign-in before it lets anything through.' };
  }
  const message =
    network === 'slow'
      ? 'The network did not answer in time.'
      : network === 'bad-answer'
        ? 'Something on the way answered in its place.'
        : 'There is no connection to the service.';
  return { code: 'offline', message };
}

function evidenceOf(network: Network): Evidence['outcome'] {
  if (network === 'router') return 'answered';
  return network === 'ok' || network === 'not-tried' ? 'offline' : network;
}

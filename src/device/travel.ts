import type { Answer } from '#shared/answer.ts';
import { statusOf } from '#shared/problem-codes.ts';
import type { Evidence } from '#shared/line.ts';
import { readAsk } from '#device/ask.ts';
import {
  beginLife,
  elapsedMs,
  eventOf,
  noteFirst,
  noteStep,
  rowOf,
  savedRowOf,
  wholeState,
  type AskLife,
  type KeepAlive,
} from '#device/ask-life.ts';
import { attemptNetwork, noteHeard } from '#device/attempt.ts';
import type { Failure } from '#device/failure.ts';
import { keepLate } from '#device/late-answer.ts';
import type { Opening } from '#device/opening.ts';
import type { Device } from '#device/parts.ts';
import { heedEpoch } from '#device/policy.ts';
import { readRefusal } from '#device/refusal.ts';
import { relayAnswer } from '#device/relay.ts';
import { drainOutbox } from '#device/replay.ts';
import { passedHeaders, replyFailure, replyQueued, replySaved, savedAnswer, type Pace } from '#device/reply.ts';
import type { Network } from '#device/rows.ts';
import { touchSaved, trimSaved } from '#device/saved-answers.ts';
import { checkpoint, settle } from '#device/settlement.ts';
import { openRowOf, putInOutbox } from '#device/waiting-ask.ts';

/** Milliseconds between two checks of the bounds. */
const TRIM_EVERY_MS = 60_000;

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
  const noted = begun === null ? Promise.resolve() : checkpoint(device, life.standing.place, begun);

  const attempt = await attemptNetwork(life);
  // What ends the ask is written after what began it.
  await noted;
  if (attempt.kind === 'stopped') return replyStopped(life).finally(over);
  if (attempt.kind === 'missed') {
    const { network, tried, late } = attempt;
    const answer = fallBack(life, network, { passed: null, late }).finally(over);
    // Noted afterwards, so that what the pages are then told counts an ask that had to wait.
    if (tried) keepAlive(answer.then(() => device.line.note(evidenceOf(network), null)));
    return answer;
  }
  const { opening } = attempt;
  keepAlive(noteHeard(life));
  const heedLine = (): Promise<void> => afterward(life, opening.response.headers);
  if (opening.kind === 'stream') {
    const relay = relayAnswer(life, opening);
    keepAlive(relay.over.finally(over).then(heedLine));
    return relay.response;
  }
  const answer = answerBody(life, opening).finally(over);
  keepAlive(answer.then(heedLine));
  return answer;
}

/** A body of our router: a whole answer, a refusal, or a failure that a saved answer may cover. */
async function answerBody(life: AskLife, opening: Extract<Opening, { kind: 'body' }>): Promise<Response> {
  const { response, text, answer } = opening;
  const passed = new Response(text, { status: response.status, headers: passedHeaders(response) });
  if (answer !== null) {
    noteFirst(life);
    await settle(life.device, life.standing.place, {
      row: rowOf(life, wholeState(life, answer, 'ok')),
      event: eventOf(life, {
        outcome: 'answered',
        source: answer.provenance.source === 'router-cache' ? 'router-cache' : 'provider',
        network: 'ok',
      }),
      saved: savedRowOf(life, answer),
      outbox: null,
    });
    return passed;
  }
  if (response.status >= 500 || [408, 425, 429].includes(response.status))
    return fallBack(life, 'router', { passed, late: null });
  const { code, message } = readRefusal(text);
  await settle(life.device, life.standing.place, {
    row: rowOf(life, { kind: 'problem', code, message, status: response.status, network: 'ok' }),
    event: eventOf(life, { outcome: code === 'cancelled' ? 'stopped' : 'refused', source: 'none', network: 'ok' }),
    saved: null,
    outbox: null,
  });
  return passed;
}

/**
 * What the device can do when the network gave no answer. `passed` is the router's own failure, when it was that; `late` the answer
 * that may still come.
 */
async function fallBack(
  life: AskLife,
  network: Network,
  { passed, late }: { passed: Response | null; late: Promise<Opening | null> | null },
): Promise<Response> {
  const { device, ask, standing, saved } = life;
  if (saved !== null && standing.place !== null) {
    const nowMs = device.clock.now();
    const answer = savedAnswer(ask, saved, nowMs);
    noteStep(life, 'saved-given', network);
    life.firstTokenMs = elapsedMs(life);
    const kept = settleSaved(life, answer, network);
    // Only then there is a row to which the fresh one can be added.
    life.keepAlive(late === null ? kept : kept.then(() => takeLate(life, late)));
    const { response, pace } = replySaved(ask, answer, network, { clock: device.clock, kept });
    if (pace !== null) runPace(life, pace);
    return response;
  }
  const final = passed?.headers.get('x-should-retry') === 'false';
  if (!final && (await putInOutbox(life, network, ''))) return replyQueued(ask, network);
  if (device.stopped.has(ask.id)) return replyStopped(life);
  const failure = unanswered(network);
  const told = passed === null ? null : readRefusal(await passed.clone().text());
  await settle(device, standing.place, {
    row: rowOf(life, {
      kind: 'problem',
      code: told?.code ?? failure.code,
      message: told?.message ?? failure.message,
      status: passed?.status ?? statusOf(failure.code),
      network,
    }),
    event: eventOf(life, { outcome: 'failed', source: 'none', network }),
    saved: null,
    outbox: null,
  });
  return passed ?? replyFailure(ask, failure, network);
}

/** The fresh answer, and what waited for a line. */
async function takeLate(life: AskLife, late: Promise<Opening | null>): Promise<void> {
  const headers = await keepLate(life, late);
  if (headers !== null) await afterward(life, headers);
}

/** While an answer is given at its pace, a stop gives the rest of it at once: it has been answered. */
function runPace({ device, ask, keepAlive }: AskLife, { hurry, over }: Pace): void {
  const running = { stop: hurry, authorization: ask.authorization };
  device.running.set(ask.id, running);
  keepAlive(over.finally(() => device.running.delete(ask.id)));
}

/** Ends an ask that a saved answer was given to. The answer does not wait for it: it is on the disk already. */
async function settleSaved(life: AskLife, answer: Answer, network: Network): Promise<void> {
  const { device, standing, saved } = life;
  const nowMs = device.clock.now();
  await settle(device, standing.place, {
    row: rowOf(life, wholeState(life, answer, network)),
    event: eventOf(life, {
      outcome: 'answered',
      source: 'saved',
      network,
      savedAgeMs: saved === null ? 0 : Math.max(0, nowMs - saved.savedAtMs),
    }),
    saved: null,
    outbox: null,
  });
  if (standing.place !== null && saved !== null) await touchSaved(standing.place, saved.key, nowMs);
}

async function replyStopped(life: AskLife): Promise<Response> {
  const failure: Failure = { code: 'cancelled', message: 'This ask was stopped.' };
  await settle(life.device, life.standing.place, {
    row: rowOf(life, { kind: 'problem', ...failure, status: statusOf(failure.code), network: 'ok' }),
    event: eventOf(life, { outcome: 'stopped', source: 'none', network: 'ok' }),
    saved: null,
    outbox: null,
  });
  return replyFailure(life.ask, failure, 'ok');
}

/** The line works: what waited for that is done now, the event of this ask included. */
async function afterward(life: AskLife, headers: Headers): Promise<void> {
  // Each is tried again with the next ask that gets through.
  await heedEpoch(life.device, headers, life.standing.caller).catch((failure: unknown) => void failure);
  await drainOutbox(life.device, life.standing.caller).catch((failure: unknown) => void failure);
  await keepBounds(life).catch((failure: unknown) => void failure);
}

/** Saved answers are brought back within their bounds, once a minute at most: to measure them is to walk over their keys. */
async function keepBounds({ device, standing }: AskLife): Promise<void> {
  const { place, policy } = standing;
  if (place === null || policy === null || device.clock.monotonic() < device.trimDueMs) return;
  device.trimDueMs = device.clock.monotonic() + TRIM_EVERY_MS;
  await trimSaved(place, policy, device.clock.now());
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

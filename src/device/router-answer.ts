import { eventOf, noteFirst, rowOf, savedRowOf, wholeState, type AskLife } from '#device/ask-life.ts';
import { noteHeard } from '#device/attempt.ts';
import type { Opening } from '#device/opening.ts';
import { heedEpoch } from '#device/policy.ts';
import { readRefusal } from '#device/refusal.ts';
import { relayAnswer } from '#device/relay.ts';
import { drainOutbox } from '#device/replay.ts';
import { passedHeaders } from '#device/reply.ts';
import { trimSaved } from '#device/saved-answers.ts';
import { settle } from '#device/settlement.ts';
import { fallBack } from '#device/travel.ts';

/** Milliseconds between two checks of the bounds. */
const TRIM_EVERY_MS = 60_000;

/** Gives what the router began to answer, and keeps it. `over` is told when the ask runs no more. */
export function giveAnswer(life: AskLife, opening: Opening, over: () => void): Promise<Response> {
  const { keepAlive } = life;
  keepAlive(noteHeard(life));
  const heedLine = (): Promise<void> => afterward(life, opening.response.headers);
  if (opening.kind === 'stream') {
    const relay = relayAnswer(life, opening);
    keepAlive(relay.over.finally(over).then(heedLine));
    return Promise.resolve(relay.response);
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

/** The line works: what waited for that is done now, the event of this ask included. */
export async function afterward(life: AskLife, headers: Headers): Promise<void> {
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

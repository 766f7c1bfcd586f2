import type { AskEnded } from '#shared/telemetry.ts';
import { NoAnswer, Call } from '#device/call.ts';
import { read, type Place } from '#device/database.ts';
import { askRest } from '#device/following.ts';
import { enqueue } from '#device/outbox.ts';
import type { Device } from '#device/parts.ts';
import { isStill } from '#device/policy.ts';
import { readRefusal } from '#device/refusal.ts';
import type { AnswerRow, AnswerState } from '#device/rows.ts';
import { openRow } from '#device/sealed-rows.ts';
import { settle } from '#device/settlement.ts';
import { readWholeAnswer } from '#device/whole-answer.ts';

/** An open answer whose last checkpoint is older has nobody writing it any more. Checkpoints come every 2 s. */
const ABANDONED_MS = 10_000;

/** Milliseconds that the router may be silent. */
const LIMIT_MS = 10_000;

/**
 * Fetches the rest of answers that were being written when their worker was killed or their page was closed. The router went on
 * without us; its journal has them by id.
 */
export async function recoverOpen(device: Device, place: Place): Promise<void> {
  for (const askId of await nobodys(device, place)) {
    const row = await abandoned(device, place, askId);
    if (row === null) continue;
    const outcome = await fetchRest(device, row);
    // The next occasion tries again.
    if (outcome === 'no-line' || !(await isStill(device, place))) return;
    if (outcome === 'running') continue;
    if (outcome.outcome !== 'answered' && outcome.outcome !== 'stopped' && (await askAgain(device, place, row)))
      continue;
    await end(device, place, row, outcome);
  }
}

/**
 * Ends what was begun here and has nobody who would end it, as stopped: it is not asked again. What waits in the outbox, and had
 * nothing yet, is only taken out of there.
 */
export async function endBegun(device: Device, place: Place, askId: string): Promise<void> {
  const { row, waits } = await look(place, askId);
  if (row?.state.kind !== 'open' || (waits && row.state.text === '')) return;
  const outcome = lost(row, { code: 'cancelled', message: 'This ask was stopped.' }, 409);
  await end(device, place, row, outcome);
}

async function end(device: Device, place: Place, row: AnswerRow, outcome: Outcome): Promise<void> {
  await settle(device, place, {
    row: { ...row, resend: undefined, updatedAtMs: device.clock.now(), state: outcome.state },
    event: eventOf(device, row, outcome),
    saved: null,
    outbox: null,
  });
}

/** The router lost it, or never heard of it: it waits like any other ask, under the key that it had. */
async function askAgain(device: Device, place: Place, { askId, resend }: AnswerRow): Promise<boolean> {
  if (resend === undefined) return false;
  const nowMs = device.clock.now();
  // Whoever kept it may not have known of a simulation.
  const simulated = resend.simulated || (await device.simulator.scenario()) !== null;
  if (!(await enqueue(place, { ...resend, simulated, order: nowMs }))) return false;
  device.tell({ type: 'ask-changed', askId });
  return true;
}

interface Outcome {
  state: AnswerState;
  outcome: AskEnded['outcome'];
  source: AskEnded['source'];
}

/** Those that are open, not running here, and not waiting in the outbox (which sends them itself), oldest first. */
async function nobodys(device: Device, place: Place): Promise<string[]> {
  const { open, waiting } = await read(place, ['answers', 'outbox'], async (tx) => ({
    open: (await tx.objectStore('answers').index('state.kind').getAllKeys('open')).map(String),
    waiting: new Set((await tx.objectStore('outbox').getAllKeys()).map(String)),
  }));
  return open.filter((askId) => !waiting.has(askId) && !device.running.has(askId));
}

/** One of them, where it is still nobody's and was untouched for a while. */
async function abandoned(device: Device, place: Place, askId: string): Promise<AnswerRow | null> {
  const { row, waits } = await look(place, askId);
  if (waits || device.running.has(askId) || row?.state.kind !== 'open') return null;
  return row.updatedAtMs < device.clock.now() - ABANDONED_MS ? row : null;
}

async function look(place: Place, askId: string): Promise<{ row: AnswerRow | null; waits: boolean }> {
  const { raw, waits } = await read(place, ['answers', 'outbox'], async (tx) => ({
    raw: (await tx.objectStore('answers').get(askId)) as unknown,
    waits: (await tx.objectStore('outbox').getKey(askId)) !== undefined,
  }));
  return { row: await openRow(place, 'answers', raw), waits };
}

async function fetchRest(device: Device, row: AnswerRow): Promise<Outcome | 'no-line' | 'running'> {
  const limits = { resumeMs: 0, openMs: LIMIT_MS, headersMs: LIMIT_MS, gapMs: LIMIT_MS };
  const call = new Call(device, { id: row.askId, authorization: null }, limits);
  try {
    const { response, close } = await askRest(call, 'application/json', 0);
    const text = await response.text().finally(close);
    if (response.status === 202) return 'running';
    const answer = response.ok ? readWholeAnswer(text) : null;
    if (answer === null) {
      const refusal = readRefusal(text);
      // Who cannot look says nothing of it. Any other failure is how it ended there, a router's crash included.
      const unsaid = [401, 429].includes(response.status) || ['stopping', 'storage_failed'].includes(refusal.code);
      return unsaid ? 'no-line' : lost(row, refusal, response.status);
    }
    const state: AnswerState = {
      kind: 'whole',
      answer,
      network: 'cut',
      waitedMs: 0,
      firstTokenMs: null,
      totalMs: Math.max(0, device.clock.now() - row.askedAtMs),
      fresh: null,
    };
    const source = answer.provenance.source === 'provider' ? 'provider' : 'router-cache';
    return { state, outcome: 'answered', source };
  } catch (thrown) {
    // No line, or a body that broke off.
    if (thrown instanceof NoAnswer || thrown instanceof TypeError) return 'no-line';
    throw thrown;
  }
}

/** The router does not have it either: what came is all there is. */
function lost(row: AnswerRow, { code, message }: { code: string; message: string }, status: number): Outcome {
  const text = row.state.kind === 'open' ? row.state.text : '';
  const state: AnswerState =
    text === '' ? { kind: 'problem', code, message, status, network: 'cut' } : { kind: 'partial', text, code, message };
  const outcome = code === 'cancelled' ? 'stopped' : text === '' ? 'failed' : 'partial';
  return { state, outcome, source: text === '' ? 'none' : 'provider' };
}

function eventOf(device: Device, row: AnswerRow, { outcome, source }: Outcome): AskEnded {
  return {
    event_id: row.askId,
    ask_id: row.askId,
    kind: 'ask-ended',
    feature: row.feature,
    outcome,
    source,
    network: 'cut',
    asked_at_ms: row.askedAtMs,
    first_token_ms: null,
    total_ms: Math.min(Math.max(0, device.clock.now() - row.askedAtMs), 30 * 86_400_000),
    waited_ms: 0,
    tries: 1,
    resumes: 1,
    saved_age_ms: null,
    simulated: false,
  };
}

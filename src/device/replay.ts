import type { TravelPolicy } from '#shared/travel-policy.ts';
import { isCurable, isProblemCode } from '#shared/problem-codes.ts';
import { OUTBOX_LOCK } from '#shared/worker-messages.ts';
import { eventOf, rowOf, type AskLife } from '#device/ask-life.ts';
import { NoAnswer } from '#device/call.ts';
import type { Place } from '#device/database.ts';
import { openWaiting, type Opening } from '#device/opening.ts';
import { changeEntry, leaseNext, listHeads, nextDueMs } from '#device/outbox.ts';
import type { Device } from '#device/parts.ts';
import { isStill, knownPolicy, placeOf, SESSION, type Caller } from '#device/policy.ts';
import { retryAfterMs } from '#device/proof.ts';
import { recoverOpen } from '#device/recovery.ts';
import { readRefusal } from '#device/refusal.ts';
import { Checkpoints, copyAnswer, settleCopy } from '#device/relay.ts';
import type { OutboxRow, OutboxState } from '#device/rows.ts';
import { settle } from '#device/settlement.ts';
import { stopAsk, takeBack } from '#device/stop.ts';
import { flushEvents } from '#device/telemetry-buffer.ts';
import { lifeOfEntry } from '#device/waiting-ask.ts';

/** How long an entry is held by whoever sends it, where there are no Web Locks to tell that they died. */
const LEASE_MS = 120_000;

/** Waits between tries of a failing entry: from 5 s, doubling, to 10 minutes at most; the share of it is drawn. */
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 600_000;

/** What one try of an entry leads to. */
type Sent = 'settled' | 'postponed' | 'stop';

/**
 * Sends what waits, oldest first, then the buffered events. One replayer over all tabs and the worker; whoever comes second leaves
 * at once. Resolves to the time the next entry becomes due (Unix milliseconds), null when none will.
 */
export async function drainOutbox(device: Device, caller: Caller = SESSION): Promise<number | null> {
  const policy = await knownPolicy(device, caller);
  const place = await placeOf(device, policy, caller);
  if (place === null || caller.bearerHash !== null) {
    // A bearer's asks never wait; its events go now or with its next ask.
    await flushEvents(device, place, caller.authorization);
    return null;
  }
  if (device.locks === null) await drain(device, place, policy);
  else {
    await device.locks.request(OUTBOX_LOCK, { ifAvailable: true }, async (lock) => {
      if (lock !== null) await drain(device, place, policy);
    });
  }
  return nextDueMs(place, await unkept(device, place, policy));
}

/** What waits of features that keep nothing: only a page that shows the answer at once may send it, until it is too old. */
async function unkept(device: Device, place: Place, policy: TravelPolicy | null): Promise<Set<string>> {
  if (policy === null) return new Set();
  const never = policy.features.filter((feature) => feature.device.store === 'never').map(({ name }) => name);
  const sinceMs = device.clock.now() - policy.limits.outbox_days * 86_400_000;
  const heads = await listHeads(place);
  return new Set(
    heads
      .filter(({ feature, queuedAtMs }) => never.includes(feature) && queuedAtMs >= sinceMs)
      .map(({ askId }) => askId),
  );
}

async function drain(device: Device, place: Place, policy: TravelPolicy | null): Promise<void> {
  await tidyUp(device, place);
  await recoverOpen(device, place);
  const skip = await unkept(device, place, policy);
  for (;;) {
    const row = await leaseNext(place, device.clock.now(), { ms: LEASE_MS, skip });
    if (row === null) break;
    device.tell({ type: 'ask-changed', askId: row.askId });
    skip.add(row.askId);
    const sent = await sendEntry(device, place, row);
    device.tell({ type: 'ask-changed', askId: row.askId });
    if (row.notify !== undefined) await notifyEnd(device, place, row.askId);
    if (sent === 'stop') break;
  }
  if (await isStill(device, place)) await flushEvents(device, place, null);
}

/**
 * Where we hold the lock whoever was sending is dead: what it held is due again. What the person took back for good goes, should
 * their page not have lived to say so.
 */
async function tidyUp(device: Device, place: Place): Promise<void> {
  for (const { askId, state } of await listHeads(place)) {
    if (state.kind === 'sending' && device.locks !== null && !device.running.has(askId)) {
      await changeEntry(place, askId, (now) => ({ ...now, state: { kind: 'queued' } }));
    } else if (state.kind === 'cancelled' && state.untilMs <= device.clock.now()) await stopAsk(device, place, askId);
  }
}

/** Says how an ask ended, unless it still waits. */
async function notifyEnd(device: Device, place: Place, askId: string): Promise<void> {
  const row = (await listHeads(place)).find((each) => each.askId === askId);
  if (row?.notify === undefined || row.state.kind === 'queued') return;
  await device.notify?.(row.notify, row.state.kind === 'answered');
}

/** Sends one entry to its end: answered, refused, postponed, or the line is gone. */
async function sendEntry(device: Device, place: Place, row: OutboxRow): Promise<Sent> {
  const life = await lifeOfEntry(row, device);
  const { policy } = life.standing;
  if (policy !== null && device.clock.now() - row.queuedAtMs > policy.limits.outbox_days * 86_400_000) {
    return leave(life, { kind: 'expired' }, 'expired');
  }
  device.running.set(row.askId, { stop: () => life.call.end('stopped'), authorization: null });
  try {
    if (!(await isStill(device, place))) {
      await changeEntry(place, row.askId, (now) => ({ ...now, state: { kind: 'queued' } }));
      return 'stop';
    }
    if (device.stopped.has(row.askId)) {
      await takeBack(device, place, row.askId);
      return 'settled';
    }
    const opening = await openWaiting(life.call, life.ask);
    await device.line.note('answered', null);
    return opening.kind === 'stream' ? await takeStream(life, place, opening) : await takeBody(life, place, opening);
  } catch (thrown) {
    // Taken back while it was being sent: `stop` removed it.
    if (life.call.state === 'stopped') return 'settled';
    const network = thrown instanceof NoAnswer ? thrown.network : 'bad-answer';
    await device.line.note(network, null);
    await postpone(life, place, network === 'offline' || network === 'portal' ? 0 : null);
    return 'stop';
  } finally {
    device.running.delete(row.askId);
  }
}

async function takeStream(life: AskLife, place: Place, opening: Extract<Opening, { kind: 'stream' }>): Promise<Sent> {
  const marks = new Checkpoints(life);
  await copyAnswer(marks, opening, null);
  const { problem } = marks.copy;
  if (problem !== null && canRetry(problem.code)) {
    await postpone(life, place, null);
    return 'postponed';
  }
  await settleCopy(life, marks.copy, opening.response.headers);
  return 'settled';
}

async function takeBody(life: AskLife, place: Place, opening: Extract<Opening, { kind: 'body' }>): Promise<Sent> {
  const { response, text } = opening;
  const { status } = response;
  if (status === 401) {
    await changeEntry(place, life.ask.id, (row) => ({ ...row, state: { kind: 'needs-sign-in' } }));
    return 'stop';
  }
  const waits = status >= 500 || [408, 425, 429].includes(status);
  if (response.ok || (waits && response.headers.get('x-should-retry') !== 'false')) {
    // A stream was asked for: a 2xx that is none did not come from where it should.
    await postpone(life, place, retryAfterMs(response.headers, life.device.clock.now()));
    return status === 429 ? 'stop' : 'postponed';
  }
  const { code, message } = readRefusal(text);
  return leave(life, { kind: 'refused', code, message, status }, 'refused');
}

/** Ends an ask for good, and leaves its entry in the person's hands. */
async function leave(life: AskLife, state: OutboxState, outcome: 'refused' | 'expired'): Promise<Sent> {
  await settle(life.device, life.standing.place, {
    row:
      state.kind === 'refused'
        ? rowOf(life, {
            kind: 'problem',
            code: state.code,
            message: state.message,
            status: state.status,
            network: 'ok',
          })
        : null,
    event: eventOf(life, { outcome, source: 'none', network: outcome === 'expired' ? 'not-tried' : 'ok' }),
    saved: null,
    outbox: state,
  });
  return 'settled';
}

/** Keeps an entry for later: as told by the router, else after a drawn share of a doubling wait. */
async function postpone(life: AskLife, place: Place, toldMs: number | null): Promise<void> {
  const { clock, random } = life.device;
  const share = (random.bytes(1)[0] ?? 0) / 255;
  await changeEntry(place, life.ask.id, (row) => {
    const drawn = share * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** row.tries);
    // A wait that the router told is spread a little, so that not all devices come back in the same moment.
    const waitMs = toldMs === null ? drawn : toldMs * (1 + share / 10);
    return {
      ...row,
      state: { kind: 'queued' },
      tries: Math.max(row.tries + 1, life.call.tries),
      notBeforeMs: clock.now() + Math.round(waitMs),
    };
  });
}

function canRetry(code: string): boolean {
  return isProblemCode(code) && isCurable(code);
}

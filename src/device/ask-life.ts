import { isWhole, type Answer } from '#shared/answer.ts';
import type { AskEnded } from '#shared/telemetry.ts';
import { questionOf, type Ask } from '#device/ask.ts';
import { Call } from '#device/call.ts';
import type { Device } from '#device/parts.ts';
import { looksPersonal } from '#shared/personal.ts';
import { MAX_STEPS, type AnswerRow, type AnswerState, type Network, type SavedRow, type Step } from '#device/rows.ts';
import { findSaved } from '#device/saved-answers.ts';
import { limitsOf, standingOf, type Standing } from '#device/standing.ts';

/** Takes work that must go on though the answer is out: the worker stays alive for it. */
export type KeepAlive = (work: Promise<unknown>) => void;

/** One ask while it lives on this device. */
export interface AskLife {
  device: Device;
  ask: Ask;
  standing: Standing;
  call: Call;
  keepAlive: KeepAlive;
  /** The saved answer it may fall back on; null when there is none or none is wanted. */
  saved: SavedRow | null;
  /** Resolves once its beginning is on the disk, where it is noted: what ends it is written after that. */
  begun: Promise<void>;
  /** When it was put in the outbox; null for a live one. */
  queuedAtMs: number | null;
  /** When this attempt from the outbox began; 0 for a live ask. */
  waitedMs: number;
  /** Milliseconds from asking to the first content; null until it came. */
  firstTokenMs: number | null;
  /** The network simulator was on when it was asked. */
  simulated: boolean;
  /** What happened to it so far. */
  steps: Step[];
}

/** A worker that started so many milliseconds before an ask was woken by it. */
const WOKEN_MS = 1_000;

/** Steps for which there is always room: the end, and that it was kept. */
const LAST_STEPS = 2;

/** Gathers what is known of an ask, before the network is tried. `queuedAtMs` is of one that waited in the outbox. */
export async function beginLife(
  ask: Ask,
  device: Device,
  keepAlive: KeepAlive,
  queuedAtMs: number | null = null,
): Promise<AskLife> {
  const standing = await standingOf(ask, device);
  const { resume_ms, first_token_none_ms, headers_ms, gap_ms } = limitsOf(standing);
  const limits = { resumeMs: resume_ms, openMs: first_token_none_ms, headersMs: headers_ms, gapMs: gap_ms };
  const call = new Call(device, ask, limits);
  const simulated = (await device.simulator.scenario()) !== null;
  const life: AskLife = {
    device,
    ask,
    standing,
    call,
    keepAlive,
    saved: null,
    begun: Promise.resolve(),
    queuedAtMs,
    waitedMs: 0,
    firstTokenMs: null,
    simulated,
    steps: [],
  };
  call.step = (what) => noteStep(life, what);
  if (queuedAtMs === null) {
    const startedAtMs = (device.startedMonotonicMs ?? -Infinity) - ask.askedMonotonicMs;
    if (startedAtMs > -WOKEN_MS) life.steps.push({ what: 'worker-started', atMs: Math.round(startedAtMs), note: null });
    noteStep(life, 'keyed');
  }
  if (!ask.noCache) {
    life.saved = await savedFor(standing, ask.askedAtMs);
    noteStep(life, 'looked-up', life.saved === null ? 'none' : 'found');
  }
  return life;
}

/** Notes a step in the life of an ask, unless there are too many. What is returned may be given its note later. */
export function noteStep(life: AskLife, what: Step['what'], note: string | null = null): Step {
  const step = { what, atMs: Math.round(elapsedMs(life)), note };
  if (life.steps.length < MAX_STEPS - LAST_STEPS) life.steps.push(step);
  return step;
}

/** The first content has come, unless it has before. */
export function noteFirst(life: AskLife): void {
  if (life.firstTokenMs !== null) return;
  life.firstTokenMs = elapsedMs(life);
  noteStep(life, 'first-token');
}

async function savedFor(standing: Standing, nowMs: number): Promise<SavedRow | null> {
  const { place, savedKey, feature } = standing;
  if (place === null || savedKey === null || feature === null) return null;
  // A store that cannot be read has no answer; the network may have.
  return findSaved(place, savedKey, nowMs - feature.device.keep_days * 86_400_000).catch(() => null);
}

/** Milliseconds since it was asked. A live ask is timed by a clock that never jumps; one that waited only by the calendar. */
export function elapsedMs(life: AskLife): number {
  const { clock } = life.device;
  const elapsed =
    life.queuedAtMs === null ? clock.monotonic() - life.ask.askedMonotonicMs : clock.now() - life.ask.askedAtMs;
  return Math.min(Math.max(0, elapsed), 30 * 86_400_000);
}

/** Its row in history; null when the policy lets nothing be kept, and for an ask ahead of a journey, which stands in no conversation. */
export function rowOf(life: AskLife, state: AnswerState): AnswerRow | null {
  const { feature, place } = life.standing;
  if (place === null || feature === null || feature.device.store === 'never') return null;
  if (life.ask.headers.get('x-layover-history') === 'none') return null;
  const atMs = Math.round(elapsedMs(life));
  const end = state.kind === 'whole' ? state.answer.finishReason : state.kind === 'open' ? null : state.code;
  // It is kept with this very row, so that this is the last moment to say so.
  const last: Step[] =
    state.kind === 'open'
      ? []
      : [
          { what: 'ended', atMs, note: end },
          { what: 'kept', atMs, note: null },
        ];
  return {
    askId: life.ask.id,
    feature: feature.name,
    askedAtMs: life.ask.askedAtMs,
    updatedAtMs: life.device.clock.now(),
    state,
    timeline: [...life.steps, ...last],
  };
}

/** The state of an answer that came to its end. */
export function wholeState(life: AskLife, answer: Answer, network: Network): AnswerState {
  return {
    kind: 'whole',
    answer,
    network,
    waitedMs: life.waitedMs,
    firstTokenMs: life.firstTokenMs,
    totalMs: elapsedMs(life),
    fresh: null,
  };
}

/** What may be given again: a whole answer to an ask that may be reused, where the policy and its words allow it. */
export function savedRowOf(life: AskLife, answer: Answer): SavedRow | null {
  const { standing, ask, device } = life;
  const { feature, savedKey } = standing;
  if (feature === null || savedKey === null || !isWhole(answer.finishReason) || answer.toolCalls.length > 0)
    return null;
  const mayBePersonal = feature.device.store === 'store_unless_pii';
  // The body is JSON: a line end in it is written as two characters, of which one would join the word after it.
  if (mayBePersonal && looksPersonal(`${ask.body.replaceAll(/\\[nrt]/g, ' ')}\n${answer.text}`)) return null;
  const question = questionOf(ask.chat);
  const nowMs = device.clock.now();
  return {
    key: savedKey,
    feature: feature.name,
    question,
    answer,
    savedAtMs: nowMs,
    usedAtMs: nowMs,
    // Two bytes per character in memory and on disk, and a little for the rest.
    bytes: 2 * (question.length + answer.text.length) + 500,
    promptVersion: feature.prompt_version,
  };
}

/** The one event of this ask. */
export function eventOf(
  life: AskLife,
  ended: Pick<AskEnded, 'outcome' | 'source' | 'network'> & { savedAgeMs?: number },
): AskEnded {
  const { ask, standing, call } = life;
  return {
    event_id: ask.id,
    ask_id: ask.id,
    kind: 'ask-ended',
    feature: (standing.feature?.name ?? ask.feature ?? 'default').slice(0, 100) || 'default',
    outcome: ended.outcome,
    source: ended.source,
    network: ended.network,
    asked_at_ms: ask.askedAtMs,
    first_token_ms: life.firstTokenMs,
    total_ms: elapsedMs(life),
    waited_ms: life.waitedMs,
    tries: Math.min(call.tries, 10_000),
    resumes: Math.min(call.resumes, 10_000),
    saved_age_ms: ended.savedAgeMs ?? null,
    simulated: life.simulated,
  };
}

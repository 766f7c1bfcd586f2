import type { NumberedEvent, Provenance } from '#shared/answer.ts';
import { isProblemCode, Problem } from '#shared/problem.ts';
import type { EndState, Owner } from '../store/journal.ts';
import type { AskHandle } from './asks.ts';
import type { Heart } from './heart.ts';
import { problemEvent } from './job.ts';

/** Events in one page of the journal. */
const PAGE = 2_000;

/** An ask from the journal, whole (at most 4 MB); null when it is unknown or not the owner's. Throws `ask_expired`. */
export async function replay(
  owner: Owner,
  askId: string,
  { journal, clock }: Pick<Heart, 'journal' | 'clock'>,
): Promise<AskHandle | null> {
  const events: NumberedEvent[] = [];
  for (;;) {
    const page = await journal.read({ owner, askId, after: events.length, limit: PAGE, nowMs: clock.now() });
    if (page === null) return null;
    if (page.state === 'expired') throw expired(askId);
    events.push(...page.events);
    if (page.events.length === PAGE) continue;
    // What runs nowhere here runs no more: a process that stopped without a word left it.
    const state = page.state === 'running' ? 'incomplete' : page.state;
    return recorded(askId, { state, usageAsked: page.usageAsked ?? false }, withEnd(askId, events));
  }
}

/** A crash leaves an ask without its last event; a reader must get one. */
function withEnd(askId: string, events: NumberedEvent[]): NumberedEvent[] {
  const last = events.at(-1)?.event.type;
  if (last === 'answer-end' || last === 'answer-problem') return events;
  const problem =
    events.length === 0
      ? new Problem('broken', `The router stopped before ask \`${askId}\` got an answer.`)
      : new Problem('stream_incomplete', `The router stopped in the middle of ask \`${askId}\`.`);
  return [
    ...events,
    { seq: events.length + 1, event: { type: 'answer-problem', problem: problemEvent(problem), provenance: null } },
  ];
}

function recorded(
  askId: string,
  { state, usageAsked }: { state: EndState; usageAsked: boolean },
  events: readonly NumberedEvent[],
): AskHandle {
  return {
    askId,
    usageAsked,
    delivery: 'replay',
    state: () => state,
    async opening(signal) {
      signal.throwIfAborted();
      return openingOf(askId, events);
    },
    async *events(after, signal) {
      for (const event of events.slice(Math.max(0, after))) {
        signal.throwIfAborted();
        yield event;
      }
    },
    beganAnew: () => events.findLast(({ event }) => event.type === 'answer-reset')?.seq ?? 0,
    leave: () => undefined,
  };
}

function openingOf(askId: string, events: readonly NumberedEvent[]): Provenance {
  const last = events.at(-1)?.event;
  if (last?.type === 'answer-problem' && events.length === 1) throw problemOf(last.problem);
  if ((last?.type === 'answer-end' || last?.type === 'answer-problem') && last.provenance !== null)
    return last.provenance;
  const first = events[0]?.event;
  return {
    id: askId,
    source: 'provider',
    provider: null,
    model: first?.type === 'answer-start' ? first.model : null,
    attempts: 0,
    hops: 0,
    cost_usd: null,
    cost_estimated: false,
    degraded: [],
    age_seconds: 0,
    first_token_ms: null,
    demo: false,
  };
}

/** The problem behind a stored one; its message holds the hint, which the problem adds again by itself. */
function problemOf({ code, message }: { code: string; message: string }): Problem {
  const known = isProblemCode(code) ? code : 'broken';
  const { hint } = new Problem(known, '');
  return new Problem(known, message.endsWith(hint) ? message.slice(0, -hint.length).trimEnd() : message);
}

/** The problem of an ask whose journal is gone. */
export function expired(askId: string): Problem {
  return new Problem('ask_expired', `Ask \`${askId}\` is too old to be read again.`);
}

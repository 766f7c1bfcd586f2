import { effect, untracked, type ReadonlySignal } from '@preact/signals';
import type { Clock } from '#shared/clock.ts';
import type { Outbox } from '../app/outbox.ts';
import type { Session } from '../app/session.ts';
import type { Storage } from '../app/storage.ts';
import type { Toasts } from '../app/toasts.ts';
import { isRunning, type TurnView } from '../ask/answer-view.ts';
import type { Talk } from '../ask/talk.ts';
import type { HeldAsk } from './held-asks.ts';

/** Answers that arrive in this time are told of together, in milliseconds. */
const TOGETHER_MS = 1_500;

export interface ArrivalParts {
  clock: Clock;
  outbox: Outbox;
  session: Pick<Session, 'state'>;
  storage: Pick<Storage, 'state' | 'outbox' | 'follow'>;
  talk: Pick<Talk, 'conversationId' | 'turns' | 'saidHere'>;
  toasts: Toasts;
  /** The conversation that somebody looks at now; null where none is on screen, or nobody looks at the page. */
  lookedAt: ReadonlySignal<string | null>;
  /** Shows this address. */
  go: (path: string) => void;
  /** Puts a number on the icon of the app; 0 takes it off. */
  setBadge: (count: number) => void;
}

/** Watches what becomes of asks while nobody waits for them: says it once, counts it, and takes it for seen when it is looked at. */
export function watchArrivals(parts: ArrivalParts): () => void {
  const stops = [watchBadge(parts), watchSeen(parts), watchNews(parts), watchTurns(parts), watchSignIn(parts)];
  return () => stops.forEach((stop) => stop());
}

/** On the icon: what waits, and what was answered and not seen. */
function watchBadge({ outbox, setBadge }: ArrivalParts): () => void {
  return effect(() => setBadge(outbox.waiting.value + outbox.answered.value));
}

/** An answer whose conversation is looked at is news no longer. */
function watchSeen({ lookedAt, storage, talk }: ArrivalParts): () => void {
  return effect(() => {
    const place = storage.state.value;
    if (lookedAt.value === null || lookedAt.value !== talk.conversationId.value || place.kind !== 'open') return;
    const shown = new Set(talk.turns.value.map((turn) => turn.id));
    const rows = storage.outbox.value ?? [];
    const seen = rows.filter(({ askId, state }) => state.kind === 'answered' && shown.has(askId));
    if (seen.length > 0) void place.store.steering.markSeen(seen.map(({ askId }) => askId));
  });
}

/** Tells of answers that arrived in conversations that are not looked at, once each, those of a moment together. */
function watchNews({ clock, go, lookedAt, outbox, storage, toasts }: ArrivalParts): () => void {
  /** Null until the list is known: what was answered before this page opened is counted, not told. */
  let known: Set<string> | null = null;
  const arrived: HeldAsk[] = [];
  const tell = (): void => {
    const [first, ...more] = arrived.splice(0, arrived.length);
    if (first === undefined) return;
    const one = more.length === 0;
    const path = one && first.conversationId !== null ? `/c/${first.conversationId}` : '/waiting';
    const text = one ? `An answer arrived: ${cutShort(first.row.question)}` : `${more.length + 1} answers arrived.`;
    toasts.show({ text, action: { word: 'Show', run: () => go(path) } });
  };
  let forget = (): void => undefined;
  const unfollow = storage.follow((lists) => {
    known = null;
    return lists.heldAsks((asks) => {
      const answered = asks.filter(({ row }) => row.state.kind === 'answered');
      outbox.newIn.value = new Set(answered.flatMap(({ conversationId }) => conversationId ?? []));
      const before = known;
      known = new Set(answered.map(({ row }) => row.askId));
      if (before === null) return;
      const fresh = answered.filter(
        ({ row, conversationId }) => !before.has(row.askId) && conversationId !== untracked(() => lookedAt.value),
      );
      if (fresh.length === 0) return;
      arrived.push(...fresh);
      forget();
      forget = clock.after(TOGETHER_MS, tell);
    });
  });
  return () => {
    forget();
    unfollow();
  };
}

/** Says what ended in the conversation on screen without this tab having read it: a late answer, or one of the outbox or of another tab. */
function watchTurns({ outbox, talk }: ArrivalParts): () => void {
  let before = new Map<string, string>();
  let of: string | null = null;
  return effect(() => {
    const conversation = talk.conversationId.value;
    const turns = talk.turns.value;
    const now = new Map(turns.map((turn) => [turn.id, standingOf(turn)]));
    const same = of === conversation;
    const ended = same
      ? turns.filter((turn) => {
          const was = before.get(turn.id);
          return was !== undefined && was !== now.get(turn.id) && newsOf(was, turn, talk) !== '';
        })
      : [];
    const news = ended.map((turn) => newsOf(before.get(turn.id) ?? '', turn, talk)).at(-1);
    before = now;
    of = conversation;
    if (news !== undefined) untracked(() => (outbox.news.value = news));
  });
}

function standingOf({ answer }: TurnView): string {
  if (isRunning(answer) || answer.kind === 'waiting') return 'open';
  return answer.kind === 'whole' && answer.fresh !== null ? 'whole, fresh' : answer.kind;
}

function newsOf(was: string, turn: TurnView, talk: Pick<Talk, 'saidHere'>): string {
  const { answer } = turn;
  if (answer.kind === 'whole' && answer.fresh !== null) return 'A fresh answer arrived. The saved one still stands.';
  if (was !== 'open' || talk.saidHere(turn.id)) return '';
  if (answer.kind === 'whole') return `The answer is there: ${cutShort(turn.prompt)}`;
  return answer.kind === 'partial' ? `Part of the answer is there: ${cutShort(turn.prompt)}` : '';
}

/** Somebody signed in: what waited for that waits for the line again. A session that has ended since says so once more, and no oftener. */
function watchSignIn({ outbox, session, storage }: ArrivalParts): () => void {
  return effect(() => {
    const place = storage.state.value;
    if (session.state.value.kind !== 'ready' || place.kind !== 'open') return;
    void place.store.steering.signedIn().then((any) => {
      if (any) outbox.sendDue();
    });
  });
}

function cutShort(text: string): string {
  const points = Array.from(text.replaceAll(/\s+/g, ' ').trim());
  return points.length <= 60 ? points.join('') : `${points.slice(0, 59).join('')}…`;
}

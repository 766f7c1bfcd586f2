import type { DraftRow } from '#device/rows.ts';
import type { Models } from '../app/models.ts';
import type { Steering } from './steering.ts';

/** What a person can do to an ask that waits, wherever it is shown. Each says what it did, and what can be undone can be undone. */
export type Verbs = Pick<Models, 'clock' | 'outbox' | 'storage' | 'talk' | 'toasts'>;

/** An ask and where it stands. */
export interface Asked {
  askId: string;
  question: string;
  /** Null when it stands in no conversation that is kept here. */
  conversationId: string | null;
}

/** Takes it out of the line, with Undo for as long as the message stands. Too late for that, it is stopped for good. */
export async function cancelAsk(models: Verbs, askId: string): Promise<void> {
  const { clock, outbox, toasts } = models;
  const steering = steeringOf(models);
  if (steering === null || !(await steering.cancel(askId, clock.now()))) {
    outbox.takeBack(askId);
    toasts.show({ text: 'Ask stopped.' });
    return;
  }
  toasts.show({
    text: 'Ask cancelled.',
    action: { word: 'Undo', run: () => void bringBack(models, steering, askId) },
    over: () => outbox.takeBack(askId),
  });
}

async function bringBack({ outbox, toasts }: Verbs, steering: Steering, askId: string): Promise<void> {
  const back = await steering.undoCancel(askId);
  if (back) outbox.sendDue();
  else toasts.show({ text: 'It was gone already. Its question still stands in its conversation.' });
}

/** Takes an ask that had its last answer off the list, with Undo. */
export async function discardAsk(models: Verbs, askId: string): Promise<void> {
  const steering = steeringOf(models);
  const removed = await steering?.discard(askId);
  if (steering === null || removed === undefined) return;
  models.toasts.show({
    text: 'Discarded.',
    action: { word: 'Undo', run: () => void steering.putBack(removed) },
  });
}

/** Moves it one place in the line, and says where it stands now. */
export async function moveAsk(models: Verbs, askId: string, by: -1 | 1): Promise<void> {
  const line = (await steeringOf(models)?.move(askId, by)) ?? null;
  if (line !== null) models.outbox.news.value = `Moved to place ${line.indexOf(askId) + 1} of ${line.length}.`;
}

/**
 * Takes it out of the line and puts its words into the question field of its conversation. Asked again it is a new ask with a new
 * key, at the end of the line: a key stands for one body. `go` shows an address.
 */
export async function editAsk(models: Verbs, asked: Asked, go: (path: string) => void): Promise<void> {
  const { outbox, talk, toasts } = models;
  const typed = await typedIn(models, asked.conversationId);
  outbox.takeBack(asked.askId, wasSent(models, asked.askId) ? 'edited' : 'edited-unsent');
  talk.show(asked.conversationId);
  go(asked.conversationId === null ? '/' : `/c/${asked.conversationId}`);
  talk.type(asked.question);
  if (typed.trim() === '' || typed === asked.question) return;
  toasts.show({
    text: 'What you had typed was set aside.',
    action: { word: 'Bring it back', run: () => talk.type(typed) },
    stays: true,
  });
}

/**
 * Brings a draft of a new conversation into the field of this tab. What stands typed there takes its place, so that nothing of
 * either is lost. `go` shows an address.
 */
export async function openDraft(models: Verbs, row: DraftRow, go: (path: string) => void): Promise<void> {
  const { clock, storage, talk } = models;
  const { value: place } = storage.state;
  const typed = await typedIn(models, null);
  talk.show(null);
  go('/');
  talk.type(row.text);
  if (place.kind !== 'open') return;
  await place.store.keepDraft({ conversationId: row.conversationId, text: typed, atMs: clock.now() });
}

/** What stands typed in a conversation, or in a new one. */
async function typedIn({ storage, talk }: Verbs, conversationId: string | null): Promise<string> {
  const { value: place } = storage.state;
  if (talk.conversationId.value === conversationId || place.kind !== 'open') return talk.draft.value;
  return place.store.readDraft(conversationId ?? place.store.newDraft).catch(() => '');
}

/** Whether the router may have seen it. */
function wasSent({ storage }: Verbs, askId: string): boolean {
  const row = storage.outbox.value?.find((each) => each.askId === askId);
  if (row === undefined || row.state.kind === 'refused' || row.state.kind === 'needs-sign-in') return true;
  return row.tries > 0 && !['offline', 'portal', 'not-tried'].includes(row.network);
}

/** Asks the words of an expired ask anew, in its conversation; what is typed there stays. `go` shows an address. */
export async function askAnew(models: Verbs, asked: Asked, go: (path: string) => void): Promise<void> {
  const { outbox, talk } = models;
  outbox.takeBack(asked.askId);
  talk.show(asked.conversationId);
  if (asked.conversationId !== null) go(`/c/${asked.conversationId}`);
  await talk.ask(asked.question);
}

/**
 * Notes, or takes back, the wish to be told when it is answered. `askLeave` asks the person whether this browser may do so; it is
 * called only here, on their press.
 */
export async function wishToHear(
  models: Verbs,
  { askId, conversationId }: Asked,
  askLeave: (() => Promise<boolean>) | null,
): Promise<void> {
  const { outbox, toasts } = models;
  if (askLeave !== null && !(await askLeave())) {
    toasts.show({
      text: 'This browser may not tell you. Allow notifications for this address in its settings, then press it again.',
    });
    return;
  }
  const noted = await steeringOf(models)?.wishToHear(askId, askLeave === null ? null : conversationId);
  if (noted === true)
    outbox.news.value = askLeave === null ? 'You will not be told.' : 'You will be told when it is answered.';
}

function steeringOf({ storage }: Verbs): Steering | null {
  const { value: place } = storage.state;
  return place.kind === 'open' ? place.store.steering : null;
}

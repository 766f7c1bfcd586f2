import { useLocation } from 'preact-iso';
import { useModels } from '../app/models.ts';
import { askLeave, noticesOf } from '../notify/leave.ts';
import type { Entry } from './entry.ts';
import { askAnew, cancelAsk, discardAsk, editAsk, wishToHear, type Asked } from './verbs.ts';

/** What a person can do with an ask that waits: the same in its conversation and in the list. */
export function EntryActions({ asked, entry }: { asked: Asked; entry: Entry }) {
  const models = useModels();
  const { route } = useLocation();
  // One button under two words, so that it keeps the focus while an attempt comes and goes.
  const cancel = (word: string) => <Quiet key="cancel" word={word} press={() => cancelAsk(models, asked.askId)} />;
  const discard = <Quiet word="Discard" press={() => discardAsk(models, asked.askId)} />;
  const edit = <Quiet word="Edit" press={() => editAsk(models, asked, route).then(focusField)} />;
  const sendNow = (word: string) => (
    <button class="button" type="button" onClick={() => models.outbox.sendNow(asked.askId)}>
      {word}
    </button>
  );
  switch (entry.kind) {
    case 'queued':
      return (
        <>
          <Tell asked={asked} toTell={entry.toTell} />
          {cancel('Cancel')}
          {edit}
          {sendNow('Send now')}
        </>
      );
    case 'sending':
    case 'resuming':
      return <>{cancel('Stop')}</>;
    case 'needs-sign-in':
      return (
        <>
          {cancel('Cancel')}
          {edit}
          {sendNow('Try again')}
        </>
      );
    case 'refused':
      return (
        <>
          {discard}
          {edit}
        </>
      );
    case 'expired':
      return (
        <>
          {discard}
          {edit}
          <button class="button" type="button" onClick={() => void askAnew(models, asked, route)}>
            Ask again
          </button>
        </>
      );
    default:
      return null;
  }
}

/** The question field is there with the next frame. */
function focusField(): void {
  requestAnimationFrame(() => document.getElementById('say')?.focus());
}

/** Shown only where the browser has notifications, and where a press of one would find the answer. */
function Tell({ asked, toTell }: { asked: Asked; toTell: boolean }) {
  const models = useModels();
  const notices = noticesOf(window);
  if (notices === null || asked.conversationId === null) return null;
  return toTell ? (
    <Quiet word="Do not tell me" look="tell" press={() => wishToHear(models, asked, null)} />
  ) : (
    <Quiet
      word="Tell me when it is answered"
      look="tell"
      press={() => wishToHear(models, asked, () => askLeave(notices))}
    />
  );
}

function Quiet({ word, look = '', press }: { word: string; look?: string; press: () => Promise<void> }) {
  return (
    <button class={`button plain quiet ${look}`} type="button" onClick={() => void press()}>
      {word}
    </button>
  );
}

import type { DraftRow } from '#device/rows.ts';
import { useModels } from '../app/models.ts';
import { NEW_CONVERSATION } from '../ask/talk.ts';
import { Mark } from '../look/mark.tsx';
import { tellEntry } from './entry-words.ts';

/** Words that stand typed and unsent, wherever that is. */
export function DraftEntry({ row }: { row: DraftRow }) {
  const { clock, nowMs, storage, talk, toasts } = useModels();
  const told = tellEntry({ kind: 'draft', atMs: row.updatedAtMs }, nowMs.value);
  const isNew = row.conversationId === NEW_CONVERSATION;
  const put = (text: string): void => {
    // What stands in the field of the conversation that was shown last is changed there too.
    if ((talk.conversationId.value ?? NEW_CONVERSATION) === row.conversationId) return talk.type(text);
    const place = storage.state.value;
    if (place.kind !== 'open') return;
    void place.store.keepDraft({ conversationId: row.conversationId, text, atMs: clock.now() });
  };
  const discard = (): void => {
    put('');
    toasts.show({ text: 'Draft discarded.', action: { word: 'Undo', run: () => put(row.text) } });
    document.getElementById('main')?.focus();
  };
  return (
    <article class="waits-row" aria-label={`${row.text.trim().slice(0, 80)}: draft`}>
      <Mark name={told.mark} look={told.tone} />
      <h3>{row.text.trim()}</h3>
      <p>
        <b>{told.what}</b> {told.more}
      </p>
      <div class="buttons">
        <button class="button plain quiet" type="button" onClick={discard}>
          Discard
        </button>
        <a class="button plain" href={isNew ? '/' : `/c/${row.conversationId}`}>
          Open
        </a>
      </div>
    </article>
  );
}

import { useLocation } from 'preact-iso';
import type { DraftRow } from '#device/rows.ts';
import { useModels } from '../app/models.ts';
import { isOfNew } from '../app/own-draft.ts';
import { Mark } from '../look/mark.tsx';
import { tellEntry } from './entry-words.ts';
import { openDraft } from './verbs.ts';

/** Words that stand typed and unsent, wherever that is. */
export function DraftEntry({ row }: { row: DraftRow }) {
  const models = useModels();
  const { clock, nowMs, storage, talk, toasts } = models;
  const { route } = useLocation();
  const told = tellEntry({ kind: 'draft', atMs: row.updatedAtMs }, nowMs.value);
  const place = storage.state.value;
  const ofNew = place.kind === 'open' ? place.store.newDraft : null;
  const isOwn = row.conversationId === ofNew;
  const put = (text: string): void => {
    // What stands in the field of the conversation that was shown last is changed there too.
    if ((talk.conversationId.value ?? ofNew) === row.conversationId) return talk.type(text);
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
        {isOfNew(row.conversationId) && !isOwn ? (
          <button class="button plain" type="button" onClick={() => void openDraft(models, row, route)}>
            Open
          </button>
        ) : (
          <a class="button plain" href={isOwn ? '/' : `/c/${row.conversationId}`}>
            Open
          </a>
        )}
      </div>
    </article>
  );
}

import { useLocation } from 'preact-iso';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { MAX_TITLE_CHARS } from '#device/conversations.ts';
import type { ConversationRow } from '#device/rows.ts';
import { useModels } from '../app/models.ts';

/** Gives a conversation another name, or removes it. */
export function ConversationMenu({ row, onClose }: { row: ConversationRow; onClose: () => void }) {
  const { clock, outbox, storage, talk, toasts } = useModels();
  const { route } = useLocation();
  const title = useSignal(row.title);
  const root = useRef<HTMLFormElement>(null);
  const place = storage.state.value;
  // Whoever opened it is about to name it; what opened it gets the focus back.
  useEffect(() => root.current?.querySelector('input')?.select(), []);
  const close = (): void => {
    root.current?.previousElementSibling?.querySelector('button')?.focus();
    onClose();
  };
  if (place.kind !== 'open') return null;
  const { store } = place;

  const rename = (): void => {
    const name = title.value.trim();
    if (name !== '' && name !== row.title) void store.renameConversation(row.id, name);
    close();
  };
  const remove = async (): Promise<void> => {
    const shown = talk.onScreen.value && talk.conversationId.value === row.id;
    const removed = await store.steering.removeConversation(row.id, clock.now());
    if (shown) route('/');
    document.getElementById('main')?.focus();
    toasts.show({
      text: removed.unsent.length === 0 ? 'Conversation removed.' : 'Conversation removed, with what waited in it.',
      action: {
        word: 'Undo',
        run() {
          void store.steering.putBack(removed).then(() => outbox.sendDue());
          if (shown) route(`/c/${row.id}`);
        },
      },
      over: () => removed.unsent.forEach(({ askId }) => outbox.takeBack(askId)),
    });
  };
  return (
    <form
      class="menu"
      ref={root}
      aria-label={`About ${row.title}`}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        rename();
      }}
    >
      <div class="field">
        <label for={`name-${row.id}`}>Its name here</label>
        <input
          class="input"
          id={`name-${row.id}`}
          maxLength={MAX_TITLE_CHARS}
          value={title.value}
          onInput={(event) => (title.value = event.currentTarget.value)}
        />
      </div>
      <div class="buttons">
        <button class="button plain quiet" type="button" onClick={() => void remove()}>
          Remove
        </button>
        <button class="button" type="submit">
          Rename
        </button>
      </div>
    </form>
  );
}

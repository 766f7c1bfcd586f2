import { lazy } from 'preact-iso';
import { useSignal } from '@preact/signals';
import type { ConversationRow } from '#device/rows.ts';
import { useModels } from '../app/models.ts';
import { Suspense } from '../app/suspense.tsx';
import { Mark } from '../look/mark.tsx';
import { dayGroup } from '../look/words.ts';

const ConversationMenu = lazy(() => import('./conversation-menu.tsx').then((module) => module.ConversationMenu));

/** The conversations last spoken in, by day: in the rail on a desk, under an empty conversation on a phone. */
export function Conversations() {
  const { storage, nowMs } = useModels();
  let group = '';
  return storage.conversations.value.map((row) => {
    const day = dayGroup(row.updatedAtMs, nowMs.value);
    const head = day === group ? null : <p class="head">{day}</p>;
    group = day;
    return (
      <>
        {head}
        <Conversation key={row.id} row={row} />
      </>
    );
  });
}

function Conversation({ row }: { row: ConversationRow }) {
  const { outbox, talk } = useModels();
  const open = useSignal(false);
  return (
    <>
      <div class="told">
        <a class="go" href={`/c/${row.id}`} aria-current={talk.conversationId.value === row.id ? 'true' : undefined}>
          <Mark name="go-ask" />
          <span class="cut-off">{row.title}</span>
          {outbox.newIn.value.has(row.id) && <span class="state live">new</span>}
        </a>
        <button
          class="button icon plain quiet"
          type="button"
          aria-label={`More about ${row.title}`}
          aria-expanded={open.value}
          onClick={() => (open.value = !open.value)}
        >
          <Mark name="more" look="small" />
        </button>
      </div>
      {open.value && (
        <Suspense>
          <ConversationMenu row={row} onClose={() => (open.value = false)} />
        </Suspense>
      )}
    </>
  );
}

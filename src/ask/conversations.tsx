import { useModels } from '../app/models.ts';
import { Mark } from '../look/mark.tsx';
import { dayGroup } from '../look/words.ts';

/** The conversations last spoken in, by day: in the rail on a desk, under an empty conversation on a phone. */
export function Conversations() {
  const { storage, talk, nowMs } = useModels();
  let group = '';
  return storage.conversations.value.map((row) => {
    const day = dayGroup(row.updatedAtMs, nowMs.value);
    const head = day === group ? null : <p class="head">{day}</p>;
    group = day;
    return (
      <>
        {head}
        <a
          class="go told"
          href={`/c/${row.id}`}
          aria-current={talk.conversationId.value === row.id ? 'true' : undefined}
        >
          <Mark name="go-ask" />
          <span class="cut-off">{row.title}</span>
        </a>
      </>
    );
  });
}

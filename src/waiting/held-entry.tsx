import { useModels } from '../app/models.ts';
import { Mark } from '../look/mark.tsx';
import { ageWords } from '../look/words.ts';
import { EntryActions } from './entry-actions.tsx';
import { tellEntry } from './entry-words.ts';
import { moveAsk } from './verbs.ts';
import { isInLine, type Entry } from './entry.ts';
import type { Held } from './waiting-view.tsx';

/** One ask of the list: what was asked, how it stands, what can be done. `alone` where there is no other of its kind. */
export function HeldEntry({ held: { row, conversationId, entry }, alone }: { held: Held; alone: boolean }) {
  const { nowMs } = useModels();
  const told = tellEntry(entry, nowMs.value);
  const asked = { askId: row.askId, question: row.question, conversationId };
  return (
    <article
      class="waits-row"
      data-row={row.askId}
      tabIndex={-1}
      aria-label={`${row.question.slice(0, 80)}: ${told.what}`}
    >
      <Mark name={told.mark} look={told.tone} />
      <h3>{conversationId === null ? row.question : <a href={`/c/${conversationId}`}>{row.question}</a>}</h3>
      <p>
        <b>{told.what}</b> {told.more} Asked {ageWords(nowMs.value - row.askedAtMs)}.
      </p>
      <div class="buttons">
        {isInLine(entry) && !alone && <Moves askId={row.askId} entry={entry} />}
        <EntryActions asked={asked} entry={entry} />
        {entry.kind === 'answered' && conversationId !== null && (
          <a class="button plain" href={`/c/${conversationId}`}>
            Open
          </a>
        )}
      </div>
    </article>
  );
}

/** Moves the ask one place. Where it cannot be moved its buttons stay, so that whoever pressed one keeps the focus. */
function Moves({ askId, entry }: { askId: string; entry: Entry }) {
  const models = useModels();
  const waits = entry.kind === 'queued';
  const first = !waits || entry.place === 1;
  const last = !waits || entry.place === entry.line;
  const button = (by: -1 | 1, word: string, off: boolean) => (
    <button
      class="button icon plain quiet"
      type="button"
      aria-label={word}
      aria-disabled={off}
      onClick={() => {
        if (!off) void moveAsk(models, askId, by);
      }}
    >
      <Mark name={by === -1 ? 'up' : 'lower'} look="small" />
    </button>
  );
  return (
    <span class="moves">
      {button(-1, 'Move up', first)}
      {button(1, 'Move down', last)}
    </span>
  );
}

import { useRef } from 'preact/hooks';
import { useModels } from '../app/models.ts';
import { Mark } from '../look/mark.tsx';
import { ageWords } from '../look/words.ts';
import { EntryActions } from './entry-actions.tsx';
import { tellEntry } from './entry-words.ts';
import { moveAsk } from './verbs.ts';
import type { Held } from './waiting-view.tsx';

/** One ask of the list: what was asked, how it stands, what can be done. */
export function HeldEntry({ held: { row, conversationId, entry } }: { held: Held }) {
  const { nowMs } = useModels();
  const told = tellEntry(entry, nowMs.value);
  const asked = { askId: row.askId, question: row.question, conversationId };
  return (
    <article class="waits-row" aria-label={`${row.question.slice(0, 80)}: ${told.what}`}>
      <Mark name={told.mark} look={told.tone} />
      <h3>{conversationId === null ? row.question : <a href={`/c/${conversationId}`}>{row.question}</a>}</h3>
      <p>
        <b>{told.what}</b> {told.more} Asked {ageWords(nowMs.value - row.askedAtMs)}.
      </p>
      <div class="buttons">
        {entry.kind === 'queued' && entry.line > 1 && (
          <Moves askId={row.askId} first={entry.place === 1} last={entry.place === entry.line} />
        )}
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

/** Moves the ask one place. At an end its button stays where it is, so that whoever pressed it keeps the focus. */
function Moves({ askId, first, last }: { askId: string; first: boolean; last: boolean }) {
  const models = useModels();
  const root = useRef<HTMLSpanElement>(null);
  const move = async (by: -1 | 1): Promise<void> => {
    const pressed = document.activeElement;
    await moveAsk(models, askId, by);
    // A row that moves in the document loses the focus; it is given back with the frame that draws the new order.
    requestAnimationFrame(() => {
      if (pressed instanceof HTMLElement && root.current?.contains(pressed) === true) pressed.focus();
    });
  };
  const button = (by: -1 | 1, word: string, off: boolean) => (
    <button
      class="button icon plain quiet"
      type="button"
      aria-label={word}
      aria-disabled={off}
      onClick={() => {
        if (!off) void move(by);
      }}
    >
      <Mark name={by === -1 ? 'up' : 'lower'} look="small" />
    </button>
  );
  return (
    <span class="moves" ref={root}>
      {button(-1, 'Move up', first)}
      {button(1, 'Move down', last)}
    </span>
  );
}

import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { LINE_WORDS } from '../app/line-words.ts';
import { useModels } from '../app/models.ts';
import { Mark } from '../look/mark.tsx';

/** Longest question, in characters: well under what the router takes as a body. */
const MAX_QUESTION_CHARS = 100_000;

/** The question field. Enter sends, Shift+Enter breaks the line. */
export function Compose() {
  const { line, session, talk } = useModels();
  const field = useRef<HTMLTextAreaElement>(null);
  const draft = talk.draft.value;
  const state = line.state.value;
  const ready = session.state.value;
  const savedMs = ready.kind === 'ready' ? ready.policy.limits.first_token_saved_ms : 3_000;
  const hint = LINE_WORDS[state].hint(savedMs / 1000);

  // As tall as what is typed, up to the limit of the style sheet.
  useLayoutEffect(() => {
    const area = field.current;
    if (area === null) return;
    area.style.removeProperty('height');
    if (draft !== '') area.style.setProperty('height', `${area.scrollHeight}px`);
  }, [draft]);

  // What stands above the dock (a message) has to know how tall it is.
  const dock = useRef<HTMLFormElement>(null);
  useEffect(() => {
    const form = dock.current;
    if (form === null) return undefined;
    const { style } = document.documentElement;
    const watch = new ResizeObserver(() => style.setProperty('--dock', `${form.offsetHeight}px`));
    watch.observe(form);
    return () => watch.disconnect();
  }, []);

  const send = (): void => {
    void talk.ask();
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // An Enter that ends a composition (Japanese, Chinese, Korean) is not a wish to send.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      class="compose"
      ref={dock}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {hint !== '' && (
        <p class={`hint ${state}`}>
          <Mark name={`line-${state}`} look="small" />
          <span>{hint}</span>
        </p>
      )}
      <div class="box">
        <label class="unseen" for="say">
          Your question
        </label>
        <textarea
          ref={field}
          id="say"
          rows={1}
          maxLength={MAX_QUESTION_CHARS}
          placeholder="Ask anything"
          enterkeyhint="send"
          autocomplete="off"
          value={draft}
          onInput={(event) => talk.type(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <button class="button primary" type="submit">
          <Mark name="up" look="small" />
          Ask
        </button>
      </div>
    </form>
  );
}

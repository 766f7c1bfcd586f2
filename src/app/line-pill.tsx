import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Evidence, LineState } from '#shared/line.ts';
import { Mark } from '../look/mark.tsx';
import { Meter } from '../look/meter.tsx';
import { clockWords, durationWords } from '../look/words.ts';
import { LineSignIn } from './line-sign-in.tsx';
import { LINE_WORDS } from './line-words.ts';
import { useModels } from './models.ts';

/** The line in a word. Opens what it was judged by. */
export function LinePill({ onNetwork }: { onNetwork: (() => void) | null }) {
  const { line } = useModels();
  const open = useSignal(false);
  const root = useRef<HTMLDivElement>(null);
  const state = line.state.value;

  useEffect(() => {
    const close = (event: Event): void => {
      const inside = root.current?.contains(event.target as Node) === true;
      const away = event instanceof KeyboardEvent ? event.key === 'Escape' : !inside;
      if (!away) return;
      // What had the focus goes away; its place is taken by what opened it.
      if (open.value && inside) root.current?.querySelector('button')?.focus();
      open.value = false;
    };
    addEventListener('keydown', close);
    addEventListener('pointerdown', close);
    return () => {
      removeEventListener('keydown', close);
      removeEventListener('pointerdown', close);
    };
  }, []);

  return (
    <div ref={root} class="line">
      <button
        class={`pill ${state}`}
        type="button"
        aria-expanded={open.value}
        onClick={() => (open.value = !open.value)}
      >
        <Mark name={`line-${state}`} />
        <span>{LINE_WORDS[state].pill}</span>
      </button>
      {open.value && (
        <section class="sheet evidence" aria-label="What the line was judged by">
          <EvidenceList state={state} evidence={line.evidence.value} />
          <LineSignIn />
          {onNetwork !== null && (
            <button
              class="button"
              type="button"
              onClick={() => {
                open.value = false;
                root.current?.querySelector('button')?.focus();
                onNetwork();
              }}
            >
              <Mark name="go-settings" look="small" />
              Simulate the network
            </button>
          )}
        </section>
      )}
    </div>
  );
}

const TONE: Record<LineState, string> = {
  unknown: 'idle',
  online: 'good',
  slow: 'warn',
  offline: 'idle',
  portal: 'warn',
};

/** The last real asks, newest first, each with its time to the first word. */
export function EvidenceList({ state, evidence }: { state: LineState; evidence: readonly Evidence[] }) {
  const slowest = Math.max(1_000, ...evidence.map((each) => each.first_token_ms ?? 0));
  return (
    <>
      <h2>
        Line
        <span class={`state ${TONE[state]}`}>
          <Mark name={`line-${state}`} look="small" />
          {LINE_WORDS[state].pill}
        </span>
      </h2>
      <p class="beside">
        {evidence.length === 0
          ? 'It is judged by real asks, and none was sent yet.'
          : 'Judged by the last real asks: time to the first word.'}
      </p>
      {evidence.length > 0 && (
        <ul class="tries">
          {[...evidence].reverse().map((each) => (
            <li key={each.at_ms}>
              <span>{clockWords(each.at_ms)}</span>
              {each.first_token_ms === null ? <span class="none" /> : <Meter part={each.first_token_ms / slowest} />}
              <span>{outcomeWords(each)}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function outcomeWords({ outcome, first_token_ms: ms }: Evidence): string {
  switch (outcome) {
    case 'answered':
      return ms === null ? 'answered' : durationWords(ms);
    case 'slow':
      return ms === null ? 'none in time' : durationWords(ms);
    case 'offline':
      return 'no line';
    case 'portal':
      return 'a sign-in page';
    case 'bad-answer':
      return 'not our router';
    case 'cut':
      return 'broke off';
    default:
      return outcome satisfies never;
  }
}

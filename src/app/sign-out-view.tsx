import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Mark } from '../look/mark.tsx';
import { countWords } from '../look/words.ts';
import { useModels } from './models.ts';

/** Most waiting asks that are named before somebody leaves them. */
const NAMED = 10;

/** Where a person signs out, and hears before what would be lost. */
export function SignOutView() {
  const { session, secure } = useModels();
  const state = session.state.value;
  const guest = state.kind === 'ready' && state.policy.guest;
  useEffect(() => {
    document.title = 'Sign out · Layover';
  }, []);
  return (
    <main class="page" id="main" tabIndex={-1}>
      <section class="sheet" aria-labelledby="sign-out">
        <header>
          <h2 id="sign-out">{guest ? 'Forget me on this device' : 'Sign out of this device'}</h2>
        </header>
        <div class="body leave">
          {secure && (
            <p>
              Removes from this device what you asked and were answered: conversations, saved answers, travel packs,
              drafts. In every tab, and for good: the key they are sealed with goes first.
            </p>
          )}
          <Lost />
          <p>
            It works without a line too. Then the router hears of it as soon as there is one, and until then nobody can
            ask in this browser.
          </p>
        </div>
        <footer>
          <Buttons guest={guest} />
        </footer>
      </section>
    </main>
  );
}

/** The asks that wait and would never be sent. */
function Lost() {
  const { outbox } = useModels();
  const waiting = waitingIn(outbox.rows.value);
  if (waiting.length === 0) return null;
  return (
    <>
      <p role="status">
        <Mark name="is-warn" look="warn" />
        <b>
          {countWords(waiting.length, 'ask')} {waiting.length === 1 ? 'waits' : 'wait'} and would be lost:
        </b>
      </p>
      <ul>
        {waiting.slice(0, NAMED).map((row) => (
          <li key={row.askId}>{row.question.slice(0, 200)}</li>
        ))}
        {waiting.length > NAMED && <li>and {waiting.length - NAMED} more.</li>}
      </ul>
    </>
  );
}

function Buttons({ guest }: { guest: boolean }) {
  const { outbox, line, signOut } = useModels();
  const leaving = useSignal(false);
  const sending = useSignal(false);
  const waiting = waitingIn(outbox.rows.value).length;
  const hasLine = line.state.value !== 'offline' && line.state.value !== 'portal';
  const word = guest ? 'Forget me' : 'Sign out';
  return (
    <div class="buttons">
      <button
        class="button danger filled"
        type="button"
        aria-disabled={leaving.value}
        onClick={() => {
          if (leaving.value) return;
          leaving.value = true;
          void signOut();
        }}
      >
        {waiting > 0 ? `${word} and lose ${waiting === 1 ? 'it' : 'them'}` : word}
      </button>
      {waiting > 0 && (
        <button
          class="button"
          type="button"
          aria-disabled={!hasLine || sending.value}
          onClick={() => {
            if (!hasLine) return;
            sending.value = true;
            outbox.sendDue();
          }}
        >
          {hasLine ? (sending.value ? 'Being sent' : 'Send first') : 'Send first: when there is a line'}
        </button>
      )}
      <a class="button plain" href="/">
        Stay
      </a>
    </div>
  );
}

function waitingIn<Row extends { state: { kind: string } }>(rows: readonly Row[] | null): Row[] {
  return (rows ?? []).filter(({ state }) => state.kind !== 'answered');
}

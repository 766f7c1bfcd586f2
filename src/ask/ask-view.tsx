import { lazy } from 'preact-iso';
import { useEffect, useRef } from 'preact/hooks';
import { EvidenceList } from '../app/line-pill.tsx';
import { useModels } from '../app/models.ts';
import { SessionCard } from '../app/session-card.tsx';
import { Suspense } from '../app/suspense.tsx';
import { Compose } from './compose.tsx';
import { Conversations } from './conversations.tsx';
import { followNewest } from './follow-newest.ts';
import { countWords } from '../look/words.ts';

// Needed only once something was asked, and then at once: it is fetched as soon as the question field stands.
const Turn = lazy(() => import('./turn.tsx').then((module) => module.Turn));
const UnknownConversation = lazy(() =>
  import('./unknown-conversation.tsx').then((module) => module.UnknownConversation),
);

/** The conversation on screen, with the question field at its foot. */
export function AskView() {
  const { talk, session, storage } = useModels();
  const turns = talk.turns.value;
  const conversation = talk.conversationId.value;
  const empty = turns.length === 0 && session.state.value.kind !== 'signed-out';
  const { kind: stored } = storage.state.value;
  const unknown = talk.conversationId.value !== null && (talk.found.value === 'missing' || stored === 'none');
  useEffect(() => {
    // Never the question: the browser keeps titles in its own history, in the clear, and past every sign-out.
    document.title = conversation === null ? 'Ask · Layover' : 'Conversation · Layover';
  }, [conversation]);
  useEffect(() => void Turn.preload(), []);
  const column = useRef<HTMLDivElement>(null);
  const newest = turns.at(-1)?.id;
  useEffect(
    () => (column.current === null || newest === undefined ? undefined : followNewest(column.current)),
    [newest],
  );
  return (
    <>
      <main class="talk" id="main" tabIndex={-1}>
        <div class="column" ref={column}>
          <SessionCard />
          {empty && talk.conversationId.value === null && <Start />}
          {empty && unknown && (
            <Suspense>
              <UnknownConversation />
            </Suspense>
          )}
          <Suspense>
            {turns.map((turn, at) => (
              <Turn key={turn.id} turn={turn} last={at === turns.length - 1} />
            ))}
          </Suspense>
        </div>
        <div class="dock">
          <Compose />
        </div>
      </main>
      <Aside />
    </>
  );
}

const IDEAS = [
  'How do I ask for an invoice with our VAT number, in Portuguese?',
  'Compare train and plane for Porto to Madrid, as a table.',
  'Write a function that adds up a per diem, in TypeScript.',
];

/** An empty conversation: what this is, three ways to begin, and on a phone the ways back. */
function Start() {
  const { talk, storage } = useModels();
  return (
    <section class="start">
      <h2>Ask, also without a network</h2>
      <p>
        What was answered before opens from this device. What was not waits here, and goes by itself when the line is
        back.
      </p>
      <div class="ideas">
        {IDEAS.map((idea) => (
          <button
            key={idea}
            class="button"
            type="button"
            onClick={() => {
              talk.type(idea);
              document.getElementById('say')?.focus();
            }}
          >
            {idea}
          </button>
        ))}
      </div>
      {/* Where there is no rail. */}
      {storage.conversations.value.length > 0 && (
        <nav class="earlier" aria-label="Conversations">
          <Conversations />
        </nav>
      )}
    </section>
  );
}

/** Beside the talk where there is room: the line, and what waits. */
function Aside() {
  const { line, outbox, storage } = useModels();
  const known = outbox.rows.value !== null || storage.state.value.kind === 'none';
  const next = outbox.rows.value?.find(({ state }) => state.kind !== 'answered')?.question;
  const answered = outbox.answered.value;
  return (
    <aside class="aside" aria-label="Line and device">
      <section>
        <EvidenceList state={line.state.value} evidence={line.evidence.value} />
      </section>
      <section>
        <h2>
          Waiting <span class="number">{known ? outbox.waiting.value : '–'}</span>
        </h2>
        <p class="beside cut-short">{known && (next ?? 'Nothing waits.')}</p>
        {answered > 0 && <a href="/waiting">{countWords(answered, 'new answer')}</a>}
      </section>
      {storage.state.value.kind === 'none' && (
        <section>
          <h2>On this device</h2>
          <p class="beside">Nothing is kept here.</p>
        </section>
      )}
    </aside>
  );
}

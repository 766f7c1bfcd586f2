import { useLocation } from 'preact-iso';
import { useEffect } from 'preact/hooks';
import type { OutboxRow } from '#device/rows.ts';
import { useModels } from '../app/models.ts';
import { tellOrigin } from '../ask/provenance.ts';
import { Mark } from '../look/mark.tsx';
import { ageWords } from '../look/words.ts';
import { WaitingActions } from './waiting-actions.tsx';

/** Every ask that is not sent yet, in the order in which they go. */
export function WaitingView() {
  const { outbox, storage } = useModels();
  const rows = outbox.rows.value;
  useEffect(() => {
    document.title = 'Waiting · Layover';
  }, []);
  const line = (rows ?? []).filter((row) => row.state.kind === 'queued' || row.state.kind === 'sending');
  return (
    <main class="page" id="main" tabIndex={-1}>
      <section class="sheet" aria-label="Waiting asks">
        {rows === null || rows.length === 0 ? (
          <Nothing stored={storage.state.value.kind !== 'none'} known={rows !== null} />
        ) : (
          <div class="body flush">
            {rows.map((row) => (
              <WaitingRow key={row.askId} row={row} place={line.indexOf(row) + 1} />
            ))}
          </div>
        )}
      </section>
    </main>
  );
}

function Nothing({ stored, known }: { stored: boolean; known: boolean }) {
  // Nothing is said of a list that has not been read.
  if (stored && !known) return <div class="empty" aria-busy="true" />;
  return (
    <div class="empty">
      <Mark name="from-nowhere" />
      <h2>Nothing waits</h2>
      <p>
        {stored
          ? 'What you ask without a network is kept here and goes by itself when there is one.'
          : 'Nothing can be kept at this address, so nothing can wait here.'}
      </p>
    </div>
  );
}

function WaitingRow({ row, place }: { row: OutboxRow; place: number }) {
  const { outbox, storage, talk, nowMs } = useModels();
  const { route } = useLocation();
  const told = tellOrigin({ kind: 'waiting', state: row.state, network: row.network, place: place > 0 ? place : null });
  const edit = async (): Promise<void> => {
    const { value: state } = storage.state;
    // Where it cannot be found out the question is kept, and begins a conversation.
    const conversation = state.kind === 'open' ? await state.store.conversationOf(row.askId).catch(() => null) : null;
    outbox.takeBack(row.askId);
    talk.show(conversation);
    route(conversation === null ? '/' : `/c/${conversation}`);
    talk.type(row.question);
    // The field is there with the next frame.
    requestAnimationFrame(() => document.getElementById('say')?.focus());
  };
  return (
    <article class="waits-row" aria-label={`${row.question.slice(0, 80)}: ${told.what}`}>
      <Mark name={told.mark} look={told.tone} />
      <h2>{row.question}</h2>
      <p>
        <b>{told.what}</b> {told.more} Asked {ageWords(nowMs.value - row.askedAtMs)}.
      </p>
      <WaitingActions askId={row.askId} state={row.state} onEdit={() => void edit()} />
    </article>
  );
}

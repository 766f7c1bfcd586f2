import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import type { DraftRow } from '#device/rows.ts';
import { useModels } from '../app/models.ts';
import { Mark } from '../look/mark.tsx';
import { countWords } from '../look/words.ts';
import { DraftEntry } from './draft-entry.tsx';
import { entryOf, isInLine, lineOf, type Entry } from './entry.ts';
import { HeldEntry } from './held-entry.tsx';
import type { HeldAsk } from './held-asks.ts';
import { useFocusKept } from './keep-focus.ts';

/** What is not answered yet, and what was answered while nobody looked. */
export function WaitingView() {
  const { storage } = useModels();
  const asks = useSignal<readonly HeldAsk[] | null>(null);
  const drafts = useSignal<readonly DraftRow[]>([]);
  useEffect(() => {
    document.title = 'Waiting · Layover';
    const unwatch = [
      storage.follow((lists) => lists.heldAsks((rows) => (asks.value = rows))),
      storage.follow((lists) => lists.drafts((rows) => (drafts.value = rows))),
    ];
    return () => unwatch.forEach((stop) => stop());
  }, []);
  const lists = useFocusKept();
  const groups = groupOf(asks.value ?? []);
  const stored = storage.state.value.kind !== 'none';
  const none = drafts.value.length === 0 && Object.values(groups).every((group) => group.length === 0);
  if (none) {
    return (
      <main class="page" id="main" tabIndex={-1} ref={lists}>
        <section class="sheet" aria-label="Waiting asks">
          <Nothing stored={stored} known={asks.value !== null} />
        </section>
      </main>
    );
  }
  return (
    <main class="page" id="main" tabIndex={-1} ref={lists}>
      <Group name="Needs you" asks={groups.needsYou} />
      <Group name="Answered" asks={groups.answered}>
        <SeenAll asks={groups.answered} />
      </Group>
      <Group name="In line" asks={groups.inLine} />
      {drafts.value.length > 0 && (
        <section class="sheet" aria-labelledby="drafts">
          <header>
            <h2 id="drafts">Drafts</h2>
            <span class="beside quiet">{countWords(drafts.value.length, 'draft')}, not asked</span>
          </header>
          <div class="body flush">
            {drafts.value.map((row) => (
              <DraftEntry key={row.conversationId} row={row} />
            ))}
          </div>
        </section>
      )}
    </main>
  );
}

/** An ask of the list, and how it stands. */
export interface Held extends HeldAsk {
  entry: Entry;
}

/** What the person has to decide, what they have not looked at, and what goes by itself, in the order in which it goes. */
export function groupOf(asks: readonly HeldAsk[]): Record<'needsYou' | 'answered' | 'inLine', Held[]> {
  const line = lineOf(asks.map(({ row }) => row));
  const held = asks.map((ask) => ({ ...ask, entry: entryOf(ask.row, ask.begun, line) }));
  const of = (...kinds: Entry['kind'][]): Held[] => held.filter(({ entry }) => kinds.includes(entry.kind));
  return {
    needsYou: of('refused', 'needs-sign-in', 'expired'),
    answered: of('answered'),
    inLine: held.filter(({ entry }) => isInLine(entry)),
  };
}

function Group({ name, asks, children }: { name: string; asks: readonly Held[]; children?: ComponentChildren }) {
  if (asks.length === 0) return null;
  const id = name.toLowerCase().replaceAll(' ', '-');
  return (
    <section class="sheet" aria-labelledby={id}>
      <header>
        <h2 id={id}>{name}</h2>
        <span class="beside quiet">{countWords(asks.length, 'ask')}</span>
        {children}
      </header>
      <div class="body flush">
        {asks.map((held) => (
          <HeldEntry key={held.row.askId} held={held} alone={asks.length === 1} />
        ))}
      </div>
    </section>
  );
}

/** Takes what was answered off the list; the answers stay in their conversations. */
function SeenAll({ asks }: { asks: readonly Held[] }) {
  const { storage } = useModels();
  const seen = (): void => {
    const place = storage.state.value;
    if (place.kind === 'open') void place.store.steering.markSeen(asks.map(({ row }) => row.askId));
    document.getElementById('main')?.focus();
  };
  return (
    <button class="button plain quiet" type="button" onClick={seen}>
      Mark as seen
    </button>
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

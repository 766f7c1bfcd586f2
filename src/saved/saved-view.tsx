import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { SavedRow } from '#device/rows.ts';
import { SignOutLink } from '../app/frame.tsx';
import { useModels } from '../app/models.ts';
import { AnswerText } from '../ask/answer-text.tsx';
import { Mark } from '../look/mark.tsx';
import { ageWords, bytesWords, countWords } from '../look/words.ts';

/** Most rows drawn at once; the search narrows them. */
const SHOWN = 100;

/** The answers this device carries. */
export function SavedView() {
  const { storage } = useModels();
  const rows = useSignal<readonly SavedRow[] | null>(null);
  const words = useSignal('');
  useEffect(() => {
    document.title = 'Saved · Layover';
    return storage.watchSaved((saved) => (rows.value = saved));
  }, []);
  const all = rows.value ?? [];
  const found = filterSaved(all, words.value);
  return (
    <main class="page" id="main" tabIndex={-1}>
      <div class="field search">
        <label for="find-saved">Search what is saved</label>
        <input
          class="input"
          id="find-saved"
          type="search"
          value={words.value}
          onInput={(event) => (words.value = event.currentTarget.value)}
        />
        <p class="hint" role="status">
          {rows.value === null ? '' : sumUp(all, found)}
        </p>
      </div>
      {all.length === 0 ? (
        <Nothing known={rows.value !== null} />
      ) : (
        found.slice(0, SHOWN).map((row) => <Saved key={row.key} row={row} />)
      )}
      {all.length > 0 && found.length === 0 && <p class="beside">Nothing saved holds these words.</p>}
      <p class="only-narrow">
        <SignOutLink />
      </p>
    </main>
  );
}

/** Rows that hold every word, in question or answer, whatever their case and accents. */
export function filterSaved(rows: readonly SavedRow[], words: string): SavedRow[] {
  const plain = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const wanted = plain(words).split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const text = plain(`${row.question}\n${row.answer.text}`);
    return wanted.every((word) => text.includes(word));
  });
}

function sumUp(all: readonly SavedRow[], found: readonly SavedRow[]): string {
  if (all.length === 0) return '';
  const bytes = all.reduce((sum, row) => sum + row.bytes, 0);
  const shown = found.length > SHOWN ? ` The newest ${SHOWN} are shown.` : '';
  return found.length === all.length
    ? `${countWords(all.length, 'answer')}, ${bytesWords(bytes)} on this device.${shown}`
    : `${found.length} of ${countWords(all.length, 'answer')}.${shown}`;
}

function Nothing({ known }: { known: boolean }) {
  const { storage } = useModels();
  const none = storage.state.value.kind === 'none';
  if (!known && !none) return null;
  return (
    <section class="sheet">
      <div class="empty">
        <Mark name="from-device" />
        <h2>Nothing is saved</h2>
        <p>
          {none
            ? 'Nothing can be kept at this address. Over HTTPS whole answers are saved by themselves.'
            : 'Whole answers are saved here by themselves, and open without a network.'}
        </p>
      </div>
    </section>
  );
}

function Saved({ row }: { row: SavedRow }) {
  const { storage, toasts, nowMs, session } = useModels();
  const policy = session.state.value.kind === 'ready' ? session.state.value.policy : null;
  const feature = policy?.features.find((each) => each.name === row.feature)?.title ?? row.feature;
  const open = useSignal(false);
  const forget = async (): Promise<void> => {
    const place = storage.state.value;
    if (place.kind !== 'open') return;
    const putBack = await place.store.forgetSaved(row.key);
    toasts.show({ text: 'Forgotten on this device.', action: { word: 'Undo', run: () => void putBack() } });
  };
  return (
    <article class="ticket saved" aria-label={row.question.slice(0, 80)}>
      <div class="face">
        <h2>
          <button class="opener" type="button" aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
            <span>{row.question}</span>
            <Mark name="down" look="small" />
          </button>
        </h2>
        {open.value && <AnswerText text={row.answer.text} running={false} />}
      </div>
      <div class="stub">
        <div class="from">
          <Mark name="from-device" />
          <span>
            <b>Saved on this device, {ageWords(nowMs.value - row.savedAtMs)}.</b> {feature}, {bytesWords(row.bytes)}.
          </span>
          <span class="buttons">
            <button class="button plain quiet" type="button" onClick={() => void forget()}>
              Forget
            </button>
          </span>
        </div>
      </div>
    </article>
  );
}

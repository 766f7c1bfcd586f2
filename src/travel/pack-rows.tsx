import { useModels } from '../app/models.ts';
import { Mark } from '../look/mark.tsx';
import { countWords } from '../look/words.ts';
import type { PackView } from './pack-view.ts';
import type { Preparation } from './preparation.ts';
import type { ItemView } from './readiness.ts';
import type { Result } from './rehearsal.ts';
import { shortMomentWords } from './travel-words.ts';

/** Rows that stand open; the rest is behind a fold. */
const SHOWN = 6;

/** What is in the pack, and how each prompt of it stands. */
export function PackRows({
  preparation,
  view,
  onEdit,
}: {
  preparation: Preparation;
  view: PackView;
  onEdit: () => void;
}) {
  const features = new Set(view.items.map(({ item }) => item.feature)).size;
  // What has trouble must not hide in the fold.
  const open = view.items.filter(
    (item, at) => at < SHOWN || item.state.kind === 'failed' || item.state.kind === 'cannot',
  );
  const folded = view.items.filter((item) => !open.includes(item));
  const running = preparation.travel.run.value.kind === 'running';
  const rowOf = (each: ItemView) => (
    <Row key={each.item.id} view={each} nth={view.items.indexOf(each) + 1} preparation={preparation} />
  );
  return (
    <section class="sheet" aria-labelledby="in-pack">
      <header>
        <h2 id="in-pack">In the pack</h2>
        <span class="beside quiet">
          {countWords(view.of, 'ask')}, {countWords(features, 'feature')}
        </span>
        <button class="button plain end" type="button" disabled={running} onClick={onEdit}>
          Edit
        </button>
      </header>
      <div class="body">
        <ol class="rows pack">{open.map(rowOf)}</ol>
        {folded.length > 0 && (
          <details class="fold">
            <summary>
              {countWords(folded.length, 'more', 'more')}
              {folded.every(({ state }) => state.kind === 'ready') && ', all ready'}
              <Mark name="down" look="small" />
            </summary>
            <ol class="rows pack">{folded.map(rowOf)}</ol>
          </details>
        )}
      </div>
    </section>
  );
}

function Row({ view, nth, preparation }: { view: ItemView; nth: number; preparation: Preparation }) {
  const { session } = useModels();
  const policy = session.state.value.kind === 'ready' ? session.state.value.policy : null;
  const title = policy?.features.find(({ name }) => name === view.item.feature)?.title ?? view.item.feature;
  const rehearsed = preparation.rehearsal.value.results.get(view.item.id);
  const { mark, look, fact, more } = tell(view);
  const imported = view.state.kind === 'ready' && view.item.importedAtMs !== null ? ', from a file' : '';
  return (
    <li>
      <span class="n">{nth}</span>
      <span class="title">
        {view.item.prompt}
        <small>
          {title}
          {imported}
          <span class="until">, {lowerFirst(fact)}</span>
        </small>
        {more !== '' && <small class="why">{more}</small>}
        {rehearsed !== undefined && <small class="why">{resultWords(rehearsed)}</small>}
      </span>
      <span class="fresh">
        <Mark name={mark} look={`small ${look}`} />
        {fact}
      </span>
    </li>
  );
}

function tell({ item, state }: ItemView): {
  mark: 'is-good' | 'is-bad' | 'is-warn' | 'is-idle' | 'is-probing';
  look: string;
  fact: string;
  more: string;
} {
  switch (state.kind) {
    case 'ready':
      return {
        mark: 'is-good',
        look: 'good',
        fact: `Fresh until ${shortMomentWords(state.freshUntilMs)}`,
        more: item.trouble === null ? '' : `Not refreshed: ${item.trouble.message}`,
      };
    case 'asking':
      return { mark: 'is-probing', look: '', fact: 'Being answered', more: '' };
    case 'open':
      return { mark: 'is-idle', look: '', fact: 'Not asked yet', more: '' };
    case 'failed':
      return { mark: 'is-bad', look: 'bad', fact: 'No answer', more: state.message };
    case 'cannot':
      return { mark: 'is-warn', look: 'warn', fact: 'Cannot be kept', more: state.message.replaceAll('`', '') };
    default:
      return state satisfies never;
  }
}

function resultWords(result: Result): string {
  return result.kind === 'passed' ? `Rehearsed: there in ${Math.ceil(result.ms)} ms.` : `Rehearsed: ${result.why}`;
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

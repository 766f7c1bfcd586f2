import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useModels, type Models } from '../app/models.ts';
import { Mark } from '../look/mark.tsx';
import { OnDevicePreparation } from '../on-device/on-device-preparation.tsx';
import './travel.css';
import { PackCard } from './pack-card.tsx';
import { PackEditor } from './pack-editor.tsx';
import { PackImport } from './pack-exchange.tsx';
import { PackRows } from './pack-rows.tsx';
import { PreflightSheet } from './preflight-sheet.tsx';
import { createPreparation, type Preparation } from './preparation.ts';
import { RehearsalSheet } from './rehearsal-sheet.tsx';
import { StoredSheet } from './stored-sheet.tsx';

/** One for the page: a run goes on while somebody looks at another place. */
const made = new WeakMap<Models, Preparation>();

function preparationOf(models: Models): Preparation {
  const known = made.get(models);
  if (known !== undefined) return known;
  const fresh = createPreparation(models, {
    caches: 'caches' in globalThis ? caches : null,
    storage: 'storage' in navigator ? navigator.storage : null,
    locks: 'locks' in navigator ? navigator.locks : null,
  });
  made.set(models, fresh);
  return fresh;
}

/** Which form stands open. */
export type Form = 'none' | 'edit' | 'new' | 'import' | 'export';

/** Getting ready to travel: packs, preflight, rehearsal, and what is stored here. */
export function TravelView() {
  const models = useModels();
  const preparation = preparationOf(models);
  const { line } = models;
  const { travel } = preparation;
  const form = useSignal<Form>('none');
  useEffect(() => {
    document.title = 'Travel · Layover';
  }, []);
  // On opening, and when a run has changed what there is to see.
  const running = travel.run.value.kind === 'running';
  useEffect(() => {
    const left = new AbortController();
    if (!running) void preparation.check(left.signal);
    return () => left.abort();
  }, [running]);
  const ground = travel.ground.value;
  const view = travel.view.value;
  useEffect(() => void preparation.measure(), [ground, travel.packs.value]);
  const standing = view === null ? '' : `${view.pack.id} ${view.ready} ${view.of} ${view.stale.length}`;
  useEffect(() => void preparation.check(new AbortController().signal, ['answers']), [standing]);
  // The worker tells of the line a moment after the page has opened.
  const seen = line.evidence.value.at(-1)?.at_ms ?? null;
  useEffect(() => void preparation.check(new AbortController().signal, ['told']), [seen]);
  const close = (): void => void (form.value = 'none');
  // What had the focus goes when a form opens or closes: the focus goes into the form, and out of it to the view.
  const shown = useRef<Form>('none');
  useEffect(() => {
    if (shown.current === form.value) return;
    shown.current = form.value;
    const main = document.getElementById('main');
    (form.value === 'none' ? main : main?.querySelector<HTMLElement>('form input'))?.focus();
  }, [form.value]);
  return (
    <main class="page travel" id="main" tabIndex={-1}>
      {form.value === 'edit' || form.value === 'new' ? (
        <PackEditor travel={travel} pack={form.value === 'edit' ? (view?.pack ?? null) : null} onClose={close} />
      ) : form.value === 'import' ? (
        <PackImport travel={travel} onClose={close} />
      ) : view === null ? (
        <NoPack preparation={preparation} onOpen={(next) => (form.value = next)} />
      ) : (
        <PackCard preparation={preparation} view={view} form={form} />
      )}
      <div class={view === null || form.value === 'new' || form.value === 'edit' ? 'grid one' : 'grid'}>
        {view !== null && form.value !== 'new' && form.value !== 'edit' && (
          <PackRows preparation={preparation} view={view} onEdit={() => (form.value = 'edit')} />
        )}
        <PreflightSheet preparation={preparation} primary={view !== null && view.left === 0 && form.value === 'none'} />
      </div>
      {view !== null && view.ready > 0 && <RehearsalSheet preparation={preparation} view={view} />}
      <OnDevicePreparation />
      <StoredSheet preparation={preparation} />
    </main>
  );
}

function NoPack({ preparation, onOpen }: { preparation: Preparation; onOpen: (form: Form) => void }) {
  const state = preparation.travel.state.value;
  if (state === 'opening') return <section class="sheet" aria-busy="true" />;
  return (
    <section class="sheet">
      <div class="empty">
        <Mark name="go-travel" />
        {state === 'none' ? (
          <>
            <h2>Nothing can be prepared here</h2>
            <p>
              Nothing can be kept at this address, so nothing can be carried along. Over HTTPS, in an ordinary window,
              it can.
            </p>
          </>
        ) : (
          <>
            <h2>No travel pack yet</h2>
            <p>Write down what you will ask. It is answered while there is a network, and opens when there is none.</p>
            <div class="buttons">
              <button class="button primary" type="button" onClick={() => onOpen('new')}>
                Make a pack
              </button>
              <button class="button" type="button" onClick={() => onOpen('import')}>
                Import one
              </button>
            </div>
          </>
        )}
      </div>
    </section>
  );
}

import type { Signal } from '@preact/signals';
import { useModels } from '../app/models.ts';
import { Mark } from '../look/mark.tsx';
import { bytesWords, countWords } from '../look/words.ts';
import { PackExport } from './pack-exchange.tsx';
import type { PackView } from './pack-view.ts';
import type { Preparation } from './preparation.ts';
import type { Form } from './travel-view.tsx';
import { dateWords, estimateWords, momentWords, ofWords, readySentence, usdWords } from './travel-words.ts';

/** The chosen pack: how much of it is ready, and the one thing to do next. */
export function PackCard({
  preparation,
  view,
  form,
}: {
  preparation: Preparation;
  view: PackView;
  form: Signal<Form>;
}) {
  const { travel } = preparation;
  const { pack, ready, of, demoAtMs } = { ...view, demoAtMs: view.pack.demoAtMs };
  return (
    <section class="ticket pass" id="pack" aria-labelledby="pack-title">
      <div class="face">
        <div class="which">
          <p class="label">{demoAtMs === null ? 'Travel pack' : `Travel pack for ${dateWords(demoAtMs)}`}</p>
          <Others preparation={preparation} current={pack.id} form={form} />
        </div>
        <h2 id="pack-title">{pack.name}</h2>
        <p class="ready">
          <span class="number still">
            {ready}
            <span class="unit">{ofWords(view)}</span>
          </span>
        </p>
        <div class={of > 24 ? 'seats many' : 'seats'} aria-hidden="true">
          {view.items.map(({ item, state }) => (
            <i key={item.id} class={state.kind === 'ready' ? 'full' : state.kind === 'asking' ? 'now' : ''} />
          ))}
        </div>
        <p class="soft" role="status">
          {sentence(travel.run.value, view)}
        </p>
        {form.value === 'export' ? (
          <PackExport travel={travel} view={view} onClose={() => (form.value = 'none')} />
        ) : (
          <Doings preparation={preparation} view={view} form={form} />
        )}
      </div>
      <div class="stub">
        <dl>
          <div>
            <dt>Fresh until</dt>
            <dd>{view.freshUntilMs === null ? '–' : momentWords(view.freshUntilMs)}</dd>
          </div>
          <div>
            <dt>Kept</dt>
            <dd>
              {view.keptUntilMs === null ? 'Nothing yet' : 'Pinned'}{' '}
              <small>{view.keptUntilMs === null ? '' : `until ${momentWords(view.keptUntilMs)}`}</small>
            </dd>
          </div>
          <div>
            <dt>Cost</dt>
            <Cost view={view} />
          </div>
          <div>
            <dt>Size</dt>
            <dd>
              {bytesWords(view.bytes)} <small>encrypted</small>
            </dd>
          </div>
        </dl>
      </div>
    </section>
  );
}

/** Which pack is looked at, where there are several, and the way to another. */
function Others({ preparation, current, form }: { preparation: Preparation; current: string; form: Signal<Form> }) {
  const packs = preparation.travel.packs.value;
  const choose = (select: HTMLSelectElement): void => {
    const { value } = select;
    select.value = '';
    if (value === '') return;
    if (value === 'new' || value === 'import') form.value = value;
    else preparation.travel.choose(value);
  };
  return (
    <label class="pick other">
      <span class="unseen">Another pack</span>
      <select value="" onChange={(event) => choose(event.currentTarget)}>
        <option value="">More packs</option>
        {packs
          .filter(({ id }) => id !== current)
          .map((pack) => (
            <option key={pack.id} value={pack.id}>
              {pack.name}
            </option>
          ))}
        <option value="new">Make another …</option>
        <option value="import">Import one …</option>
      </select>
      <Mark name="down" look="small" />
    </label>
  );
}

/** At most one filled button: what is worth doing next. */
function Doings({ preparation, view, form }: { preparation: Preparation; view: PackView; form: Signal<Form> }) {
  const { travel } = preparation;
  const { toasts } = useModels();
  const { pack } = view;
  const run = travel.run.value;
  const running = run.kind === 'running';
  const own = running && run.packId === pack.id;
  const begun = pack.items.some(({ work }) => work !== null);
  const worth = view.stale.length + view.goneBefore.filter((id) => !view.stale.includes(id)).length;
  const remove = async (): Promise<void> => {
    await travel.remove(pack);
    const back = (): void => void travel.keep(pack);
    toasts.show({
      text: `${pack.name} is removed. Its answers are no longer pinned.`,
      action: { word: 'Undo', run: back },
    });
  };
  const wanted =
    view.left + view.items.filter(({ item, state }) => state.kind === 'ready' && item.work !== null).length;
  return (
    <div class="buttons">
      {own ? (
        <button key="pause" class="button" type="button" onClick={() => travel.pause()}>
          <Mark name="is-paused" look="small" />
          Pause
        </button>
      ) : wanted > 0 ? (
        <button
          key="ready"
          class="button primary"
          type="button"
          disabled={running}
          onClick={() => void travel.getReady()}
        >
          {begun ? `Resume, ${wanted} left` : 'Get ready'}, {estimateWords(view.wantedCost)}
        </button>
      ) : (
        worth > 0 && (
          <button class="button" type="button" disabled={running} onClick={() => void travel.refreshStale()}>
            <Mark name="again" look="small" />
            {`Refresh ${worth}, ${estimateWords(view.staleCost)}`}
          </button>
        )
      )}
      {running && !own && <p class="beside">Not while another pack is being answered.</p>}
      <button class="button" type="button" onClick={() => (form.value = 'export')}>
        Export
      </button>
      <button class="button plain quiet" type="button" disabled={own} onClick={() => void remove()}>
        Remove
      </button>
    </div>
  );
}

function Cost({ view: { pack } }: { view: PackView }) {
  const { spent, expectedNanoUsd } = pack;
  if (spent.asks === 0) return <dd>Nothing yet</dd>;
  const unknown = spent.unknown === 0 ? '' : `${countWords(spent.unknown, 'answer')} of unknown cost`;
  const expected = expectedNanoUsd === null ? '' : `of ${usdWords(expectedNanoUsd)} expected`;
  return (
    <dd>
      {spent.unknown === spent.asks ? 'Unknown' : usdWords(spent.nanoUsd)}{' '}
      <small>{[expected, unknown].filter(Boolean).join(', ')}</small>
    </dd>
  );
}

function sentence(run: Preparation['travel']['run']['value'], view: PackView): string {
  const own = run.kind !== 'idle' && run.packId === view.pack.id;
  if (own && run.kind === 'running')
    return `Being answered: ${view.ready} of ${view.keepable} ready. It goes on while you look at something else here.`;
  const said = readySentence(view, view.pack.demoAtMs, view.refreshHelps);
  return own && run.kind === 'stopped' ? `Paused. ${run.why} ${said}` : said;
}

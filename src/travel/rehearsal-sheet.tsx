import { useEffect, useRef } from 'preact/hooks';
import { useModels } from '../app/models.ts';
import type { PackView } from './pack-view.ts';
import type { Preparation } from './preparation.ts';
import { momentWords } from './travel-words.ts';

/** Practises the demo with the network cut for real. It ends with the walk, and when this place is left. */
export function RehearsalSheet({ preparation, view }: { preparation: Preparation; view: PackView }) {
  const { line } = useModels();
  const { rehearsal, travel } = preparation;
  const leaving = useRef<AbortController | null>(null);
  useEffect(() => {
    const leave = (): void => leaving.current?.abort();
    addEventListener('pagehide', leave);
    return () => {
      removeEventListener('pagehide', leave);
      leave();
    };
  }, []);
  const state = rehearsal.value;
  const running = state.kind === 'running';
  const other = line.scenario.value !== null && !line.scenario.value.rehearsal;
  const busy = travel.run.value.kind === 'running';
  const start = (): void => {
    leaving.current = new AbortController();
    void preparation.startRehearsal(leaving.current.signal);
  };
  const why = other
    ? 'Not while the network is simulated: end that first.'
    : busy
      ? 'Not while the pack is being answered.'
      : null;
  return (
    <section class="sheet rehearse" aria-labelledby="rehearse-title">
      <div>
        <h2 id="rehearse-title">Rehearse without the network</h2>
        <p class="beside" role="status">
          {why ?? `${said(state, view)} ${running ? '' : last(view)}`}
        </p>
        {running ? (
          <button class="button" type="button" onClick={() => leaving.current?.abort()}>
            End rehearsal
          </button>
        ) : (
          <button class="button" type="button" disabled={why !== null} onClick={start}>
            Start rehearsal
          </button>
        )}
      </div>
    </section>
  );
}

function said(state: Preparation['rehearsal']['value'], view: PackView): string {
  const results = [...state.results.values()];
  const passed = results.filter(({ kind }) => kind === 'passed').length;
  if (state.kind === 'running')
    return `The network of this browser is cut. ${results.length} of ${view.keepable} asked, ${passed} there.`;
  switch (state.last?.kind) {
    case 'not-cut':
      return 'It was ended: the network was not cut, so nothing was proven.';
    case 'left':
      return `It was ended after ${results.length}. The network is back.`;
    case 'walked':
      return passed === results.length
        ? 'All of it was there. The network is back.'
        : `${results.length - passed} of ${results.length} did not pass; the reason stands beside each. The network is back.`;
    default:
      return `Cuts it for real in this browser and walks through all ${view.keepable}.`;
  }
}

function last({ pack: { rehearsed } }: PackView): string {
  if (rehearsed === null) return '';
  const { atMs, passed, of, slowestMs } = rehearsed;
  const slowest = slowestMs === null ? '' : `, slowest ${Math.ceil(slowestMs)} ms`;
  return `Last time, ${momentWords(atMs)}: ${passed} of ${of}${slowest}.`;
}

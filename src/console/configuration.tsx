import { useEffect, useMemo } from 'preact/hooks';
import { useModels } from '../app/models.ts';
import { Mark } from '../look/mark.tsx';
import { clockWords, countWords } from '../look/words.ts';
import { createConfigured } from './configured.ts';

/** Which file is in force, since when, what was noticed about it, and the button that has it read again. */
export function ConfigurationSheet() {
  const { api } = useModels();
  const left = useMemo(() => new AbortController(), []);
  const configured = useMemo(() => createConfigured(api, left.signal), []);
  useEffect(() => {
    // A read that the leaving view aborts is no news.
    configured.read().catch((failure: unknown) => left.signal.aborted || console.warn(failure));
    return () => left.abort();
  }, []);
  const { report, failure, step } = configured.state.value;
  return (
    <section class="sheet all configuration" aria-labelledby="configuration">
      <header>
        <h2 id="configuration">Configuration</h2>
        {report !== null && (
          <span class="beside quiet">
            {report.source ?? 'built in'}, in force since {clockWords(report.loaded_at_ms)}
          </span>
        )}
      </header>
      <div class="body">
        <button
          class="button"
          type="button"
          disabled={step === 'reading-again'}
          onClick={() =>
            void configured.readAgain().catch((thrown: unknown) => left.signal.aborted || console.warn(thrown))
          }
        >
          <Mark name="again" look="small" />
          Read the file again
        </button>
        <p class="quiet" role="status">
          {step === 'taken-over' && 'Read again. It holds for the next ask; asks under way end as they began.'}
        </p>
        {failure !== null && (
          <p class="wrong told" role="alert">
            {failure.message}
          </p>
        )}
        {report !== null && report.at_next_start.map((line) => <p key={line}>{line}</p>)}
        {report !== null && report.notices.length > 0 && (
          <details class="fold">
            <summary>
              {countWords(report.notices.length, 'notice')}
              <Mark name="down" look="small" />
            </summary>
            <ul>
              {report.notices.map((notice) => (
                <li key={notice}>{notice}</li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </section>
  );
}

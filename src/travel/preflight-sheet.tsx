import { useSignal } from '@preact/signals';
import { useModels } from '../app/models.ts';
import { Mark, type MarkName } from '../look/mark.tsx';
import { clockWords } from '../look/words.ts';
import type { Finding, Remedy } from './finding.ts';
import type { Check } from './preflight.ts';
import type { Preparation } from './preparation.ts';

const MARKS: Record<Finding['verdict'], { mark: MarkName; look: string; word: string }> = {
  bad: { mark: 'is-bad', look: 'bad', word: 'Wrong' },
  warn: { mark: 'is-warn', look: 'warn', word: 'Attention' },
  unmeasured: { mark: 'is-unmeasured', look: '', word: 'Not measured' },
  good: { mark: 'is-good', look: 'good', word: 'Fine' },
};
const ORDER = Object.keys(MARKS);

const WORDS: Record<Remedy, string> = {
  persist: 'Keep it here',
  reload: 'Load again',
  update: 'Use the new version',
};

/** What is wrong first, each with its one remedy; then a line for each that is fine. `primary`: its first remedy is the view's one filled button. */
export function PreflightSheet({ preparation, primary }: { preparation: Preparation; primary: boolean }) {
  const said = useSignal('');
  const { checks, checkedAtMs } = preparation;
  const made = checks.value.filter((check): check is Check & { finding: Finding } => check.finding !== null);
  const fine = made.filter(({ finding }) => finding.verdict === 'good').length;
  const sorted = [...made].sort((a, b) => ORDER.indexOf(a.finding.verdict) - ORDER.indexOf(b.finding.verdict));
  const first = sorted.find(({ finding }) => finding.remedy !== null);
  return (
    <section class="sheet" aria-labelledby="preflight">
      <header>
        <h2 id="preflight">Preflight</h2>
        <span class="beside quiet" role="status">
          {checkedAtMs.value === null
            ? `${made.length} of ${checks.value.length} looked at`
            : `${fine} of ${checks.value.length} fine, checked ${clockWords(checkedAtMs.value)}`}
        </span>
        <button
          class="button plain end"
          type="button"
          onClick={() => void preparation.check(new AbortController().signal)}
        >
          Check again
        </button>
      </header>
      <div class="body">
        <ul class="rows checks">
          {sorted.map((check) => (
            <Line
              key={check.id}
              finding={check.finding}
              filled={primary && check === first}
              preparation={preparation}
              onSay={(text) => (said.value = text)}
            />
          ))}
        </ul>
        <p class="beside" role="status">
          {said.value}
        </p>
      </div>
    </section>
  );
}

function Line({
  finding,
  filled,
  preparation,
  onSay,
}: {
  finding: Finding;
  filled: boolean;
  preparation: Preparation;
  onSay: (text: string) => void;
}) {
  const { journey } = useModels();
  const { mark, look, word } = MARKS[finding.verdict];
  const act = async (remedy: Remedy): Promise<void> => {
    switch (remedy) {
      case 'persist':
        onSay(
          (await preparation.persist())
            ? 'The browser keeps what is stored here until you remove it.'
            : 'The browser did not agree. It keeps storage for good once Layover is installed or often used; try again then.',
        );
        return preparation.check(new AbortController().signal);
      case 'reload':
        return location.reload();
      case 'update':
        return journey.offerUpdate();
      default:
        remedy satisfies never;
    }
  };
  const { remedy } = finding;
  return (
    <li>
      <Mark name={mark} look={look} />
      <div>
        <h3>
          <span class="what">
            {finding.title}
            <span class="unseen">: {word}</span>
          </span>{' '}
          <span>{finding.fact}</span>
        </h3>
        {finding.advice !== '' && <p>{finding.advice}</p>}
        {remedy !== null && (
          <div class="buttons">
            <button class={filled ? 'button primary' : 'button'} type="button" onClick={() => void act(remedy)}>
              {WORDS[remedy]}
            </button>
          </div>
        )}
      </div>
    </li>
  );
}

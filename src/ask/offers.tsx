import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { featureNamed } from '#shared/travel-policy.ts';
import type { SavedRow } from '#device/rows.ts';
import { useModels } from '../app/models.ts';
import { Mark } from '../look/mark.tsx';
import { ageWords } from '../look/words.ts';
import { OnDeviceAnswer } from '../on-device/on-device-answer.tsx';
import { markDiffering, type Piece } from '../similar/differing-words.ts';
import { createSimilarQuestions } from '../similar/similar-questions.ts';
import { readWords } from '../similar/words.ts';
import type { TurnView } from './answer-view.ts';
import { AnswerText } from './answer-text.tsx';
import { lacksAnswer } from './stand-ins.ts';

const DAY_MS = 86_400_000;

/** Under an ask without an answer: saved answers to questions like it, then the model of this device. Neither becomes its answer. */
export function Offers({ turn }: { turn: TurnView }) {
  const lacks = lacksAnswer(turn.answer);
  const found = useSimilar(turn, lacks);
  const opened = useSignal<SavedRow | null>(null);
  const toggle = (row: SavedRow): void => {
    opened.value = opened.value?.key === row.key ? null : row;
  };
  return (
    <div class="offers">
      <p class="unseen" role="status">
        {found.length > 0 ? 'A similar question was answered before.' : ''}
      </p>
      {found.length > 0 && <p class="beside">{tellFound(found, turn.prompt)}</p>}
      {found.map((row) => (
        <Offer
          key={row.key}
          row={row}
          asked={turn.prompt}
          open={opened.value?.key === row.key}
          onToggle={() => toggle(row)}
        />
      ))}
      {!lacks && opened.value !== null && <Folded row={opened.value} />}
      <OnDeviceAnswer turn={turn} lacks={lacks} />
    </div>
  );
}

/** Saved answers to questions like this turn's, for as long as it lacks an answer. */
function useSimilar(turn: TurnView, lacks: boolean): readonly SavedRow[] {
  const { clock, session, standIns, storage } = useModels();
  const rows = useSignal<readonly SavedRow[]>([]);
  const policy = session.state.value.kind === 'ready' ? session.state.value.policy : null;
  const feature = policy === null ? null : featureNamed(policy, turn.feature === '' ? null : turn.feature);
  const name = feature?.name ?? null;
  const keepDays = feature?.device.keep_days ?? 0;
  useEffect(() => {
    rows.value = [];
    if (!lacks || name === null) return undefined;
    standIns.similar ??= createSimilarQuestions({ storage, clock });
    const asked = { question: turn.prompt, feature: name, oldestMs: clock.now() - keepDays * DAY_MS };
    return standIns.similar.watch(asked, (found) => (rows.value = found));
  }, [turn.id, turn.prompt, lacks, name, keepDays]);
  return rows.value;
}

/** What was found, before it is shown: it answers something else. */
function tellFound(found: readonly SavedRow[], asked: string): string {
  const same = found.some(({ question }) => foldQuestion(question) === foldQuestion(asked));
  if (same) return 'These words were answered before. What was said before them may have been different.';
  const nothing = 'Nothing is saved for your question.';
  if (found.length === 1) return `${nothing} One comes close; it answers another one.`;
  return `${nothing} ${found.length === 2 ? 'Two come' : 'Three come'} close; each answers another one.`;
}

/** The words of a question without case, accents and punctuation. */
function foldQuestion(text: string): string {
  return readWords(text)
    .map(({ plain }) => plain)
    .join(' ');
}

function saysAll(pieces: readonly Piece[]): boolean {
  return pieces.every(({ differs }) => !differs);
}

interface OfferProps {
  row: SavedRow;
  asked: string;
  open: boolean;
  onToggle: () => void;
}

/** A saved answer under its own question. */
function Offer({ row, asked, open, onToggle }: OfferProps) {
  const askedPieces = markDiffering(asked, row.question);
  return (
    <div class="offer" role="group" aria-label="A similar question, answered before">
      <h2>
        <Pieces pieces={markDiffering(row.question, asked)} />
      </h2>
      {!saysAll(askedPieces) && (
        <p>
          You asked: <Pieces pieces={askedPieces} />
        </p>
      )}
      <Source row={row} />
      <div class="buttons">
        <button class="button plain" type="button" aria-expanded={open} onClick={onToggle}>
          {open ? 'Close it' : 'Read it anyway'}
        </button>
      </div>
      {open && <Read row={row} />}
    </div>
  );
}

/** Since when it is saved, and who gave it then. */
function Source({ row }: { row: SavedRow }) {
  const { nowMs } = useModels();
  const { provider } = row.answer.provenance;
  return (
    <p>
      Saved on this device, {ageWords(nowMs.value - row.savedAtMs)}.
      {provider !== null && ` Answered by ${provider} then.`}
    </p>
  );
}

function Read({ row }: { row: SavedRow }) {
  return (
    <div class="read">
      <p>
        <b>This answers the question above, not yours.</b>
      </p>
      <AnswerText text={row.answer.text} running={false} />
    </div>
  );
}

/** What somebody was reading when the real answer came: it is not taken from under their eyes for good. */
function Folded({ row }: { row: SavedRow }) {
  return (
    <details class="folded">
      <summary>
        <Mark name="down" look="small" />
        The similar question that you read
      </summary>
      <h2>{row.question}</h2>
      <Source row={row} />
      <Read row={row} />
    </details>
  );
}

function Pieces({ pieces }: { pieces: readonly Piece[] }) {
  return <>{pieces.map(({ text, differs }, at) => (differs ? <mark key={at}>{text}</mark> : text))}</>;
}

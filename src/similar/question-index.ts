import MiniSearch from 'minisearch';
import { wait, type Clock } from '#shared/clock.ts';
import { nearness, tellApart } from './guard.ts';
import { isStopWord } from './language.ts';
import { readMeaning } from './meaning.ts';
import { foldWord, stemOf } from './words.ts';

/** A question that was answered before. */
export interface Answered {
  key: string;
  feature: string;
  question: string;
}

/** Most characters of a question that is compared: what is longer holds material, and material is never alike. */
export const MAX_QUESTION_CHARS = 400;
/** Most questions that may be offered for one. */
export const MAX_OFFERS = 3;
/** Milliseconds of work before the page gets its turn again. */
const SLICE_MS = 8;
/** How many of the nearest by words are judged by meaning. */
const JUDGED = 24;

/** The questions of saved answers, found by their words and judged by what they say. In memory only: it holds them in plain text. */
export interface QuestionIndex {
  /** Makes the index hold exactly these, a slice of work at a time. Rejects with the signal's reason when it aborts. */
  hold(questions: readonly Answered[], signal: AbortSignal): Promise<void>;
  /** Keys of up to three questions of this feature that may be offered for this one, nearest first. */
  alike(question: string, feature: string): string[];
}

export function createQuestionIndex(clock: Clock): QuestionIndex {
  const held = new Map<string, Answered>();
  const index = new MiniSearch<Answered>({
    idField: 'key',
    fields: ['question'],
    tokenize: (text) => text.split(/[^\p{L}\p{N}]+/u),
    // Words of grammar stand in nearly every question: they find nothing and cost most of the time.
    processTerm(term) {
      const plain = foldWord(term);
      return plain === '' || isStopWord(plain, null) ? null : stemOf(plain);
    },
  });

  return {
    async hold(questions, signal) {
      const wanted = new Map(questions.filter(isComparable).map((question) => [question.key, question]));
      let sliceEndsMs = clock.monotonic() + SLICE_MS;
      const breathe = async (): Promise<void> => {
        signal.throwIfAborted();
        if (clock.monotonic() < sliceEndsMs) return;
        await wait(clock, 0, signal);
        sliceEndsMs = clock.monotonic() + SLICE_MS;
      };
      for (const known of [...held.values()]) {
        const next = wanted.get(known.key);
        if (next?.question === known.question && next.feature === known.feature) continue;
        index.remove(known);
        held.delete(known.key);
        await breathe();
      }
      for (const [key, question] of wanted) {
        if (held.has(key)) continue;
        const { feature, question: text } = question;
        const kept = { key, feature, question: text };
        index.add(kept);
        held.set(key, kept);
        await breathe();
      }
    },
    alike(question, feature) {
      if (question.length > MAX_QUESTION_CHARS) return [];
      const asked = readMeaning(question);
      return index
        .search(question, { filter: ({ id }) => held.get(String(id))?.feature === feature })
        .slice(0, JUDGED)
        .map(({ id }) => ({ key: String(id), meaning: readMeaning(held.get(String(id))?.question ?? '') }))
        .filter(({ meaning }) => tellApart(asked, meaning) === null)
        .map(({ key, meaning }) => ({ key, near: nearness(asked, meaning) }))
        .sort((one, other) => other.near - one.near)
        .slice(0, MAX_OFFERS)
        .map(({ key }) => key);
    },
  };
}

function isComparable({ question }: Answered): boolean {
  return question.length <= MAX_QUESTION_CHARS;
}

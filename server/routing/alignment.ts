import { isRepetitive, longestOverlap, positionsOf } from './overlap.ts';
import { looksBegunAnew } from './begun-anew.ts';

/** What is to be done with what came of a continuation. */
export type Verdict =
  /** It cannot be told yet how it fits: nothing of it may be passed on. */
  | { kind: 'held' }
  /** It fits: this is what the reader does not have yet. */
  | { kind: 'new'; text: string }
  /** It cannot be joined without a doubt. */
  | { kind: 'misfit' };

/**
 * So many characters are looked at before a continuation that repeats nothing is passed on: room for some words of its own and
 * the beginning of what it says again. Of one that was given the text, fewer.
 */
const HOLD = 96;
const HOLD_TRUSTED = 48;

/** A repetition of so many characters is none by chance. */
const SURE = 16;

/** One of fewer than so many tells nothing: `ban` + `ana`. What lies between says too little to join, and too much to ignore. */
const TELLING = 4;

/** In a text that says the same at so many places nobody can tell which of them is meant. */
const MANY = 32;

/**
 * Joins the continuation of an answer to what was sent of it. Whoever goes on may go on exactly, repeat the last words, or
 * begin again; what was sent is never repeated, and what does not fit is told apart from what does. Bounded by what was sent:
 * as soon as a continuation is longer than that, it is decided.
 *
 * `trusted` is the continuation of a model that was given the text to go on from: of it an exact one is expected.
 */
export class Alignment {
  /** What was sent, without the blanks around it. */
  readonly #sent: string;
  /** Blanks at the end of what was sent: models are not given them, and may or may not say them again. */
  readonly #blanks: string;
  readonly #trusted: boolean;
  /** Those of them that may come yet, and are left out. */
  #blanksDue: string;
  #held = '';
  #decided: 'no' | 'fits' | 'misfit' = 'no';
  /** Places of what was sent where all that is held stands, too; null before they were looked for. */
  #places: number[] | null = null;

  constructor(sent: string, how: { trusted: boolean }) {
    this.#sent = sent.trim();
    this.#blanks = sent.slice(sent.trimEnd().length);
    this.#blanksDue = this.#blanks;
    this.#trusted = how.trusted;
  }

  /** Some of it was passed on. */
  get joined(): boolean {
    return this.#decided === 'fits';
  }

  add(text: string): Verdict {
    if (this.#decided === 'misfit') return { kind: 'misfit' };
    if (this.#decided === 'fits') return { kind: 'new', text: this.#afterBlanks(text) };
    this.#held += text;
    const said = this.#held.trimStart();
    if (said.length <= SURE) return { kind: 'held' };
    const isInside = this.#isInside(text);
    if (this.#places?.length === MANY) return this.#misfit();
    if (isInside) return { kind: 'held' };
    const repeated = longestOverlap(this.#sent, said);
    const isLong = said.length >= (this.#trusted ? HOLD_TRUSTED : HOLD);
    return isLong || (repeated >= SURE && repeated < said.length) ? this.#decide() : { kind: 'held' };
  }

  /** The continuation is over: what is held is decided with what there is. */
  end(): Verdict {
    if (this.#decided === 'fits') return { kind: 'new', text: '' };
    if (this.#decided === 'misfit') return { kind: 'misfit' };
    const said = this.#held.trim();
    // Nothing more to say, in the middle of an answer: nobody can tell that from one that broke off again.
    if (said === '') return this.#misfit();
    // A piece of what was sent, and then an end: it said less than the reader has.
    const isPart = this.#sent.includes(said) && !this.#sent.endsWith(said);
    if (isPart && (said.length >= SURE || (said.length >= TELLING && this.#sent.startsWith(said))))
      return this.#misfit();
    return this.#decide();
  }

  /** Whether it still says only what was sent, at some place before its end. */
  #isInside(fresh: string): boolean {
    const said = this.#held.trimStart();
    this.#places =
      this.#places === null
        ? positionsOf(said, this.#sent, MANY)
        : this.#places.filter((at) => this.#sent.startsWith(fresh, at + said.length - fresh.length));
    return this.#places.some((at) => at + said.length < this.#sent.length);
  }

  /** Whether it says again what was sent, but behind a quotation mark or some words of its own. */
  #isQuoted(said: string): boolean {
    const bare = said.replace(/^[\s"“”'‘«»…`>*.]+/, '').slice(0, SURE);
    const isBegun = bare.length === SURE && !said.startsWith(bare) && this.#sent.includes(bare);
    return isBegun || (this.#sent.length >= SURE && said.includes(this.#sent.slice(-SURE)));
  }

  #decide(): Verdict {
    const held = this.#held;
    const said = held.trimStart();
    const repeated = longestOverlap(this.#sent, said);
    const piece = said.slice(0, repeated);
    const beginsAgain = repeated > 0 && repeated === this.#sent.length;
    if (repeated >= SURE || (beginsAgain && repeated >= TELLING)) {
      // In a text that repeats itself nobody can say which time this is.
      if (isRepetitive(piece)) return this.#misfit();
      return this.#fits(this.#afterBlanks(said.slice(repeated)));
    }
    // Nothing but blanks was sent: it was asked for from the beginning.
    if (this.#sent === '') return this.#fits(this.#afterBlanks(held));
    const sent = this.#sent + this.#blanks;
    if (this.#trusted) {
      if (looksBegunAnew(sent, held, 'by its beginning')) return this.#misfit();
      return this.#fits(this.#afterBlanks(held));
    }
    if (this.#isQuoted(said)) return this.#misfit();
    if (repeated >= TELLING || beginsAgain || looksBegunAnew(sent, held, 'in any way')) return this.#misfit();
    // "As I said, " and then the answer from its beginning.
    if (this.#sent.length >= SURE && said.includes(this.#sent.slice(0, SURE))) return this.#misfit();
    this.#blanksDue = '';
    return this.#fits(held);
  }

  /** What follows the text that was sent without its blanks, less the blanks that were sent. They may come in pieces. */
  #afterBlanks(rest: string): string {
    const due = this.#blanksDue;
    let same = 0;
    while (same < due.length && rest[same] === due[same]) same++;
    // The next piece may go on with them only if this one was nothing else.
    this.#blanksDue = same === rest.length ? due.slice(same) : '';
    return rest.slice(same);
  }

  #fits(text: string): Verdict {
    this.#decided = 'fits';
    this.#held = '';
    this.#places = null;
    return { kind: 'new', text };
  }

  #misfit(): Verdict {
    this.#decided = 'misfit';
    this.#held = '';
    this.#places = null;
    return { kind: 'misfit' };
  }
}

import { amountOf, currencyOf, unitOf } from './amounts.ts';
import { aimOf, isNegation, leans, relationOf, type Relation } from './grammar.ts';
import { guessLanguage, isStopWord, scriptsOf, type Language } from './language.ts';
import { polesOf, type Pole } from './opposites.ts';
import { isKnownName } from './places.ts';
import { periodNamed, timeNamed } from './times.ts';
import { readWords, stemOf, type Word } from './words.ts';

/** What a question says, as far as words show it. */
export interface Meaning {
  language: Language | null;
  scripts: string;
  /** What it is about, in order, each once: stems, or the side of a concept that a word takes. */
  content: readonly string[];
  /** Every word, folded; a name of the other question must be among them. */
  plains: ReadonlySet<string>;
  stems: ReadonlySet<string>;
  names: readonly { plain: string; exact: boolean }[];
  /** In the order they stand. */
  numbers: readonly string[];
  times: ReadonlySet<string>;
  currencies: ReadonlySet<string>;
  units: ReadonlySet<string>;
  /** What each negation stands before. */
  denied: readonly string[];
  poles: readonly Pole[];
  /** What stands after each word that relates, and before "to". */
  relations: ReadonlyMap<string, ReadonlySet<string>>;
  /** What it asks for: time, place, person … */
  aims: ReadonlySet<string>;
  /** It goes on with something said before. */
  leans: boolean;
}

/** Words of two whose sense is that of one. */
const PARTICLES: Record<string, Record<string, string>> = {
  on: { turn: 'switchon', switch: 'switchon', power: 'switchon', toggle: 'switchon', put: 'switchon' },
  off: { turn: 'switchoff', switch: 'switchoff', power: 'switchoff', toggle: 'switchoff', drop: 'dropoff' },
  up: { pick: 'pickup' },
};
/** How far a verb and its particle may stand apart: "turn the dark mode off". */
const PARTICLE_REACH = 5;
const VERBS_OF_PARTICLES = new Set(['turn', 'switch', 'power', 'toggle', 'drop', 'pick']);

/** Reads what a question says. Throws nothing; bounded by the length of the text, which the caller bounds. */
export function readMeaning(text: string): Meaning {
  const words = joinParticles(readWords(text));
  const plains = words.map(({ plain }) => plain);
  const isCapital = (word: Word): boolean => /^\p{Lu}/u.test(word.raw) && !word.opens;
  const language = guessLanguage(
    words.filter((word) => !isCapital(word)).map(({ plain }) => plain),
    text,
  );
  const trusted = capitalsMeanNames(words, language);
  const meaning = {
    numbers: [] as string[],
    times: new Set<string>(),
    currencies: new Set<string>(),
    units: new Set<string>(),
    names: [] as { plain: string; exact: boolean }[],
    denied: [] as string[],
    poles: [] as Pole[],
    relations: new Map<string, Set<string>>(),
    aims: new Set<string>(),
  };
  const isNamed = (word: Word): boolean => trusted && isCapital(word) && isNameLike(word, language);
  const tokens = words.map((word, at) => (isNamed(word) ? word.stem : tokenOf(word, words[at + 1], language)));
  const relate = (relation: string, token: string | null): void => {
    if (token === null) return;
    meaning.relations.set(relation, (meaning.relations.get(relation) ?? new Set()).add(token));
  };
  words.forEach((word, at) => {
    const { plain, kind } = word;
    const following = words[at + 1]?.plain ?? '';
    const before = words[at - 1];
    const counted = before?.kind === 'number' || (before !== undefined && amountOf(before.plain, language) !== null);
    const object = (): string | null => objectAfter(at, { words, tokens, language });
    if (kind === 'number') meaning.numbers.push(plain);
    if (kind === 'quoted' || kind === 'identifier') meaning.names.push({ plain, exact: true });
    if (kind !== 'word' && kind !== 'sign') return;
    const capital = trusted && isCapital(word);
    const amount = amountOf(plain, language);
    const time = periodNamed(plain, following) ?? timeNamed(plain, capital || counted || isAfterIn(before, language));
    const currency = currencyOf(plain);
    const unit = unitOf(plain, counted);
    if (amount !== null) meaning.numbers.push(amount);
    if (time !== null) meaning.times.add(time);
    if (currency !== null) meaning.currencies.add(currency);
    if (unit !== null) meaning.units.add(unit);
    const plainFact = amount ?? time ?? currency ?? unit;
    if (plainFact === null && (isKnownName(plain) || isNamed(word))) meaning.names.push({ plain, exact: false });
    if (deniesHere(words, at, language)) meaning.denied.push(deniedAfter(words, at, language));
    const relation: Relation | null = relationOf(plain, language);
    if (relation !== null) relate(relation, object());
    if (relation === 'to') relate('ahead', tokens[at - 1] ?? null);
    if (periodNamed(plain, following) === null) meaning.poles.push(...polesOf(word.stem, language));
    const aim = aimOf(word, following, language);
    if (aim !== null) meaning.aims.add(aim);
  });
  return {
    ...meaning,
    language,
    scripts: scriptsOf(text),
    content: [...new Set(tokens.filter((token) => token !== null))],
    plains: new Set(plains),
    stems: new Set(words.map(({ stem }) => stem)),
    leans: leans(plains, language, (at) => tokens[at] !== null),
  };
}

/** The name of one side of a concept among the contents of a question. */
function poleToken({ concept, side }: Pole): string {
  return `${concept}${side > 0 ? '+' : '-'}`;
}

/** What a word adds to the content; null for one that only carries grammar. */
function tokenOf(word: Word, following: Word | undefined, language: Language | null): string | null {
  const { plain, stem, kind } = word;
  if (kind === 'sign' || kind === 'number') return null;
  if (kind === 'quoted' || kind === 'identifier') return plain;
  if (isStopWord(plain, language) || isNegation(plain, language) || relationOf(plain, language) !== null) return null;
  if (plain.length === 1 || amountOf(plain, language) !== null || VERBS_OF_PARTICLES.has(plain)) return null;
  if (periodNamed(plain, following?.plain ?? '') !== null) return null;
  const [pole, ...others] = polesOf(stem, language);
  return pole === undefined || others.length > 0 ? stem : poleToken(pole);
}

interface Reading {
  words: readonly Word[];
  tokens: readonly (string | null)[];
  language: Language | null;
}

/** The next content after a word, unless another relation begins before it. */
function objectAfter(at: number, { words, tokens, language }: Reading): string | null {
  for (let next = at + 1; next < words.length && next <= at + 5; next++) {
    const token = tokens[next];
    if (token !== null && token !== undefined) return token;
    if (relationOf(words[next]?.plain ?? '', language) !== null) return null;
  }
  return null;
}

/** "ne" alone denies only where no "pas", "jamais" … follows, which counts for it. */
function deniesHere(words: readonly Word[], at: number, language: Language | null): boolean {
  const plain = words[at]?.plain ?? '';
  if (language === 'fr' && (plain === 'ne' || plain === 'n')) {
    return !words.slice(at + 1, at + 7).some((word) => isNegation(word.plain, language));
  }
  return isNegation(plain, language);
}

/** The word that a negation is about: the next one that is no pronoun or article. */
function deniedAfter(words: readonly Word[], at: number, language: Language | null): string {
  const about = words.slice(at + 1, at + 4).find(({ plain }) => plain.length > 3 || !isStopWord(plain, language));
  return about?.stem ?? '';
}

function isAfterIn(before: Word | undefined, language: Language | null): boolean {
  return (
    before !== undefined &&
    (relationOf(before.plain, language) === 'place' || before.plain === 'on' || before.plain === 'le')
  );
}

function isNameLike({ plain, stem }: Word, language: Language | null): boolean {
  return (
    plain.length > 1 && (language === null || !isStopWord(plain, language)) && polesOf(stem, language).length === 0
  );
}

/** In a title Every Word Is Capital, and then none of them tells a name. German nouns stay told from verbs by theirs. */
function capitalsMeanNames(words: readonly Word[], language: Language | null): boolean {
  const inside = words.filter((word) => !word.opens && word.kind === 'word');
  const capital = inside.filter((word) => /^\p{Lu}/u.test(word.raw));
  return language === 'de' || inside.length < 4 || capital.length < inside.length * 0.7;
}

/** "turn … off" becomes one word at the place of its particle. */
function joinParticles(words: Word[]): Word[] {
  return words.map((word, at) => {
    const verbs = PARTICLES[word.plain];
    if (verbs === undefined) return word;
    const verb = words.slice(Math.max(0, at - PARTICLE_REACH), at).findLast(({ plain }) => plain in verbs);
    const joined = verb === undefined ? undefined : verbs[verb.plain];
    return joined === undefined ? word : { ...word, plain: joined, stem: stemOf(joined) };
  });
}

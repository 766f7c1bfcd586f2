import type { Meaning } from './meaning.ts';

/**
 * Why two questions must not stand for each other. No measure of nearness tells a question from its opposite, so each of
 * these is looked for by itself, and one is enough. `other`: they are simply about different things.
 */
export type Difference =
  | 'language'
  | 'negation'
  | 'opposite'
  | 'number'
  | 'date'
  | 'currency'
  | 'unit'
  | 'name'
  | 'direction'
  | 'asks-else'
  | 'leans'
  | 'other';

/** At least so much of the longer question must be in the shorter one. */
const LEAST_SHARED = 0.5;
/** One word may stand for another for each so many words that are shared. */
const SHARED_PER_SWAP = 4;

/** The first difference that forbids to offer one for the other; null when there is none. */
export function tellApart(asked: Meaning, saved: Meaning): Difference | null {
  const both: Both = { asked, saved, shared: new Set(asked.content.filter((token) => saved.content.includes(token))) };
  for (const [difference, differs] of CHECKS) if (differs(both)) return difference;
  return null;
}

/** How much two questions share, from 0 to 1. */
export function nearness(asked: Meaning, saved: Meaning): number {
  const longer = Math.max(asked.content.length, saved.content.length);
  return longer === 0 ? 0 : asked.content.filter((token) => saved.content.includes(token)).length / longer;
}

interface Both {
  asked: Meaning;
  saved: Meaning;
  shared: ReadonlySet<string>;
}

const CHECKS: readonly (readonly [Difference, (both: Both) => boolean])[] = [
  ['language', ({ asked, saved }) => speakDifferently(asked, saved)],
  ['negation', ({ asked, saved }) => !sameSets(asked.denied, saved.denied) || isDeniedForm(asked, saved)],
  ['number', ({ asked, saved }) => asked.numbers.join(' ') !== saved.numbers.join(' ')],
  ['date', ({ asked, saved }) => !sameSets(asked.times, saved.times)],
  ['currency', ({ asked, saved }) => !sameSets(asked.currencies, saved.currencies)],
  ['unit', ({ asked, saved }) => !sameSets(asked.units, saved.units)],
  ['name', (both) => lacksName(both.asked, both.saved) || lacksName(both.saved, both.asked) || otherPlace(both)],
  ['opposite', ({ asked, saved }) => areOpposed(asked, saved)],
  ['direction', isTurnedRound],
  ['asks-else', ({ asked, saved }) => askElse(asked.aims, saved.aims)],
  ['leans', ({ asked, saved }) => asked.leans || saved.leans],
  ['other', isAboutElse],
];

function speakDifferently(asked: Meaning, saved: Meaning): boolean {
  if (asked.scripts !== saved.scripts) return true;
  return asked.language !== null && saved.language !== null && asked.language !== saved.language;
}

function sameSets(these: Iterable<string>, those: Iterable<string>): boolean {
  const sorted = (all: Iterable<string>): string => JSON.stringify([...all].sort());
  return sorted(these) === sorted(those);
}

const DENYING = /^(?:un|in|im|il|ir|dis|non|de|des|mis|anti|on|ont|ent|s)$/;

/** "legal" against "illegal", "careful" against "careless": the same word with a beginning or an end that denies it. */
function isDeniedForm(asked: Meaning, saved: Meaning): boolean {
  const only = (these: Meaning, those: Meaning): string[] => [...these.stems].filter((stem) => !those.stems.has(stem));
  const [askedOnly, savedOnly] = [only(asked, saved), only(saved, asked)];
  const denies = (long: string, short: string): boolean =>
    short.length >= 3 &&
    ((long.endsWith(short) && DENYING.test(long.slice(0, -short.length))) ||
      long === `${short}less` ||
      long === `${short}les`);
  return askedOnly.some((one) => savedOnly.some((other) => denies(one, other) || denies(other, one)));
}

function lacksName(these: Meaning, those: Meaning): boolean {
  return these.names.some(({ plain, exact }) => {
    if (those.plains.has(plain)) return false;
    // German nouns are inflected, and all of them have capitals.
    return (
      exact || these.language !== 'de' || ![...those.stems].some((stem) => plain.startsWith(stem) && stem.length > 3)
    );
  });
}

/** After the same word of place or direction stand two different things: likely two names in small letters. */
function otherPlace({ asked, saved }: Both): boolean {
  return ['place', 'to', 'from'].some((relation) => {
    const there = [...(asked.relations.get(relation) ?? [])].filter((token) => !saved.content.includes(token));
    const here = [...(saved.relations.get(relation) ?? [])].filter((token) => !asked.content.includes(token));
    return there.length > 0 && here.length > 0;
  });
}

/** What one question has over the other of a concept, against what the other has over it. */
function areOpposed(asked: Meaning, saved: Meaning): boolean {
  const count = (meaning: Meaning, concept: string, side: number): number =>
    meaning.poles.filter((pole) => pole.concept === concept && pole.side === side).length;
  const concepts = new Set(asked.poles.map(({ concept }) => concept));
  return [...concepts].some((concept) => {
    const more = count(asked, concept, 1) - count(saved, concept, 1);
    const less = count(asked, concept, -1) - count(saved, concept, -1);
    return (more > 0 && less < 0) || (more < 0 && less > 0);
  });
}

/** The same words the other way round: from A to B against from B to A, before A against before B, than A against than B, A does B. */
function isTurnedRound({ asked, saved, shared }: Both): boolean {
  const of = (meaning: Meaning, relation: string): string[] => [...(meaning.relations.get(relation) ?? [])];
  const crosses = (one: string, other: string): boolean =>
    of(asked, one).some((token) => of(saved, other).includes(token)) &&
    of(asked, other).some((token) => of(saved, one).includes(token));
  const leaves = (these: Meaning, those: Meaning): boolean =>
    of(these, 'from').some((token) => of(those, 'to').includes(token) && !of(these, 'to').includes(token));
  if (crosses('ahead', 'to') || leaves(asked, saved) || leaves(saved, asked)) return true;
  const relations = [...asked.relations.keys()].filter((relation) => !['place', 'ahead'].includes(relation));
  const changed = relations.some((relation) => {
    const [these, those] = [of(asked, relation), of(saved, relation)];
    const moved = (some: string[], others: string[]): boolean =>
      some.some((token) => shared.has(token) && !others.includes(token));
    return those.length > 0 && moved(these, those) && moved(those, these);
  });
  return (
    changed ||
    isReversed(
      asked.content.filter((token) => shared.has(token)),
      saved.content,
    )
  );
}

/** Whether three words stand in one question in the order against the other's: "does A call B", "does B call A". */
function isReversed(order: readonly string[], other: readonly string[]): boolean {
  const places = order.map((token) => other.indexOf(token));
  const falls = places.map(() => 1);
  places.forEach((place, at) => {
    for (let before = 0; before < at; before++) {
      if ((places[before] ?? 0) > place) falls[at] = Math.max(falls[at] ?? 1, (falls[before] ?? 1) + 1);
    }
  });
  return falls.some((length) => length >= 3);
}

function askElse(these: ReadonlySet<string>, those: ReadonlySet<string>): boolean {
  return these.size > 0 && those.size > 0 && ![...these].some((aim) => those.has(aim));
}

function isAboutElse({ asked, saved, shared }: Both): boolean {
  const [askedOnly, savedOnly] = [asked.content.length - shared.size, saved.content.length - shared.size];
  if (shared.size === 0) return true;
  const swaps = Math.min(askedOnly, savedOnly);
  if (swaps > Math.floor(shared.size / SHARED_PER_SWAP)) return true;
  return shared.size / Math.max(asked.content.length, saved.content.length) < LEAST_SHARED;
}

import type { Language } from './language.ts';

type ByLanguage = Record<Language, string>;

const NEGATIONS: ByLanguage = {
  en: 'not no never without none nothing nobody neither nor nowhere hardly except unless non',
  de: 'nicht nie niemals ohne nichts niemand ausser weder nirgends kein keine keinen keinem keiner keines',
  fr: 'pas jamais sans rien aucun aucune ni sauf',
  es: 'no nunca sin ningun ninguna ningunos ningunas nada nadie jamas tampoco excepto',
  pt: 'nao nunca sem nenhum nenhuma nada ninguem jamais exceto',
  it: 'non mai senza nessun nessuna nessuno niente nulla tranne',
  nl: 'niet geen nooit zonder niets niemand nergens behalve',
};

/** How a word relates what follows it to the rest. */
export type Relation = 'from' | 'to' | 'than' | 'place' | 'with' | 'by' | 'before' | 'after' | 'for' | 'as';

const RELATIONS: Record<Language, Record<Relation, string>> = {
  en: {
    from: 'from',
    to: 'to into onto toward towards →',
    than: 'than',
    place: 'in at near inside around via through',
    with: 'with without',
    by: 'by',
    before: 'before',
    after: 'after',
    for: 'for',
    as: 'as',
  },
  de: {
    from: 'von vom aus ab',
    to: 'nach zum zur zu →',
    than: 'als',
    place: 'in im bei beim an am',
    with: 'mit ohne',
    by: 'durch',
    before: 'vor bevor',
    after: 'nachdem danach',
    for: 'fur',
    as: '',
  },
  fr: {
    from: 'de du depuis',
    to: 'a au aux vers →',
    than: 'que',
    place: 'dans en sur',
    with: 'avec sans',
    by: 'par',
    before: 'avant',
    after: 'apres',
    for: 'pour',
    as: 'comme',
  },
  es: {
    from: 'de del desde',
    to: 'a al hacia hasta para →',
    than: 'que',
    place: 'en',
    with: 'con sin',
    by: 'por',
    before: 'antes',
    after: 'despues',
    for: '',
    as: '',
  },
  pt: {
    from: 'de do da desde',
    to: 'a ao para ate →',
    than: 'que',
    place: 'em no na nos nas',
    with: 'com sem',
    by: 'por',
    before: 'antes',
    after: 'depois',
    for: '',
    as: '',
  },
  it: {
    from: 'da dal dalla di',
    to: 'a al alla verso per →',
    than: 'che',
    place: 'in nel nella',
    with: 'con senza',
    by: 'tramite',
    before: 'prima',
    after: 'dopo',
    for: '',
    as: '',
  },
  nl: {
    from: 'van vanuit',
    to: 'naar tot →',
    than: 'dan',
    place: 'in op bij',
    with: 'met zonder',
    by: 'door',
    before: 'voordat',
    after: 'na nadat',
    for: 'voor',
    as: '',
  },
};

/** What a question asks for, by its first words; `first second` for two words. */
const ASKS: Record<Language, Record<string, string>> = {
  en: {
    time: 'when,what time',
    place: 'where',
    person: 'who,whom,whose',
    reason: 'why,how come',
    amount: 'how much,how many',
    duration: 'how long',
    distance: 'how far',
    rate: 'how often',
  },
  de: {
    time: 'wann,wie spat',
    place: 'wo,wohin,woher',
    person: 'wer,wen,wem',
    reason: 'warum,wieso,weshalb',
    amount: 'wie viel,wie viele,wieviel',
    duration: 'wie lange',
    distance: 'wie weit',
    rate: 'wie oft',
  },
  fr: { time: 'quand', place: 'où', person: 'qui', reason: 'pourquoi', amount: 'combien' },
  es: {
    time: 'cuando',
    place: 'donde,adonde',
    person: 'quien,quienes',
    reason: 'por que',
    amount: 'cuanto,cuanta,cuantos,cuantas',
  },
  pt: {
    time: 'quando',
    place: 'onde',
    person: 'quem',
    reason: 'porque,por que',
    amount: 'quanto,quanta,quantos,quantas',
  },
  it: { time: 'quando', place: 'dove', person: 'chi', reason: 'perche', amount: 'quanto,quanta,quanti,quante' },
  nl: {
    time: 'wanneer,hoe laat',
    place: 'waar',
    person: 'wie',
    reason: 'waarom',
    amount: 'hoeveel',
    duration: 'hoe lang',
    distance: 'hoe ver',
  },
};

/** First words that go on with what was said before. */
const GOES_ON: ByLanguage = {
  en: 'and but or also',
  de: 'und aber oder',
  fr: 'et mais',
  es: 'y pero',
  pt: 'e mas',
  it: 'e ma',
  nl: 'en maar',
};
const POINTS_BACK = new Set('it they them this that these those he she him her'.split(' '));

const perLanguage = (words: ByLanguage): Map<string, ReadonlySet<string>> =>
  new Map(Object.entries(words).map(([language, list]) => [language, new Set(list.split(' '))]));
const negations = perLanguage(NEGATIONS);
const everyNegation = new Set(Object.values(NEGATIONS).flatMap((list) => list.split(' ')));
const goesOn = perLanguage(GOES_ON);
const relations = new Map<string, Relation>();
const asks = new Map<string, string>();
for (const [language, byRelation] of Object.entries(RELATIONS)) {
  for (const [relation, list] of Object.entries(byRelation)) {
    for (const word of list.split(' ').filter(Boolean)) relations.set(`${language} ${word}`, relation as Relation);
  }
}
for (const [language, byAim] of Object.entries(ASKS)) {
  for (const [aim, list] of Object.entries(byAim))
    for (const words of list.split(',')) asks.set(`${language} ${words}`, aim);
}

/** Whether a folded word denies; in an unknown language, whether it does in any. */
export function isNegation(plain: string, language: Language | null): boolean {
  return language === null ? everyNegation.has(plain) : negations.get(language)?.has(plain) === true;
}

/** The relation a word makes, in an unknown language by English; null for none. */
export function relationOf(plain: string, language: Language | null): Relation | null {
  return relations.get(`${language ?? 'en'} ${plain}`) ?? null;
}

/** What a word, or it and the one after it, asks for; null for none. `raw`: the French "où" is told from "ou" by its accent only. */
export function aimOf(
  { plain, raw }: { plain: string; raw: string },
  following: string,
  language: Language | null,
): string | null {
  const known = language ?? 'en';
  return (
    asks.get(`${known} ${plain} ${following}`) ??
    asks.get(`${known} ${raw.toLowerCase() === 'où' ? 'où' : plain}`) ??
    null
  );
}

/** Whether these words lean on something said before: alone they are no question. */
export function leans(
  words: readonly string[],
  language: Language | null,
  isContent: (at: number) => boolean,
): boolean {
  const [first = '', second = ''] = words;
  if (goesOn.get(language ?? 'en')?.has(first) === true) return true;
  if (second === 'about' && (first === 'what' || first === 'how')) return true;
  if (language !== null && language !== 'en') return false;
  const back = words.findIndex((word) => POINTS_BACK.has(word));
  return back !== -1 && !words.slice(0, back).some((_, at) => isContent(at));
}

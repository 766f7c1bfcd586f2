/** The languages whose negations, numbers and opposites are known here. */
export type Language = 'en' | 'de' | 'fr' | 'es' | 'pt' | 'it' | 'nl';

/** Words that carry grammar and no subject, folded. They tell the language, and count for nothing when questions are compared. */
const STOP_WORDS: Record<Language, string> = {
  en:
    'a an the i me my mine we us our you your he him his she her it its they them their this that these those there here is are was were be been being ' +
    'am do does did done have has had can could may might must shall should will would how what which who whom whose when where why of in on at to from for with by about ' +
    'as into onto and or but if than then so too also please any some each every all get go got going make need needed needs want like list show tell give explain take ' +
    'way much many long far again just really very s m re ve ll d not no',
  de:
    'der die das den dem des ein eine einen einem einer eines ich mich mir mein meine meinen meinem meiner wir uns unser unsere du dich dir dein er ihn ihm sie ihr ihre es ' +
    'ist sind war waren sein bin bist wird werden habe hat haben kann konnen darf durfen muss mussen soll sollte mochte will wie was welche welcher welches welchen wer wen ' +
    'wann wo warum wieso und oder aber wenn als dann so auch bitte von vom im in am an auf aus zu zum zur nach fur mit bei uber um nicht kein mehr brauche brauchen man viel viele lange nun gibt',
  fr:
    'le la les l un une des du de d je j me m moi mon ma mes nous notre nos vous votre vos tu te ton ta tes il elle ils elles on se s ce c cette ces cet est sont etait etre ai a ' +
    'as avons ont avoir peux peut pouvons puis dois doit faut comment que qu quoi quel quelle quels quelles qui quand ou pourquoi et mais si alors aussi en dans sur au aux a pour avec ' +
    'par plus tres y ne n pas combien t va veux fait faire',
  es:
    'el la los las un una unos unas yo me mi mis nosotros nos nuestro tu te su sus se lo le les es son esta estan era ser estar he ha han hay puedo puede podemos poder debo debe ' +
    'tengo tiene hace como que cual cuales quien cuando donde por y o pero si entonces tambien de del en a al para con sobre mas muy necesito necesita no ir voy hacer cuanto cuesta quiero',
  pt:
    'o a os as um uma uns umas eu me meu minha meus minhas nos nosso voce tu te seu sua se lhe e sao esta estao era ser estar foi ha tem tenho posso pode podemos poder devo deve ' +
    'como que qual quais quem quando onde por porque ou mas se entao tambem de do da dos das em no na nos nas ao para com sobre mais muito preciso nao ir vou fazer quanto custa quero',
  it:
    'il lo la i gli le l un uno una io me mi mio mia miei mie noi ci nostro tu te ti tuo suo sua si e sono era essere stare ho ha hanno posso puo possiamo potere devo deve ' +
    'come che cosa quale quali chi quando dove perche o ma se allora anche di del della dello dei delle d in nel nella a al alla per con su da dal dalla piu molto non ne fare vado c quanto costa voglio',
  nl:
    'de het een ik me mij mijn wij we ons onze jij je jouw hij hem zijn zij ze haar er is was waren ben bent wordt worden heb heeft hebben kan kunnen mag mogen moet moeten zal ' +
    'hoe wat welke welk wie wanneer waar waarom en of maar als dan dus ook alstublieft van in op aan uit naar voor met bij over om te niet geen meer ga doe doen veel lang nodig wil',
};

const listed = Object.entries(STOP_WORDS).map(([language, words]) => [language, new Set(words.split(' '))] as const);
const everyStopWord = new Set(listed.flatMap(([, words]) => [...words]));
const stopWordsOf = new Map<string, ReadonlySet<string>>(listed);

/** Whether a folded word only carries grammar in this language; in an unknown one, whether it does in English or in any other when it is short. */
export function isStopWord(plain: string, language: Language | null): boolean {
  if (language !== null) return stopWordsOf.get(language)?.has(plain) ?? false;
  return stopWordsOf.get('en')?.has(plain) === true || (plain.length <= 3 && everyStopWord.has(plain));
}

/** The language that the words of grammar speak; null when they speak for none, or for two alike. */
export function guessLanguage(words: readonly string[], text: string): Language | null {
  let best: { language: Language; score: number } | null = null;
  let second = 0;
  for (const [name, stops] of listed) {
    const language = name as Language;
    const signs = language === 'es' && /[¿¡]/.test(text) ? 2 : 0;
    const score = signs + words.filter((word) => stops.has(word)).length;
    if (best === null || score > best.score) {
      second = best?.score ?? 0;
      best = { language, score };
    } else if (score > second) second = score;
  }
  return best !== null && best.score > second ? best.language : null;
}

const SCRIPTS = [
  ['latin', /\p{Script=Latin}/gu],
  ['cyrillic', /\p{Script=Cyrillic}/gu],
  ['greek', /\p{Script=Greek}/gu],
  ['arabic', /\p{Script=Arabic}/gu],
  ['hebrew', /\p{Script=Hebrew}/gu],
  ['devanagari', /\p{Script=Devanagari}/gu],
  ['thai', /\p{Script=Thai}/gu],
  ['hangul', /\p{Script=Hangul}/gu],
  ['kana', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['han', /\p{Script=Han}/gu],
] as const;

/** Every script the text is written in, in a fixed order, as one word. */
export function scriptsOf(text: string): string {
  return SCRIPTS.filter(([, letters]) => text.search(letters) !== -1)
    .map(([name]) => name)
    .join(' ');
}

/** What a question seems to want. */
export type Intent = 'long' | 'short' | 'translate' | 'table' | 'code' | 'steps' | 'greeting' | 'prose';

/** Looked through from the top: the first that fits wins. */
const SIGNS: readonly [Intent, RegExp][] = [
  ['long', /\b(long|longer|essay|in depth|in detail|at length|detailed)\b/i],
  ['short', /\b(short|shortly|brief|briefly|one (sentence|line|word)|tl;?dr|yes or no)\b/i],
  [
    'translate',
    /\b(translat\w*|how (do|would) (you|i|we) say|phrasebook|traduz\w*|übersetz\w*|tradui\w*)\b|翻訳|ترجم/i,
  ],
  ['table', /\b(tables?|compare|comparison|versus|vs|differences?|pros and cons|better than|trade-?offs?)\b/i],
  [
    'code',
    /\b(code|function|script|snippet|regex|sql|python|typescript|javascript|golang|bash|shell|implement|algorithm|query|debug)\b/i,
  ],
  ['steps', /\b(steps?|how (do|can|should|to)|list|plan|checklist|recipe|guide|itinerary|ideas|tips|ways)\b|手順/i],
  ['greeting', /^\s*(hi|hello|hey|good (morning|evening)|olá|oi|hola|bonjour|hallo|こんにちは|مرحبا|γεια)(?!\p{L})/iu],
];

/** What the question seems to want; `prose` when nothing tells. */
export function recognise(question: string): Intent {
  return SIGNS.find(([, sign]) => sign.test(question))?.[0] ?? 'prose';
}

const COMMON = new Set(
  (
    'the and for are was were with that this these those from into about what when where which who why how can could ' +
    'should would will does did has have had you your our their its please give tell show make write explain need want ' +
    'there here than then them they she him her his not but any some all one two more most very just like between ' +
    'long short brief list table code function steps translate compare versus answer question word words sentence me my is it to of in on a an i do'
  ).split(' '),
);

/** Words that may stand between telling words of one subject: "trip to Lisbon", "trains and planes". */
const JOINING = new Set('and or in of for with to a an the on at from by'.split(' '));

const MAX_SUBJECT_WORDS = 7;

/**
 * What the question is about: its last run of telling words, as they were typed, since English puts the object last.
 * Letters and digits only, so that it carries no markup.
 */
export function subjectOf(question: string): string {
  const words = question.slice(-2000).match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'’-]*/gu) ?? [];
  const run: string[] = [];
  for (let at = words.length - 1; at >= 0 && run.length < MAX_SUBJECT_WORDS; at--) {
    const word = words[at] ?? '';
    if (isTelling(word) || (run.length > 0 && JOINING.has(word.toLowerCase()))) run.unshift(word.slice(0, 40));
    else if (run.length > 0) break;
  }
  while (run.length > 0 && JOINING.has((run[0] ?? '').toLowerCase())) run.shift();
  return run.length === 0 ? 'your question' : run.join(' ');
}

function isTelling(word: string): boolean {
  const plain = word.toLowerCase();
  if (COMMON.has(plain) || JOINING.has(plain)) return false;
  return word.length > 2 || /[^\p{Script=Latin}]/u.test(word);
}

/** That this is a demo, in the language whose script the question is written in. Null for Latin letters. */
export function sayDemoInScriptOf(question: string): string | null {
  return DEMO_BY_SCRIPT.find(([script]) => script.test(question))?.[1] ?? null;
}

const DEMO_BY_SCRIPT: readonly [RegExp, string][] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, 'これはデモの回答です。AIモデルには問い合わせていません。'],
  [/\p{Script=Hangul}/u, '이것은 데모 답변입니다. 모델에는 묻지 않았습니다.'],
  [/\p{Script=Han}/u, '这是演示回答，没有询问任何模型。'],
  [/\p{Script=Arabic}/u, 'هذه إجابة تجريبية، ولم يُسأل أي نموذج.'],
  [/\p{Script=Hebrew}/u, 'זו תשובת הדגמה. אף מודל לא נשאל.'],
  [/\p{Script=Greek}/u, 'Αυτή είναι μια δοκιμαστική απάντηση: δεν ρωτήθηκε κανένα μοντέλο.'],
  [/\p{Script=Cyrillic}/u, 'Это демонстрационный ответ: модель не спрашивали.'],
  [/\p{Script=Devanagari}/u, 'यह एक डेमो उत्तर है: किसी मॉडल से नहीं पूछा गया।'],
  [/[ãõ]/i, 'Esta é uma resposta de demonstração: nenhum modelo foi consultado.'],
];

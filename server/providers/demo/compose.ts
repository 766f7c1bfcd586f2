import { CHECKLISTS } from './checklists.ts';
import { chanceOf, type Chance } from './chance.ts';
import { CODE_SAMPLES } from './code-samples.ts';
import { PARAGRAPHS } from './paragraphs.ts';
import { ENGLISH, PHRASE_BOOKS, type PhraseBook } from './phrases.ts';
import { recognise, sayDemoInScriptOf, subjectOf, type Intent } from './question.ts';
import { COMPARISONS, writeTable } from './tables.ts';

/** Stands at the head of every demo answer, so that one which breaks off says it too. */
export const DEMO_SENTENCE = 'This is a demo answer: no model was asked.';

/** A turn of the conversation, as far as an answer depends on it. */
export interface Turn {
  role: 'user' | 'assistant';
  text: string;
}

/** What an answer is made for. */
interface Asked {
  question: string;
  subject: string;
  chance: Chance;
  /** The small model leaves out what is not asked for. */
  small: boolean;
}

/** The answer to a conversation: Markdown, the same for the same turns and model. */
export function compose(turns: readonly Turn[], model: string): string {
  const questions = turns.filter((turn) => turn.role === 'user').map((turn) => turn.text);
  const question = questions.at(-1) ?? '';
  const asked: Asked = {
    question,
    subject: subjectOf(question),
    chance: chanceOf(turns.map((turn) => `${turn.role}:${turn.text}`).join('\n')),
    small: model === 'small',
  };
  const intent = recognise(question);
  const local = sayDemoInScriptOf(question);
  const parts = [
    `*${DEMO_SENTENCE}*${local === null ? '' : ` ${local}`}`,
    lookBack(questions, asked),
    ...BODIES[intent](asked),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

const BODIES: Record<Intent, (asked: Asked) => string[]> = {
  long: writeLong,
  short: ({ subject, chance }) => [
    chance.pick([
      `In one line: with **${subject}**, begin with the part that cannot wait.`,
      `Briefly: **${subject}** is worth a try, if you can undo it.`,
      `Short answer: yes, as far as **${subject}** goes, and check it again tomorrow.`,
      `**${subject}**: less than you fear, more than you planned for.`,
    ]),
  ],
  translate: writeTranslation,
  table: writeComparison,
  code: writeCode,
  steps: writeSteps,
  greeting: ({ chance }) => [
    chance.pick([
      'Hello! Good to see you. Ask for **steps**, for **code**, for a **comparison**, for a **translation** or for something **long**, and watch where the answer comes from.',
      'Olá, こんにちは, مرحبا, Γεια σου, and hello. Ask me anything; then ask the same again, and see that it is not fetched twice.',
      'Hello! Here is an idea: ask something, switch the network off, and ask it again.',
    ]),
  ],
  prose: writeProse,
};

/** Shows that the whole conversation arrived. */
function lookBack(questions: readonly string[], { chance }: Asked): string {
  const before = questions.at(-2);
  if (before === undefined) return '';
  const subject = subjectOf(before);
  return chance.pick([
    `You asked about **${subject}** before; this is turn ${questions.length}, and goes on from there.`,
    `Going on from **${subject}** (this is your question number ${questions.length}):`,
    `With **${subject}** in mind, now to your question number ${questions.length}.`,
  ]);
}

function writeProse({ subject, chance, small }: Asked): string[] {
  const [first, ...rest] = chance.some(PARAGRAPHS, small ? 1 : 2 + chance.below(2));
  const opening = chance.pick([
    `You asked about **${subject}**. A model would look into that; here is something to read in its place.`,
    `**${subject}**: a good thing to ask about, and a real model is one key away.`,
    `On **${subject}**, some thoughts that hold for most questions.`,
    `About **${subject}**, slowly:`,
  ]);
  const ending = chance.pick([
    '> Ask this again in the same words, and watch where the answer comes from.',
    `- *What to keep:* one sentence.\n- *What to try:* one thing.\n- *What to leave:* the rest, for now.`,
    `So much for **${subject}**. Ask for *steps* or for a *table*, and the answer takes another form.`,
  ]);
  return [opening, first?.text ?? '', ...rest.map(({ text }) => text), small ? '' : ending];
}

function writeSteps({ question, subject, chance, small }: Asked): string[] {
  const list = CHECKLISTS.find(({ suits }) => suits.test(question)) ?? chance.pick(CHECKLISTS);
  const steps = list.steps.slice(0, small ? 3 : list.steps.length);
  return [
    chance.pick([
      `### ${list.title}: ${subject}`,
      `For **${subject}**, in this order:`,
      `**${subject}**, step by step:`,
    ]),
    steps.map((step, index) => `${index + 1}. ${step}`).join('\n'),
    small ? '' : chance.pick(PARAGRAPHS).text,
  ];
}

function writeCode({ question, subject, chance, small }: Asked): string[] {
  const sample = CODE_SAMPLES.find(({ asked }) => asked.test(question)) ?? chance.pick(CODE_SAMPLES);
  return [
    `On **${subject}**: here is a piece of code that works on its own, *${sample.title}*.`,
    `\`\`\`${sample.language}\n${sample.code}\n\`\`\``,
    sample.note,
    small
      ? ''
      : `Two things to check before you use it: what it does with *nothing*, and what it does with *too much*.`,
  ];
}

function writeComparison({ question, subject, chance, small }: Asked): string[] {
  const known = COMPARISONS.find(({ suits }) => suits.test(question));
  const comparison = known ?? chance.pick(COMPARISONS);
  return [
    known === undefined
      ? `You asked to compare **${subject}**. The demo knows few things by heart; this is one of them.`
      : `**${subject}**: the demo happens to know something about that by heart.`,
    `### ${comparison.title}`,
    writeTable(comparison),
    `**In short:** ${comparison.verdict}`,
    small ? '' : chance.pick(PARAGRAPHS).text,
  ];
}

function writeTranslation({ question, subject, chance }: Asked): string[] {
  const named = PHRASE_BOOKS.filter(({ asked }) => asked.test(question));
  const books = named.length > 0 ? named : chance.some(PHRASE_BOOKS, 3);
  return [
    `For **${subject}** you want a translator. This is a phrase book, and each line in it is right.`,
    writePhrases(books),
    chance.pick([
      'Said slowly and with a smile, the second line does most of the work.',
      'Arabic runs from right to left, and the table should still stand straight.',
      'If none of it helps, point at the map.',
    ]),
  ];
}

function writePhrases(books: readonly PhraseBook[]): string {
  const rows = (['hello', 'thanks', 'where', 'wifi', 'slowly'] as const).map((phrase) => [
    ENGLISH[phrase],
    ...books.map((book) => book[phrase]),
  ]);
  const head = ['English', ...books.map(({ language }) => language)];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** About a minute at a human pace: long enough to lose a network in. */
function writeLong({ subject, chance, small }: Asked): string[] {
  const thoughts = chance.some(PARAGRAPHS, small ? 6 : PARAGRAPHS.length);
  const turn = chance.below(thoughts.length);
  const order = [...thoughts.slice(turn), ...thoughts.slice(0, turn)];
  const exhibits = small ? [] : writeExhibits(chance);
  const sections = order.flatMap((thought, index) => exhibits.slice(index, index + 1).concat(thought));
  return [
    `# ${subject}, at length`,
    ...sections.map(({ about, text }, index) => `## ${index + 1}. ${about}\n\n${text}`),
    `That was all there is on **${subject}**, ${sections.length} sections long.`,
  ];
}

/** Everything the demo knows that is no prose, and two of its functions. */
function writeExhibits(chance: Chance): { about: string; text: string }[] {
  return [
    ...CHECKLISTS.map(({ title, steps }) => ({ about: title, text: steps.map((step) => `- ${step}`).join('\n') })),
    ...COMPARISONS.map((comparison) => ({
      about: comparison.title,
      text: `${writeTable(comparison)}\n\n${comparison.verdict}`,
    })),
    { about: 'Said elsewhere', text: writePhrases(PHRASE_BOOKS) },
    ...chance.some(CODE_SAMPLES, 2).map(({ title, language, code, note }) => ({
      about: `In code: ${title}`,
      text: `\`\`\`${language}\n${code}\n\`\`\`\n\n${note}`,
    })),
  ];
}

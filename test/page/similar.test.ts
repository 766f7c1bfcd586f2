import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Clock } from '#shared/clock.ts';
import { markDiffering } from '../../src/similar/differing-words.ts';
import { createQuestionIndex, MAX_QUESTION_CHARS } from '../../src/similar/question-index.ts';
import { fakeClock } from '../fakes/clock.ts';
import { judge, measure, readPairs, type Pair } from './similar-pairs.ts';

const tuned = readPairs('tuned');
const heldOut = readPairs('held-out');
const never = new AbortController().signal;

/** Whether the first question, asked, finds the second one, saved. Words alone rank it; the guard decides. */
async function finds({ asked, saved }: Pair): Promise<boolean> {
  const index = createQuestionIndex(fakeClock());
  await index.hold([{ key: 'k', feature: 'default', question: saved }], never);
  return index.alike(asked, 'default').length === 1;
}

describe('pairs labelled by hand', () => {
  it('[G52] are many, of every class, and each stands in one part only', () => {
    expect(tuned.length + heldOut.length).toBeGreaterThanOrEqual(250);
    const classes = 'alike,asks-else,currency,date,direction,language,name,negation,number,opposite,other,unit'.split(
      ',',
    );
    for (const part of [tuned, heldOut]) expect([...new Set(part.map(({ label }) => label))].sort()).toEqual(classes);
    const lines = [...tuned, ...heldOut].map(({ asked, saved }) => `${asked}\n${saved}`);
    expect(new Set(lines).size).toBe(lines.length);
  });

  it('[G51] of the tuned part: none that differs is offered, whichever of the two was asked', () => {
    const turned = tuned.map(({ label, asked, saved }) => ({ label, asked: saved, saved: asked }));
    expect(measure(tuned).offeredWrongly).toEqual([]);
    expect(measure(turned).offeredWrongly).toEqual([]);
  });

  it('[G51] that differ are told apart whatever case they are typed in, as far as no capital is needed', () => {
    const marked = ['name', 'date', 'language', 'direction', 'other'];
    const small = tuned
      .filter(({ label }) => label !== 'alike' && !marked.includes(label))
      .map(({ label, asked, saved }) => ({ label, asked: asked.toLowerCase(), saved: saved.toLowerCase() }));
    expect(measure(small).offeredWrongly).toEqual([]);
  });

  it('[G52] are reported in docs/similar.md as they are measured', () => {
    const report = readFileSync(new URL('../../docs/similar.md', import.meta.url), 'utf8').replaceAll(/ +/g, ' ');
    expect(report).toContain(`| tuned | ${measure(tuned).row} |`);
    expect(report).toContain(`| held out | ${measure(heldOut).row} |`);
  });

  it('[G50] are found by their words too, when they are alike', async () => {
    const alike = [...tuned, ...heldOut].filter((pair) => pair.label === 'alike' && judge(pair) === null);
    const lost = [];
    for (const pair of alike) if (!(await finds(pair))) lost.push(pair);
    expect(lost).toEqual([]);
  });
});

describe('the index of questions', () => {
  const question = (key: string, text: string, feature = 'default') => ({ key, feature, question: text });

  it('[G50] gives at most three, the nearest first', async () => {
    const index = createQuestionIndex(fakeClock());
    await index.hold(
      [
        question('far', 'How do I reset my password on the old tablet in the hall?'),
        question('near', 'How can I reset my password?'),
        question('a', 'How do I reset the password of the tablet?'),
        question('b', 'Please tell me how I reset the password'),
        question('c', 'Reset my password'),
      ],
      never,
    );
    const found = index.alike('How do I reset my password?', 'default');
    expect(found).toHaveLength(3);
    expect(found).toEqual(expect.arrayContaining(['near', 'b', 'c']));
  });

  it('[G50] gives only those of the same feature', async () => {
    const index = createQuestionIndex(fakeClock());
    await index.hold([question('k', 'How can I reset my password?', 'notes')], never);
    expect(index.alike('How do I reset my password?', 'default')).toEqual([]);
    expect(index.alike('How do I reset my password?', 'notes')).toEqual(['k']);
  });

  it('[G54] follows what is saved: what is forgotten is found no more', async () => {
    const index = createQuestionIndex(fakeClock());
    await index.hold([question('k', 'How can I reset my password?'), question('l', 'Reset my password')], never);
    await index.hold([question('l', 'Reset my password'), question('k', 'How do I boil eggs?')], never);
    expect(index.alike('How do I reset my password?', 'default')).toEqual(['l']);
    await index.hold([], never);
    expect(index.alike('How do I reset my password?', 'default')).toEqual([]);
  });

  it('[G53] leaves out a question that is longer than 400 characters, and looks for none', async () => {
    const long = `How do I reset my password? ${'please '.repeat(60)}`;
    expect(long.length).toBeGreaterThan(MAX_QUESTION_CHARS);
    const index = createQuestionIndex(fakeClock());
    await index.hold([question('long', long), question('short', 'How can I reset my password?')], never);
    expect(index.alike('How do I reset my password?', 'default')).toEqual(['short']);
    expect(index.alike(long, 'default')).toEqual([]);
  });

  it('[G54] is filled in slices: the page gets its turn between them, and an abort ends it', async () => {
    const clock = fakeClock();
    // Each look at the clock costs three milliseconds, so that a slice is over after a few questions.
    let spentMs = 0;
    let pauses = 0;
    const busy: Clock = {
      ...clock,
      monotonic: () => (spentMs += 3),
      after: (delayMs, run) => {
        pauses += 1;
        return clock.after(delayMs, run);
      },
    };
    const index = createQuestionIndex(busy);
    const many = Array.from({ length: 100 }, (_, at) => question(`k${at}`, `How do I pack bag ${at} for the ferry?`));
    const filling = index.hold(many, never);
    await clock.settle();
    expect(pauses).toBe(1);
    await clock.advance(0);
    await filling;
    expect(pauses).toBeGreaterThan(20);

    const abort = new AbortController();
    const emptying = index.hold([], abort.signal);
    abort.abort(new Error('Somebody else signed in.'));
    await expect(emptying).rejects.toThrow('Somebody else signed in.');
    expect(clock.timers()).toBe(0);
  });
});

describe('what differs', () => {
  const marked = (text: string, other: string): string[] =>
    markDiffering(text, other)
      .filter(({ differs }) => differs)
      .map((piece) => piece.text);

  it('[G55] is marked word by word, and nothing of the text is lost', () => {
    const saved = 'How do I ask for an invoice, with our VAT number?';
    const asked = 'How can I ask for a receipt with our VAT number?';
    expect(marked(saved, asked)).toEqual(['invoice']);
    expect(marked(asked, saved)).toEqual(['receipt']);
    for (const [one, other] of [
      [saved, asked],
      [asked, saved],
      ['', asked],
      ['¿…?', ''],
    ] as const)
      expect(
        markDiffering(one, other)
          .map(({ text }) => text)
          .join(''),
      ).toBe(one);
  });

  it('[G55] is marked one by one, and a blank between two is not', () => {
    expect(marked('a quiet small room', 'a room')).toEqual(['quiet', 'small']);
  });

  it('[G55] is nothing where only case, accents and marks of punctuation do', () => {
    expect(marked('Où est l’hôtel ?', 'ou est l’hotel')).toEqual([]);
  });

  it('[G55] is marked in every pair of the corpus without losing a letter', () => {
    for (const { asked, saved } of [...tuned, ...heldOut])
      expect(
        markDiffering(saved, asked)
          .map(({ text }) => text)
          .join(''),
      ).toBe(saved);
  });
});

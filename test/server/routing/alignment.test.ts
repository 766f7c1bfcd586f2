import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Alignment } from '../../../server/routing/alignment.ts';
import { isRepetitive, longestOverlap } from '../../../server/routing/overlap.ts';

/** What the reader has in the end; null when the continuation was refused. */
function join(sent: string, pieces: readonly string[], trusted = false): string | null {
  const alignment = new Alignment(sent, { trusted });
  let text = sent;
  for (const piece of pieces) {
    const verdict = alignment.add(piece);
    if (verdict.kind === 'misfit') return null;
    if (verdict.kind === 'new') text += verdict.text;
  }
  const last = alignment.end();
  return last.kind === 'new' ? text + last.text : null;
}

/** Cut anywhere, in pieces of any length. */
function inPieces(text: string, lengths: readonly number[]): string[] {
  const pieces: string[] = [];
  let at = 0;
  for (let turn = 0; at < text.length; turn++) {
    const length = lengths[turn % lengths.length] ?? 1;
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
}

const PROSE = [
  'The night train from Lisbon leaves at nine, and whoever wants a berth books it a week ahead. Bring water; the bar closes early.\n\nIn winter the line along the coast is shut after storms: a bus goes instead, from the yard behind the station.',
  '## Packing\n\n- two shirts\n- a warm layer, even in June\n- the charger, and an adapter for it\n\nLeave room: whatever you buy on the way has to fit as well.',
  'Olá! O comboio sai às nove. Quem quiser uma cama reserva com uma semana de antecedência, porque só há doze 🚆 lugares.',
  'function berth(train) {\n  const free = train.places.filter((place) => !place.taken);\n  return free.length > 0 ? free[0] : null;\n}',
  '夜行列車は九時に出ます。寝台を希望する人は一週間前に予約してください。水を持って行くこと。',
];

const anyText = fc.oneof(
  fc.constantFrom(...PROSE),
  fc.string({ minLength: 1, maxLength: 200 }),
  fc.stringMatching(/^(?:[a-c ]{1,6}){1,40}$/),
);
const anyPieces = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 });

describe('the continuation of an answer', () => {
  it.each(PROSE)('[ST11] [ST12] begun again is joined at the right place, wherever it was cut: %j', (whole) => {
    for (let at = 4; at < whole.length; at++) {
      if (whole.slice(0, at).trimEnd().length < 4 || isRepetitive(whole.slice(0, at).trimEnd())) continue;
      expect(join(whole.slice(0, at), inPieces(whole, [7]))).toBe(whole);
      expect(join(whole.slice(0, at), inPieces(`\n\n${whole}`, [7]))).toBe(whole);
    }
  });

  it.each(PROSE)('[ST11] that repeats the last words does so for itself, wherever it was cut: %j', (whole) => {
    for (let at = 20; at < whole.length; at++) {
      for (const back of [18, 30, 60]) {
        const from = Math.max(0, whole.slice(0, at).trimEnd().length - back);
        const joined = join(whole.slice(0, at), inPieces(whole.slice(from), [5]));
        if (joined !== null) expect(joined).toBe(whole);
        else {
          const piece = whole.slice(from, at).trim();
          expect(isRepetitive(piece) || piece.length < 16).toBe(true);
        }
      }
    }
  });

  it.each(PROSE)('[ST11] that is exact is taken as it is, at 19 places of 20 at least: %j', (whole) => {
    let refused = 0;
    for (let at = 1; at < whole.length; at++) {
      const joined = join(whole.slice(0, at), inPieces(whole.slice(at), [5]));
      if (joined === null) refused++;
      else expect(joined).toBe(whole);
    }
    expect(refused).toBeLessThanOrEqual(Math.ceil(whole.length / 20));
  });

  it.each(PROSE)('[ST11] that was given the text to go on from, less its last blanks, is exact: %j', (whole) => {
    for (let at = 1; at < whole.length; at++) {
      const sent = whole.slice(0, at);
      const rest = whole.slice(sent.trimEnd().length);
      expect(join(sent, inPieces(rest, [5]), true)).toBe(whole);
    }
  });

  it('[ST12] is the whole answer or is refused, never anything else, whatever was cut where', () => {
    const how = fc.record({ whole: anyText, cut: fc.nat(), back: fc.integer({ min: 16, max: 80 }), sizes: anyPieces });
    fc.assert(
      fc.property(how, fc.constantFrom('exact', 'again', 'overlap'), ({ whole, cut, back, sizes }, kind) => {
        const at = 1 + (cut % whole.length);
        const sent = whole.slice(0, at);
        // A text that says the same twice around the cut can be read in two ways by anybody.
        fc.pre(sent.trim() !== '' && longestOverlap(sent.trimEnd(), whole.slice(at).trimStart()) < 4);
        const from = kind === 'exact' ? at : kind === 'again' ? 0 : Math.max(0, sent.trimEnd().length - back);
        const joined = join(sent, inPieces(whole.slice(from), sizes));
        if (joined !== null) expect(joined).toBe(whole);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    [
      'in other words',
      'The sky is ',
      'The sky looks blue because light is scattered by air, the more so the shorter its waves.',
    ],
    [
      'with a greeting',
      'It leaves at nine from the ',
      'Sure! Here is the answer: it leaves at nine from platform two, every day.',
    ],
    [
      'with a capital in the middle of a word',
      'It leaves at ni',
      'Trains leave at nine, every day but Sunday, from platform two.',
    ],
    [
      'under a heading',
      'It leaves at nine from the ',
      '## Trains\n\nIt leaves at nine from platform two, every day but Sunday.',
    ],
    ['with a reply to the request', 'It leaves at nine.', 'Sure, here is the rest: it arrives at seven, in time.'],
    [
      'in quotation marks',
      'It leaves at nine from platform two.',
      '"It leaves at nine from platform two." It arrives.',
    ],
    [
      'with many words before it',
      'It leaves at nine from two.',
      'You asked me to go on with what I had begun to say before. It leaves at nine from two. It arrives.',
    ],
    ['with words before it', 'It leaves at nine from two.', 'My answer was: It leaves at nine from two. It arrives.'],
    [
      'with less than was sent',
      'It leaves at nine from platform two, every day',
      'It leaves at nine from platform two',
    ],
    ['with nothing', 'It leaves at nine from ', ' '],
    ['with a word said twice, which nobody can tell from one repeated', 'It is very', 'very late.'],
    ['with a row of a table that repeats itself', '| - | - | - | - | - | - |', '| - | - | - | - | - | - |\n| a |'],
    [
      'after an introduction and from its beginning, where a clause had ended',
      'The best of them are these: the sea, the salt, the rain, and then:',
      'As I said, The best of them are these: the sea, the salt, the rain, and then: the sky.',
    ],
  ])('[ST12] is refused %s', (_how, sent, next) => {
    expect(join(sent, inPieces(next, [6]))).toBeNull();
  });

  it('[ST12] holds back until it is sure, and no longer than what was sent', () => {
    const [whole = ''] = PROSE;
    const alignment = new Alignment(whole.slice(0, 100), { trusted: false });
    const held = inPieces(whole.slice(0, 100), [10]).map((piece) => alignment.add(piece).kind);
    expect(held.slice(0, -1)).toEqual(Array.from({ length: 9 }, () => 'held'));
    expect(alignment.add(whole.slice(100))).toEqual({ kind: 'new', text: whole.slice(100) });
  });

  it('[ST12] costs time in proportion to its length', () => {
    const sent = 'ab'.repeat(200_000);
    const before = performance.now();
    expect(join(sent, inPieces(sent, [40]))).toBeNull();
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});

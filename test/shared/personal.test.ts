import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Rollup } from 'vite';
import { describe, expect, it, vi } from 'vitest';
import { findPersonal, looksPersonal } from '#shared/personal.ts';
import { corpus, heldOut } from '../fixtures/personal/corpus.ts';
import { scoresOf, type Score } from '../fixtures/personal/measure.ts';

vi.setConfig({ testTimeout: 60_000 });

const SHARED = fileURLToPath(new URL('../../src/shared/', import.meta.url));
const DOCUMENT = fileURLToPath(new URL('../../docs/privacy.md', import.meta.url));

const lines = corpus();
const tuned = scoresOf(lines);
const unseen = scoresOf(heldOut());

describe('what looks personal', () => {
  it('[PV1] is found with its place, in natural sentences and beside what only looks so', () => {
    expect(lines.length).toBeGreaterThan(900);
    expect(lines.filter(({ marks }) => marks.length === 0).length).toBeGreaterThan(300);
    for (const score of tuned) {
      const { kind } = score;
      expect(recall(score), `recall of ${kind}`).toBeGreaterThanOrEqual(0.98);
      expect(precision(score), `precision of ${kind}`).toBeGreaterThanOrEqual(kind === 'phone' ? 0.95 : 0.99);
    }
  });

  it('[PV1] is found in text that nothing was tuned on', () => {
    const sum = (of: (score: Score) => number): number => unseen.reduce((total, score) => total + of(score), 0);
    expect(sum(({ found }) => found) / sum(({ marks }) => marks)).toBeGreaterThanOrEqual(0.7);
    expect(sum(({ found }) => found) / sum(({ found, wrong }) => found + wrong)).toBeGreaterThanOrEqual(0.8);
  });

  it('[PV1] is the same for the quick answer and for the places', () => {
    for (const { text } of [...lines, ...heldOut()])
      expect(looksPersonal(text), text).toBe(findPersonal(text).length > 0);
  });

  it('[PV1] is told in order, once for each place, the more telling kind first', () => {
    const text = 'Pay DE89 3704 0044 0532 0130 00, mail jane.roe@example.com, from 203.0.113.77';
    expect(findPersonal(text).map(({ kind, at, length }) => [kind, text.slice(at, at + length)])).toEqual([
      ['iban', 'DE89 3704 0044 0532 0130 00'],
      ['email', 'jane.roe@example.com'],
      ['ip', '203.0.113.77'],
    ]);
    expect(findPersonal('a@example.com '.repeat(1_500))).toHaveLength(1_000);
  });

  it('[PV2] a number whose checksum does not fit is none, wherever one digit is wrong', () => {
    for (const [kind, valid] of [
      ['card', '4111 1111 1111 1111'],
      ['iban', 'DE89 3704 0044 0532 0130 00'],
      ['id-br', '529.982.247-25'],
      ['id-pl', 'PESEL 44051401359'],
      ['id-in', '9999 4105 7058'],
      ['id-es', '12345678Z'],
      ['id-it', 'RSSMRA85T10A562S'],
    ] as const) {
      const kinds = (text: string): string[] => findPersonal(text).map((mark) => mark.kind);
      expect(kinds(valid)).toEqual([kind]);
      const last = valid.slice(-1);
      const others = [...(/\d/.test(last) ? '0123456789' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')].filter((one) => one !== last);
      for (const other of others) expect(kinds(valid.slice(0, -1) + other), valid).not.toContain(kind);
    }
  });

  it('[PV2] a weak number counts only beside a word that says what it is', () => {
    for (const [word, id] of [
      ['PESEL', '44051401359'],
      ['BSN', '111222333'],
      ['CPF', '11144477735'],
      ['Steuer-ID', '47036892816'],
      ['Aadhaar', '234123412346'],
    ]) {
      expect(looksPersonal(`${id} rows`), id).toBe(false);
      expect(looksPersonal(`${word} ${id}`), word).toBe(true);
      expect(looksPersonal(`${id} (${word})`), word).toBe(true);
    }
  });

  it('[PV2] national ids are looked for in the countries that are asked for', () => {
    const text = '529.982.247-25, 811228-9874';
    expect(findPersonal(text).map(({ kind }) => kind)).toEqual(['id-br', 'id-se']);
    expect(findPersonal(text, ['se']).map(({ kind }) => kind)).toEqual(['id-se']);
    expect(findPersonal(text, [])).toEqual([]);
  });

  it('[PV3] names and places are not known', () => {
    expect(looksPersonal('My name is Jane Roe, I live at 12 Sample Street in Springfield.')).toBe(false);
  });
});

const hostile = [
  ...['a', '1', ' ', '-', '.', '@', ':', '/', '_', '"', '(0', '1 ', '1.', '1-', '1.1.1.', '+1 ', '00 1', '01 ', '01-'],
  ...['a@', 'a@a.', '://a:', '0123 4567 ', 'eyJ', 'eyJeyJeyJ.', 'sk-a1', 'xoxb-', '-----BEGIN ', 'token ', 'token='],
  ...['bearer 1234567890abcdef', '2001:', '2222:2222:', '2001:db8::', 'DE89', 'DE89 ', 'AA11-', '4111 ', '123-45-'],
  ...['4111111111111112 ', '078-05-1121 ', '12345678901 ', '12345678A ', 'tel 123456 ', 'ABCDEF85T10A562T '],
];

// The slowest of these takes 0.6 s on the machine they were first run on; a form that went quadratic takes minutes.
it.each(hostile)('[PV4] a megabyte of %j takes time in proportion to its length', (unit) => {
  const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
  const began = performance.now();
  findPersonal(text);
  expect(performance.now() - began).toBeLessThan(10_000);
});

it('[PV5] all forms, words and checksums weigh at most 3 kB in the worker', async () => {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, target: 'es2022', rollupOptions: { input: 'detectors', preserveEntrySignatures: 'strict' } },
    plugins: [
      {
        name: 'detectors',
        resolveId: (id) =>
          id === 'detectors' ? id : id.startsWith('#shared/') ? SHARED + id.slice('#shared/'.length) : null,
        load: (id) => (id === 'detectors' ? "export { looksPersonal } from '#shared/personal.ts';" : null),
      },
    ],
  });
  const { output } = (Array.isArray(built) ? built[0] : built) as Rollup.RollupOutput;
  const bytes = gzipSync(output[0].code, { level: 9 }).length;
  expect(output[0].code).toContain('PRIVATE KEY');
  expect(bytes).toBeLessThanOrEqual(3_000);
});

it('[PV6] docs/privacy.md publishes what is measured here', () => {
  const published = readFileSync(DOCUMENT, 'utf8');
  expect(rowsOf(published, 'corpus')).toEqual(tuned.map(cellsOf));
  expect(rowsOf(published, 'held-out')).toEqual(unseen.map(cellsOf));
});

/** The cells of the table under `<!-- table: name -->`. */
function rowsOf(document: string, name: string): string[][] {
  const [, after = ''] = document.split(`<!-- table: ${name} -->`);
  const [table = ''] = after.trim().split('\n\n');
  return table
    .split('\n')
    .slice(2)
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

function cellsOf(score: Score): string[] {
  const { kind, marks, found, wrong } = score;
  return [kind, `${marks}`, `${found}`, `${wrong}`, percent(precision(score)), percent(recall(score))];
}

/** Of what was marked, the part that is right. */
function precision({ found, wrong }: Score): number {
  return found + wrong === 0 ? 1 : found / (found + wrong);
}

/** Of what is there, the part that was marked. */
function recall({ marks, found }: Score): number {
  return marks === 0 ? 1 : found / marks;
}

/** Rounded down, so that it is never better than it was. */
function percent(share: number): string {
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

import { describe, expect, it } from 'vitest';
import type { Answer } from '#shared/answer.ts';
import { openPack, readPackFile, sealPack, type FileItem, type OpenedFile } from '../../src/travel/pack-file.ts';
import { seededRandom } from '../fakes/random.ts';

const TENANT = 'aaaaaaaaaaaaaaaa';
const PASSPHRASE = 'correct horse battery';
const { subtle } = crypto;

describe('a pack as a file', () => {
  it('[TR10] carries questions and answers under a passphrase, and tells nothing of them without it', async () => {
    const text = await seal([item('What is included?')]);
    expect(text).not.toContain('included');
    expect(text).not.toContain('Lisbon');
    const head = JSON.parse(text) as { kdf: { name: string; iterations: number } };
    expect(head.kdf).toMatchObject({ name: 'PBKDF2-SHA-256', iterations: 600_000 });
    expect(await open(text, PASSPHRASE)).toEqual({
      ok: true,
      content: { name: 'Lisbon demo', demoAtMs: 42, items: [item('What is included?')], spoiled: 0 },
    });
    // Letters typed on another keyboard are the same letters.
    expect(
      (await open(await seal([], 'un café à emporter'.normalize('NFD')), 'un café à emporter'.normalize('NFC'))).ok,
    ).toBe(true);
  });

  it('[TR11] with a date that is none is not taken', async () => {
    const content = { name: 'Lisbon demo', demoAtMs: 1e300, items: [], tenant: TENANT };
    const text = await sealPack(content, PASSPHRASE, { subtle, random: seededRandom(1) });
    expect((await open(text, PASSPHRASE)).ok).toBe(false);
  });

  it('[TR11] says what is wrong: another passphrase, a changed file, another tenant, no pack', async () => {
    const text = await seal([item('What is included?')]);
    const refused = { ok: false, problem: 'It does not open: another passphrase, or the file was changed.' };
    expect(await open(text, 'wrong horse battery')).toEqual(refused);
    expect(readPackFile(text, 'bbbbbbbbbbbbbbbb')).toMatchObject({
      problem: expect.stringContaining('another tenant') as string,
    });
    // Somebody who writes their own tenant over it gets nothing either: the head is bound to what is sealed.
    const forged = text.replace(TENANT, 'bbbbbbbbbbbbbbbb');
    const file = readPackFile(forged, 'bbbbbbbbbbbbbbbb');
    expect(file.ok && (await openPack(file.file, PASSPHRASE, subtle))).toEqual(refused);
    expect(
      await open(
        text.replace(/"sealed":"./, (start) => `${start.slice(0, -1)}${start.endsWith('A') ? 'B' : 'A'}`),
        PASSPHRASE,
      ),
    ).toEqual(refused);
    for (const none of ['', '{}', 'null', text.slice(0, -9), '{"format":"layover-pack","version":2}']) {
      expect(readPackFile(none, TENANT)).toMatchObject({
        ok: false,
        problem: expect.stringContaining('not a travel pack') as string,
      });
    }
    expect(readPackFile(' '.repeat(20_000_001), TENANT)).toMatchObject({
      problem: expect.stringContaining('20 MB') as string,
    });
  });

  it.each([599_999, 5_000_001, 1.5e9, -1])('[TR11] takes no file whose key costs %d rounds', async (iterations) => {
    const text = (await seal([])).replace('600000', String(iterations));
    expect(readPackFile(text, TENANT)).toMatchObject({ ok: false });
  });

  it('[TR12] only whole answers travel; what is not of the form is left out and counted', async () => {
    const cut = { ...item('Cut?'), answer: { ...answer(), finishReason: 'length' as const } };
    const tool = { ...item('Tool?'), answer: { ...answer(), toolCalls: [{ id: 'a', name: 'b', arguments: '{}' }] } };
    const broken = { ...item('Broken?'), answer: { text: 'x' } as unknown as Answer };
    const opened = await open(
      await seal([item('Whole?'), cut, tool, broken, { ...item('Open?'), answer: null }]),
      PASSPHRASE,
    );
    if (!opened.ok) throw new Error(opened.problem);
    expect(opened.content.items.map(({ prompt, answer: got }) => [prompt, got !== null])).toEqual([
      ['Whole?', true],
      ['Cut?', false],
      ['Tool?', false],
      ['Open?', false],
    ]);
    expect(opened.content.spoiled).toBe(3);
  });
});

function seal(items: FileItem[], passphrase = PASSPHRASE): Promise<string> {
  return sealPack({ tenant: TENANT, name: 'Lisbon demo', demoAtMs: 42, items }, passphrase, {
    subtle,
    random: seededRandom(5),
  });
}

async function open(text: string, passphrase: string): Promise<OpenedFile> {
  const read = readPackFile(text, TENANT);
  return read.ok ? openPack(read.file, passphrase, subtle) : read;
}

function item(prompt: string): FileItem {
  return { feature: 'chat', prompt, prompt_version: 1, model: 'app/chat', answer: answer(), saved_at_ms: 7 };
}

function answer(): Answer {
  return {
    id: 'a',
    model: 'demo/one',
    createdSeconds: 1,
    text: 'It is included. 青い空',
    toolCalls: [],
    finishReason: 'stop',
    usage: null,
    provenance: {
      id: 'a',
      source: 'provider',
      provider: 'one',
      model: 'demo-1',
      attempts: 1,
      hops: 0,
      cost_usd: '0.000100000',
      cost_estimated: false,
      degraded: [],
      age_seconds: 0,
      first_token_ms: 12,
      demo: true,
    },
  };
}

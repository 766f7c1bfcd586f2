import { describe, expect, it } from 'vitest';
import { readListFile } from '../../src/travel/pack-list-file.ts';
import { readLines } from '../../src/travel/pack-list.ts';

const KNOWN = ['default', 'guest-answers'];

describe('a list of prompts', () => {
  it('[TR1] is one prompt a line as typed or pasted: marks of a list and blank lines are left out, what is asked twice counts once', () => {
    expect(readLines('- What is included?\r\n\n2) Which tours run?\n  What is included?  ', 'guest-answers')).toEqual({
      ok: true,
      name: null,
      demoAtMs: null,
      wishes: [
        { feature: 'guest-answers', prompt: 'What is included?' },
        { feature: 'guest-answers', prompt: 'Which tours run?' },
      ],
      repeated: 1,
    });
    expect(readLines('# A heading\n10 tours?\n-5 degrees?', null)).toMatchObject({
      wishes: [{ prompt: '# A heading' }, { prompt: '10 tours?' }, { prompt: '-5 degrees?' }],
    });
  });

  it('[TR1] takes 100 prompts and 100 kB, and says what to do past it', () => {
    const hundred = Array.from({ length: 100 }, (_, at) => `Prompt ${at}`);
    expect(readLines(hundred.join('\n'), null)).toMatchObject({ ok: true });
    expect(readLines([...hundred, 'one more'].join('\n'), null)).toEqual({
      ok: false,
      problem: 'It has 101 prompts, and a pack takes 100. Make two packs of it.',
      line: null,
    });
    expect(readLines('x'.repeat(100_001), null)).toMatchObject({
      ok: false,
      problem: expect.stringContaining('100 kB') as string,
    });
    expect(readLines(`short\n${'x'.repeat(20_001)}`, null)).toMatchObject({ ok: false, line: 2 });
    expect(readLines(' \n\n', null)).toMatchObject({ ok: false, line: null });
  });

  it('[TR2] can be a file, YAML or JSON, with a name, a date and features', () => {
    const yaml = [
      'name: Lisbon demo',
      'date: 2026-11-24T10:00Z',
      'prompts: [What is included?]',
      'features:',
      '  guest-answers:',
      '    - Which tours run on Mondays?',
      '    - prompt: |',
      '        Reply to this:',
      '        we are late.',
      '    - 42',
    ].join('\n');
    const read = {
      ok: true,
      name: 'Lisbon demo',
      demoAtMs: Date.parse('2026-11-24T10:00Z'),
      wishes: [
        { feature: null, prompt: 'What is included?' },
        { feature: 'guest-answers', prompt: 'Which tours run on Mondays?' },
        { feature: 'guest-answers', prompt: 'Reply to this:\nwe are late.' },
        { feature: 'guest-answers', prompt: '42' },
      ],
      repeated: 0,
    };
    expect(readListFile(yaml, KNOWN)).toEqual(read);
    const json = { name: read.name, date: '2026-11-24T10:00Z', prompts: read.wishes };
    const withoutNull = JSON.stringify(
      json,
      (key, value: unknown) => (key === 'feature' ? (value ?? undefined) : value),
      2,
    );
    expect(readListFile(withoutNull, KNOWN)).toEqual(read);
    expect(readListFile('- One?\n- Two?', KNOWN)).toMatchObject({ wishes: [{ prompt: 'One?' }, { prompt: 'Two?' }] });
  });

  it.each([
    ['no YAML', 'name: [x', 1, 'neither YAML nor JSON'],
    [
      'an unknown name',
      'name: x\npromts: [a]',
      2,
      '`promts` is not known here. Known are name, date, prompts, features.',
    ],
    [
      'an unknown feature',
      'features:\n  default: [a]\n  guest: [b]',
      3,
      'There is no feature `guest`. There are default, guest-answers.',
    ],
    ['an unknown feature of one prompt', '- a\n- {feature: guest, prompt: b}', 2, 'There is no feature `guest`.'],
    ['a prompt that is no text', 'prompts:\n  - a\n  - [b]', 3, 'A prompt must be a text.'],
    ['an empty prompt', 'prompts:\n  - a\n  -', 3, 'A prompt must be a text.'],
    ['no list', 'prompts: all of them', 1, 'A list of prompts is expected here'],
    ['a date that is none', 'date: Friday\nprompts: [a]', 1, '`date` is a day and a time'],
    ['a name given twice', 'name: a\nname: b\nprompts: [a]', 2, 'Map keys must be unique'],
    ['a reference', 'prompts: [&a x, *a]', 1, 'A prompt must be a text.'],
    ['nothing', '', 1, 'A list of prompts is expected'],
  ])('[TR2] says what is wrong with it and in which line: %s', (_what, text, line, problem) => {
    const list = readListFile(text, KNOWN);
    expect(list).toMatchObject({ ok: false, line });
    expect(list.ok ? '' : list.problem).toContain(problem);
  });

  it('[TR2] is bounded before it is read', () => {
    expect(readListFile('a: '.repeat(40_000), KNOWN)).toMatchObject({
      ok: false,
      problem: expect.stringContaining('100 kB') as string,
    });
    expect(readListFile('['.repeat(90_000), KNOWN).ok).toBe(false);
  });
});

import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const eslint = new ESLint({ cwd: root, overrideConfigFile: 'test/eslint.config.js' });

/** The house rules that the text breaks if it stood in `file`, which has to be one that exists. */
async function broken(file: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: `${root}${file}` });
  const { messages } = result ?? { messages: [] };
  return messages.map(({ ruleId, message }) => (ruleId?.startsWith('no-restricted') ? message : (ruleId ?? message)));
}

const inRouter = 'server/ask/asks.ts';
const inShared = 'src/shared/money.ts';

describe('lint finds a planted fault and says what to use', () => {
  test.each([
    ['the wall clock', inShared, 'export const at = Date.now();', 'Take a `Clock`'],
    ['the current date', inShared, 'export const at = new Date();', 'Take a `Clock`'],
    ['the monotonic clock', inRouter, 'export const at = performance.now();', 'Take a `Clock`'],
    ['a timer', inRouter, 'export const timer = setTimeout(String, 5);', 'Take a `Clock`'],
    ['a timer by its long name', inRouter, 'export const timer = globalThis.setTimeout(String, 5);', 'Take a `Clock`'],
    ['randomness', inShared, 'export const luck = Math.random();', 'Take a `Random`'],
    ['the environment', inRouter, 'export const port = process.env;', 'Take what you need'],
    [
      'the imported process',
      inRouter,
      "import { argv } from 'node:process';\nexport const all = argv;",
      'Take what you need',
    ],
    ['the global fetch', inRouter, "export const answer = fetch('http://127.0.0.1/');", 'Use the undici pool'],
    ['a default export', inShared, 'export default 1;', 'Export it by name'],
    ['a renamed default export', inShared, 'const one = 1;\nexport { one as default };', 'Export it by name'],
    ['a mocked module', 'test/run.ts', "import { vi } from 'vitest';\nvi.mock('./run/step.ts');", 'No `vi.mock`'],
    ['a promise nobody waits for', inShared, 'Promise.resolve(1);', '@typescript-eslint/no-floating-promises'],
    [
      'an `any`',
      inShared,
      'export const loose = (value: any): number => Number(value);',
      '@typescript-eslint/no-explicit-any',
    ],
  ])('[U24] %s', async (_name, file, text, said) => {
    const [first] = await broken(file, `${text}\n`);
    expect(first).toContain(said);
  });

  test('[U24] a fixed date, the given clock and an entry file are left alone', async () => {
    expect(await broken(inShared, 'export const epoch = new Date(0);\n')).toEqual([]);
    expect(await broken('src/shared/clock.ts', 'export const now = (): number => Date.now();\n')).toEqual([]);
  });
});

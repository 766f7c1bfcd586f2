// @ts-check
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const sources = ['src/**/*.{ts,tsx}', 'sw/**/*.ts', 'server/**/*.ts'];

/** Files that hand the real clock, randomness and process to all the others. */
const entryFiles = ['src/main.tsx', 'sw/worker.ts', 'server/main.ts', 'server/layover.ts'];

const takeTheClock = 'Take a `Clock` (src/shared/clock.ts) as a parameter: only entry files read the machine’s clock.';
const takeTheRandom =
  'Take a `Random` (src/shared/clock.ts) as a parameter: only entry files read the machine’s randomness.';
const takeTheFetch =
  'Use the undici pool or the fetch you are given: the global fetch is 3–6 times slower and cannot be replaced in a test.';
const takeTheProcess =
  'Take what you need (environment, folder, signals) as a parameter: only server/main.ts and server/layover.ts read `process`.';
const nameTheExport = 'Export it by name: a default export has another name in every file that imports it.';
const useARealPart =
  'No `vi.mock`: give the test a real part (a server on port 0, a real store) or a fake from test/fakes.';

const noDefaultExports = [
  { selector: 'ExportDefaultDeclaration', message: nameTheExport },
  { selector: "ExportSpecifier[exported.name='default']", message: nameTheExport },
];
const noNewDate = { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: takeTheClock };
const noMocks = ['mock', 'doMock', 'hoisted'].map((name) => ({
  selector: `CallExpression[callee.object.name='vi'][callee.property.name='${name}']`,
  message: useARealPart,
}));

const clockProperties = [
  { object: 'Date', property: 'now', message: takeTheClock },
  { object: 'performance', property: 'now', message: takeTheClock },
  { object: 'Math', property: 'random', message: takeTheRandom },
  ...['globalThis', 'self', 'window'].flatMap((object) =>
    ['setTimeout', 'setInterval'].map((property) => ({ object, property, message: takeTheClock })),
  ),
];
const clockGlobals = ['setTimeout', 'setInterval'].map((name) => ({ name, message: takeTheClock }));

export default defineConfig(
  globalIgnores([
    'dist/',
    'lib/',
    'examples/*/dist/',
    'dev-dist/',
    'node_modules/',
    '.layover/',
    '.tsc/',
    'test-results/',
    'playwright-report/',
    'test/fixtures/',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: new URL('..', import.meta.url).pathname },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      // A parameter that a contract asks for and one implementation does not need is named `_signal`.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all' },
      ],
      // Contracts are asynchronous from the first day; an implementation that has nothing to wait for still says `async`.
      '@typescript-eslint/require-await': 'off',
      // Sentences for people hold numbers, and numbers read well in a template.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // A handler of the page may wait; what it rejects with reaches the page's one `unhandledrejection` listener.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
    },
  },
  {
    files: sources,
    rules: { 'no-restricted-syntax': ['error', ...noDefaultExports, noNewDate] },
  },
  {
    files: sources,
    ignores: ['src/shared/clock.ts', ...entryFiles],
    rules: {
      'no-restricted-properties': ['error', ...clockProperties],
      'no-restricted-globals': ['error', ...clockGlobals],
    },
  },
  {
    files: ['src/shared/clock.ts', ...entryFiles],
    rules: { 'no-restricted-syntax': ['error', ...noDefaultExports] },
  },
  {
    files: ['server/**/*.ts'],
    ignores: entryFiles,
    rules: {
      // Repeats the clock's rows: a later entry for the same rule replaces the earlier one.
      'no-restricted-globals': [
        'error',
        ...clockGlobals,
        { name: 'fetch', message: takeTheFetch },
        { name: 'process', message: takeTheProcess },
      ],
      'no-restricted-imports': ['error', { paths: [{ name: 'node:process', message: takeTheProcess }] }],
    },
  },
  {
    files: ['server/main.ts', 'server/layover.ts'],
    rules: { 'no-restricted-globals': ['error', { name: 'fetch', message: takeTheFetch }] },
  },
  {
    files: ['test/**/*.{ts,tsx}'],
    rules: { 'no-restricted-syntax': ['error', ...noMocks] },
  },
  {
    files: ['test/**/*.{ts,tsx}'],
    ignores: ['test/**/*.config.ts'],
    rules: { 'no-restricted-syntax': ['error', ...noMocks, ...noDefaultExports] },
  },
);

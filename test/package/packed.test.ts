import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPackage } from '../../src/package/build.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
let app = '';

beforeAll(async () => {
  await buildPackage();
  app = mkdtempSync(join(tmpdir(), 'layover-app-'));
  mkdirSync(join(app, 'node_modules'));
  symlinkSync(root, join(app, 'node_modules/layover'));
  writeFileSync(join(app, 'package.json'), '{"type": "module"}');
});
afterAll(() => rmSync(app, { recursive: true, force: true }));

/** What the compiler says of an app's own file; empty when it is content. */
function compile(name: string, text: string, options: readonly string[]): string {
  writeFileSync(join(app, name), text);
  const given = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    'false',
    '--moduleDetection',
    'force',
    '--target',
    'es2022',
    ...options,
    name,
  ];
  try {
    return execFileSync(execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...given], {
      cwd: app,
      encoding: 'utf8',
    });
  } catch (failed) {
    return String((failed as { stdout: unknown }).stdout);
  }
}

const WORKER = `
import { travelMode, type AskEvent } from 'layover/worker';
import { simulator } from 'layover/simulator';
declare const self: ServiceWorkerGlobalScope;
const heard: AskEvent[] = [];
const travel = travelMode({
  endpoints: ['https://api.example.com/v1/chat/completions', /x/, (url) => url.endsWith('y')],
  proof: async (response) => response.ok,
  scopeOf: (request) => request.headers.get('x-user') ?? '',
  onEvent: (event) => void heard.push(event),
  keepDays: 3,
  simulator,
});
self.addEventListener('fetch', (event) => void travel.handle(event));
travel.listen(self);
travelMode({ router: 'https://ai.example.com' }).listen(self);
`;

const PAGE = `
import { connectTravelMode, type KeptAsk, type TravelState } from 'layover/page';
const travel = connectTravelMode({ onReplay: async () => ({ authorization: 'Bearer x' }) });
const off: () => void = travel.onState((state: TravelState) => console.log(state.line satisfies string, state.waiting + 1));
travel.onAnswered((ask: KeptAsk) => void travel.dismiss(ask.id));
const asks: KeptAsk[] = await travel.outbox();
travel.onOutbox((all: KeptAsk[]) => void asks.push(...all));
await travel.simulate({ offline: true });
off();
export { asks };
`;

test.each([
  ['NodeNext', ['--module', 'nodenext']],
  ['a bundler', ['--module', 'esnext', '--moduleResolution', 'bundler']],
])('[LP15] types hold in an app of its own, by the rules of %s', (_name, how) => {
  expect(compile('worker.ts', WORKER, ['--lib', 'es2022,webworker', ...how])).toBe('');
  expect(compile('page.ts', PAGE, ['--lib', 'es2022,dom', ...how])).toBe('');
  const wrong = "import { travelMode } from 'layover/worker';\ntravelMode({ endpoints: ['x'], store: 'maybe' });\n";
  expect(compile('wrong.ts', wrong, ['--lib', 'es2022,webworker', ...how])).toContain('"maybe"');
});

test('[LP15] what is packed is clean by publint’s strict rules', async () => {
  const { messages, pkg } = await publint({ pkgDir: root, strict: true, pack: 'npm' });
  expect(messages.map((message) => formatMessage(message, pkg ?? {}))).toEqual([]);
});

test('[LP15] the package leans on nothing that an app would have to install', () => {
  const files = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(js|d\.ts)$/.test(name),
  );
  expect(files.length).toBeGreaterThan(7);
  const outside = files.flatMap((name) =>
    [...readFileSync(join(root, 'lib', name), 'utf8').matchAll(/\bfrom\s*['"]([^'"]+)['"]/g)]
      .map(([, from]) => from ?? '')
      .filter((from) => !from.startsWith('.') && !from.startsWith('layover/')),
  );
  expect(outside).toEqual([]);
});

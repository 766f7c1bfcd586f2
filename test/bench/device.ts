/**
 * `npm run bench:device`: what travel mode costs, in the built page and a real Chromium, against the numbers it is held to. Prints medians and
 * 95th percentiles over the runs; trust ratios of one run, not absolutes of a noisy machine.
 */
import { chromium, type BrowserContext, type CDPSession, type Page } from '@playwright/test';
import { availableParallelism } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { startFakeProvider, type FakeProvider } from '../fakes/provider/fake-provider.ts';
import { answer } from '../fakes/provider/script.ts';
import { bundle } from '../journeys/harness/bundle.ts';
import { startFaultyLine } from '../fakes/faulty-line.ts';
import { startRouter, temporaryFolder } from '../journeys/harness/router-process.ts';
import { findBrowser } from '../run/browsers.ts';
import { readSizes } from '../run/sizes.ts';
import { root } from '../run/step.ts';

const RUNS = 25;
const FEW = 100;
const MANY = 10_000;
const CHUNKS = 1_000;
const PAUSE_MS = 200;

interface Figures {
  p50: number;
  p95: number;
}

function figuresOf(samples: readonly number[]): Figures {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p50: at(0.5), p95: at(0.95) };
}

async function sample(measure: (nth: number) => Promise<number>): Promise<Figures> {
  const samples: number[] = [];
  // The first runs warm up what every later one finds warm.
  for (let nth = -3; nth < RUNS; nth++) {
    // Nobody asks again while the one before is still being written down.
    await setTimeout(PAUSE_MS);
    const took = await measure(nth + 3);
    if (nth >= 0) samples.push(took);
  }
  return figuresOf(samples);
}

function print(what: string, { p50, p95 }: Figures, goal: string): void {
  console.log(
    `${what.padEnd(62)} p50 ${p50.toFixed(1).padStart(7)} ms   p95 ${p95.toFixed(1).padStart(7)} ms   goal ${goal}`,
  );
}

async function openPage(context: BrowserContext): Promise<Page> {
  const page = context.pages()[0] ?? (await context.newPage());
  await page.goto('/');
  await page.waitForSelector('html[data-travel="ready"]', { state: 'attached' });
  return page;
}

/** From the page's `fetch` to the last byte, for a question whose answer is saved. */
function askSaved(page: Page, n: number): Promise<number> {
  return page.evaluate(async (question) => {
    const startedMs = performance.now();
    const response = await fetch('/ai', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: question }),
    });
    await response.text();
    const tookMs = performance.now() - startedMs;
    if (response.headers.get('x-layover-source') !== 'saved')
      throw new Error(`Not a saved answer: ${response.status}.`);
    return tookMs;
  }, `Saved question ${n}?`);
}

async function stopWorkers(session: CDPSession): Promise<void> {
  await session.send('ServiceWorker.enable');
  await session.send('ServiceWorker.stopAllWorkers');
}

/** First contentful paint of a reload, in milliseconds from its start. */
async function reload(page: Page): Promise<number> {
  await page.reload();
  await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
  return page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0);
}

/** Milliseconds from the first to the last byte of a streamed answer. */
function readStream(page: Page, nth: number): Promise<number> {
  return page.evaluate(async (question) => {
    const response = await fetch('/ai', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'cache-control': 'no-cache' },
      body: JSON.stringify({ prompt: question, stream: true }),
    });
    const reader = response.body?.getReader();
    if (reader === undefined) throw new Error('There is no stream.');
    await reader.read();
    const startedMs = performance.now();
    while (!(await reader.read()).done);
    return performance.now() - startedMs;
  }, `Stream ${nth}?`);
}

async function measureSaved(
  page: Page,
  session: CDPSession,
  count: number,
): Promise<{ running: Figures; stopped: Figures }> {
  const pick = (nth: number): number => (nth * 7_919) % count;
  const running = await sample((nth) => askSaved(page, pick(nth)));
  const stopped = await sample(async (nth) => {
    await stopWorkers(session);
    return askSaved(page, pick(nth));
  });
  print(`saved answer, ${count} saved, worker running`, running, '≤ 10');
  print(`saved answer, ${count} saved, worker stopped`, stopped, '≤ 30');
  return { running, stopped };
}

async function measureStore(profile: string, north: FakeProvider): Promise<void> {
  const folder = await temporaryFolder();
  const router = await startRouter({ dataFolder: folder.path, config: configOf(north) });
  const line = await startFaultyLine(router.origin);
  const context = await chromium.launchPersistentContext(profile, {
    ...launch(),
    baseURL: line.origin,
    bypassCSP: true,
  });
  try {
    const page = await openPage(context);
    const session = await context.newCDPSession(page);
    const fill = await bundle('../../bench/fill-on-window.ts');
    await page.addScriptTag({ content: fill });
    await page.evaluate(([from, to]) => window.fillSaved(from, to), [0, FEW] as const);
    await line.set('down');
    const few = await measureSaved(page, session, FEW);
    await page.evaluate(([from, to]) => window.fillSaved(from, to), [FEW, MANY] as const);
    const many = await measureSaved(page, session, MANY);
    const ratio = many.running.p95 / few.running.p95;
    console.log(`${`${MANY} saved against ${FEW}, p95`.padEnd(62)} × ${ratio.toFixed(2)}   goal ≤ 1.30`);

    print('offline reload, first contentful paint', await sample(() => reload(page)), '≤ 100');
    await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    print('the same at a quarter of the CPU', await sample(() => reload(page)), '≤ 300');
    await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  } finally {
    await context.close();
    await line.close();
    await router.kill();
    await folder.remove();
  }
}

async function measurePump(north: FakeProvider): Promise<void> {
  north.otherwise(answer(...Array.from({ length: CHUNKS }, (_, at) => `w${at} `)));
  const folder = await temporaryFolder();
  const router = await startRouter({ dataFolder: folder.path, config: configOf(north) });
  const browser = await chromium.launch(launch());
  try {
    const withWorker = await browser.newContext({ baseURL: router.origin });
    const travelled = await openPage(withWorker);
    const bare = await browser.newContext({ baseURL: router.origin, serviceWorkers: 'block' });
    const direct = await bare.newPage();
    await direct.goto('/');
    // In turns, so that both meet the same machine.
    const own: number[] = [];
    const theirs: number[] = [];
    for (let nth = 0; nth < RUNS; nth++) {
      own.push(await readStream(travelled, nth * 2));
      theirs.push(await readStream(direct, nth * 2 + 1));
    }
    const through = figuresOf(own);
    const past = figuresOf(theirs);
    print(`${CHUNKS} chunks through the worker`, through, '–');
    print(`${CHUNKS} chunks past it`, past, '–');
    const perChunk = { p50: (through.p50 - past.p50) / CHUNKS, p95: (through.p95 - past.p95) / CHUNKS };
    console.log(
      `${'the pump, for each chunk'.padEnd(62)} p50 ${perChunk.p50.toFixed(3)} ms   p95 ${perChunk.p95.toFixed(3)} ms   goal ≤ 1`,
    );
  } finally {
    await browser.close();
    await router.kill();
    await folder.remove();
  }
}

function configOf(north: FakeProvider): string {
  return `model_list:
  - model_name: app/chat
    litellm_params: { model: openai/bench, api_base: "${north.apiBase}", api_key: ${north.apiKey} }
`;
}

function launch(): { executablePath?: string } {
  const found = findBrowser('chromium', process.env);
  return found === null ? {} : { executablePath: found.path };
}

const provider = await startFakeProvider({ wire: 'openai' });
const profile = await temporaryFolder();
try {
  const browser = await chromium.launch(launch());
  console.log(`Chromium ${browser.version()}, ${availableParallelism()} cores, ${RUNS} runs each.\n`);
  await browser.close();
  await measureStore(profile.path, provider);
  await measurePump(provider);
  for (const { name, kb, limitKb } of await readSizes(`${root}/dist`))
    console.log(`${name.padEnd(62)} ${kb.toFixed(1)} kB gzipped   held to ${limitKb}`);
} finally {
  await provider.close();
  await profile.remove();
}

import { expect, test } from 'vitest';
import { simulator } from '../../src/package/simulator.ts';
import { lineDown, openApp, wordsOf, type App } from '../fakes/package/app.ts';
import { FakeRouter } from '../fakes/device/router.ts';

const ROUTER = 'https://ai.test';

function appOn(router: FakeRouter): App {
  return openApp({ router: ROUTER, simulator }, (request) => router.fetch(request));
}

function ask(app: App, prompt: string, headers: Record<string, string> = {}): Promise<Response> {
  return app.ask(`${ROUTER}/v1/chat/completions`, { messages: [{ role: 'user', content: prompt }] }, headers);
}

test('[LP12] in front of our router travel mode is our own: policy, key, telemetry, and its answers as they are', async () => {
  const router = new FakeRouter();
  const app = appOn(router);
  expect(await wordsOf(app, await ask(app, 'Why blue?'))).toBe(router.text);
  await app.over();
  expect(router.calls).toContain('GET /api/travel');
  expect(router.runs.map(({ key }) => key)).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  expect(router.events.map(({ outcome }) => outcome)).toEqual(['answered']);
  router.line = 'down';
  const saved = await ask(app, 'Why blue?');
  expect([await wordsOf(app, saved), saved.headers.get('x-layover-source')]).toEqual([router.text, 'saved']);
});

test('[LP12] a cut is mended by the router’s journal, and what waited runs once under its key', async () => {
  const router = new FakeRouter();
  const app = appOn(router);
  router.cuts = [900];
  const body = { stream: true, messages: [{ role: 'user', content: 'Long?' }] };
  const streamed = await app.ask(`${ROUTER}/ai`, body);
  const text = await app.drive(streamed.text(), 50);
  expect(text).toContain('[DONE]');
  expect(text).not.toContain('stream_incomplete');
  expect(router.runs).toHaveLength(1);
  await app.over();

  router.line = 'down';
  const queued = await ask(app, 'Later?', { prefer: 'respond-async' });
  expect([queued.status, ((await queued.json()) as { layover: object }).layover]).toEqual([
    202,
    { state: 'queued', network: 'offline' },
  ]);
  router.line = 'through';
  await app.say({ type: 'replay' });
  expect((await app.list()).map(({ state, question }) => [state, question])).toEqual([['answered', 'Later?']]);
  expect(router.runs).toHaveLength(2);
  await app.say({ type: 'forget' });
  expect(await app.list()).toEqual([]);
});

test('[LP12] only the router’s own two addresses are asks', () => {
  const app = appOn(new FakeRouter());
  expect(
    [`${ROUTER}/ai`, `${ROUTER}/v1/chat/completions`, `${ROUTER}/v1/embeddings`, 'https://app.test/ai'].map((to) =>
      app.owns(to),
    ),
  ).toEqual([true, true, false, false]);
});

test('[LP14] a page plays a scenario on its own asks and ends it; without a simulator it is told that there is none', async () => {
  const url = 'https://api.test/v1/chat/completions';
  const sent: string[] = [];
  const network: App['network'] = async (request) => {
    sent.push(request.url);
    return lineDown();
  };
  const app = openApp({ endpoints: [url], simulator }, network);
  await app.say({ type: 'simulate', scenario: { name: 'tunnel', offline: true } });
  expect((await app.state()).scenario).toBe('tunnel');
  expect((await app.ask(url, { messages: [{ role: 'user', content: 'Hi' }] })).status).toBe(503);
  expect(sent).toEqual([]);
  await app.say({ type: 'simulate', scenario: null });
  expect((await app.state()).scenario).toBeNull();
  await app.ask(url, { messages: [{ role: 'user', content: 'Hi' }] });
  expect(sent).toEqual([url]);
  await expect(app.say({ type: 'simulate', scenario: { no_such_thing: 1 } })).rejects.toThrow('no scenario');
  const plain = openApp({ endpoints: [url] }, network);
  await expect(plain.say({ type: 'simulate', scenario: { offline: true } })).rejects.toThrow('no simulator');
});

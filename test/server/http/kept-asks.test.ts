import { expect, test } from 'vitest';
import { Problem } from '#shared/problem.ts';
import { ASK_ID, goodDay } from './scripted-asks.ts';
import { codeOf, json, openSurface, ORIGIN } from './surface.ts';

const SSE = { accept: 'text/event-stream' };

async function asked() {
  const surface = openSurface();
  surface.asks.play = () => {};
  await surface.asks.ask({
    caller: { tenant: 'default', user: 'operator', role: 'operator', guest: false },
    body: { prompt: 'Hi' },
    feature: null,
    key: ASK_ID,
    noCache: false,
    synthetic: false,
    arrivedAtMs: 0,
    arrivedMonotonicMs: 0,
  });
  const [ask] = surface.asks.asked;
  if (ask === undefined) throw new Error('not asked');
  return { ...surface, ask };
}

test('[H11] a finished answer is given again in JSON', async () => {
  const { request, ask } = await asked();
  ask.push(...goodDay());
  const response = await request(`/ai/${ASK_ID}`);
  expect([response.status, response.headers.get('x-request-id')]).toEqual([200, ASK_ID]);
  expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'Good day.' } }] });
  expect(ask.leaves).toBe(1);
});

test('[H11] one that still runs is 202 with its state', async () => {
  const { request, ask } = await asked();
  ask.push(...goodDay().slice(0, 2));
  const response = await request(`/ai/${ASK_ID}`);
  expect([response.status, await response.json()]).toEqual([202, { id: ASK_ID, layover: { state: 'running' } }]);
  expect(ask.leaves).toBe(1);
});

test.each([
  ['last-event-id', '2', '3,4'],
  ['after', '3', '4'],
  ['after', '0', '1,2,3,4'],
])('[H12] a stream goes on after %s %s', async (name, after, ids) => {
  const { request, ask } = await asked();
  ask.push(...goodDay());
  const path = name === 'after' ? `/ai/${ASK_ID}?after=${after}` : `/ai/${ASK_ID}?after=0`;
  const response = await request(path, { headers: { ...SSE, ...(name === 'after' ? {} : { [name]: after }) } });
  const text = await response.text();
  expect([...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => id).join()).toBe(ids);
  // The head of a chunk is that of the ask, although the event that holds it was skipped.
  expect(text).toContain(`"id":"${ASK_ID}","object":"chat.completion.chunk","created":1700000000,"model":"app/chat"`);
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
});

test('[H12] whoever has all of it gets the end only', async () => {
  const { request, ask } = await asked();
  ask.push(...goodDay());
  expect(await (await request(`/ai/${ASK_ID}?after=4`, { headers: SSE })).text()).toBe('data: [DONE]\n\n');
});

test.each([
  [2, '3,4,5'],
  [4, '5'],
  [5, ''],
])('[H12] with `include_usage=true` the chunk of usage comes too, after event %i', async (after, ids) => {
  const { request, ask } = await asked();
  ask.push(...goodDay());
  const response = await request(`/ai/${ASK_ID}?after=${after}&include_usage=true`, { headers: SSE });
  const text = await response.text();
  expect([...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => id).join()).toBe(ids);
  expect(text.includes('"choices":[],"usage":{')).toBe(after < 5);
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
});

test.each([
  ['', true],
  ['?include_usage=false', false],
])('[H12] whoever asked for usage when asking gets its chunk on a resume too%s', async (query, comes) => {
  const surface = openSurface();
  await surface.request(
    '/ai',
    json({ prompt: 'Hi', stream: true, stream_options: { include_usage: true } }, { 'idempotency-key': ASK_ID }),
  );
  const text = await (await surface.request(`/ai/${ASK_ID}${query}`, { headers: SSE })).text();
  expect(text.includes('"choices":[],"usage":{')).toBe(comes);
});

test('[H12] a resumed stream follows an ask that still runs', async () => {
  const { request, ask } = await asked();
  ask.push(...goodDay().slice(0, 2));
  const response = await request(`/ai/${ASK_ID}?after=2`, { headers: SSE });
  ask.push(...goodDay().slice(2));
  expect(await response.text()).toMatch(/^id: 3\n.*day\./);
});

test('[H12] a problem is said again to whoever comes back', async () => {
  const { request, ask } = await asked();
  const problem = { code: 'stream_incomplete', message: 'It broke off.', status: 502 };
  ask.push(...goodDay().slice(0, 2), { type: 'answer-problem', problem, provenance: null });
  const text = await (await request(`/ai/${ASK_ID}?after=3`, { headers: SSE })).text();
  expect(text).toContain('stream_incomplete');
});

test.each(['-1', '1.5', 'x', '9999999999', '1e3'])('[H12] `after` of %s is refused', async (after) => {
  const { request, ask } = await asked();
  ask.push(...goodDay());
  const response = await request(`/ai/${ASK_ID}?after=${after}`, { headers: SSE });
  expect([response.status, await codeOf(response)]).toEqual([400, 'header_malformed']);
});

test('[H11] what ended with a problem has its status again', async () => {
  const { request, ask } = await asked();
  ask.fail(new Problem('budget_spent', 'The month is spent.'));
  for (const headers of [{}, SSE]) {
    const response = await request(`/ai/${ASK_ID}`, { headers });
    expect([response.status, await codeOf(response)]).toEqual([402, 'budget_spent']);
  }
});

test('[H13] an unknown ask, one of somebody else and something that is no id look the same', async () => {
  const { request, plain, signIn, ask } = await asked();
  ask.push(...goodDay());
  const strangers = [
    { cookie: await signIn({ user: 'bob' }), origin: ORIGIN },
    { cookie: await signIn({ tenant: 'other', user: 'operator', role: 'operator' }), origin: ORIGIN },
  ];
  const bodies = new Set<string>();
  for (const method of ['GET', 'DELETE']) {
    for (const headers of strangers) {
      const response = await plain(`/ai/${ASK_ID}`, { method, headers });
      expect(response.status).toBe(404);
      bodies.add(await response.text());
    }
    for (const id of ['01890a5d-ac96-774b-bcce-b302099a8099', 'nonsense', '%00', `${ASK_ID}'`]) {
      const response = await request(`/ai/${id}`, { method });
      expect(response.status).toBe(404);
      bodies.add(await response.text());
    }
  }
  expect(bodies.size).toBe(1);
  expect(ask.state()).toBe('answered');
});

test('[H14] DELETE stops what runs, and tells what is over', async () => {
  const { request, ask } = await asked();
  const stop = async (): Promise<unknown> => (await request(`/ai/${ASK_ID}`, { method: 'DELETE' })).json();
  expect(await stop()).toEqual({ id: ASK_ID, layover: { state: 'cancelled' } });
  expect(ask.state()).toBe('cancelled');
  expect(await stop()).toEqual({ id: ASK_ID, layover: { state: 'cancelled' } });
});

test('[H11] an ask whose journal is gone is 410', async () => {
  const { request, asks } = await asked();
  asks.find = () => Promise.reject(new Problem('ask_expired', 'This ask is too old.'));
  expect((await request(`/ai/${ASK_ID}`)).status).toBe(410);
});

test('[H14] stopping needs our own origin when a cookie pays', async () => {
  const { plain, signIn } = openSurface();
  const cookie = await signIn();
  const headers = { cookie, origin: 'http://evil.example' };
  const response = await plain(`/ai/${ASK_ID}`, { method: 'DELETE', headers });
  expect([response.status, await codeOf(response)]).toEqual([403, 'origin_unknown']);
  expect((await plain('/ai', json({ prompt: 'Hi' }, headers))).status).toBe(403);
});

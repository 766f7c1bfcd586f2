import { expect, test } from 'vitest';
import type { AnswerEvent } from '#shared/answer.ts';
import { ASK_ID, goodDay } from './scripted-asks.ts';
import { json, openSurface } from './surface.ts';

/** "Good " breaks off, and "Good day." is begun in its place with event 3. */
function anew(): AnswerEvent[] {
  const rest = goodDay().slice(1);
  return [
    { type: 'answer-start', model: 'app/old', createdSeconds: 1 },
    { type: 'text-delta', text: 'Old ' },
    { type: 'answer-reset', model: 'app/chat', createdSeconds: 2 },
    ...rest,
  ];
}

const ASK = { stream: true, prompt: 'Hi' };

async function streamed(headers: Record<string, string>): Promise<{ text: string; resets: boolean }> {
  const { request, asks } = openSurface();
  // The reader is there before the answer begins anew.
  asks.play = (ask) => {
    const events = anew();
    ask.push(...events.slice(0, 2));
    setImmediate(() => ask.push(...events.slice(2)));
  };
  const response = await request('/ai', json(ASK, headers));
  return { text: await response.text(), resets: asks.asked[0]?.request.reader === 'resets' };
}

function idsOf(text: string): string {
  return [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => id).join();
}

test('[ST13] a reader that says `x-layover-accept: reset` gets an event of that name, and the new answer', async () => {
  const { text, resets } = await streamed({ 'x-layover-accept': 'reset' });
  expect(resets).toBe(true);
  expect(idsOf(text)).toBe('1,2,3,4,5,6');
  expect(text.match(/^event: .*$/gm)).toEqual(['event: reset']);
  expect(text).toMatch(/event: reset\nid: 3\ndata: \{"id".*"role":"assistant"/);
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
});

test('[ST13] any other reader that has some of the old one gets an error in-band', async () => {
  const { text, resets } = await streamed({});
  expect(resets).toBe(false);
  expect(idsOf(text)).toBe('1,2');
  expect(text).toContain('"code":"stream_incomplete"');
  expect(text).not.toMatch(/event:|\[DONE\]|day/);
});

test.each([
  ['from the start', '0', {}, '3,4,5,6'],
  ['after the new beginning', '4', {}, '5,6'],
  ['after some of the old one, and can take it', '2', { 'x-layover-accept': 'reset' }, '3,4,5,6'],
])('[ST13] who comes %s reads the new one only', async (_where, after, headers, ids) => {
  const { request, asks } = openSurface();
  asks.play = (ask) => ask.push(...anew());
  await request('/ai', json(ASK, { 'idempotency-key': ASK_ID }));
  const sse = { accept: 'text/event-stream', ...headers };
  const text = await (await request(`/ai/${ASK_ID}?after=${after}`, { headers: sse })).text();
  expect(idsOf(text)).toBe(ids);
  expect(text).not.toContain('Old');
  expect(text.includes('event: reset')).toBe(after === '2');
  const whole = (await (await request(`/ai/${ASK_ID}`)).json()) as { choices: { message: { content: string } }[] };
  expect(whole.choices[0]?.message.content).toBe('Good day.');
});

test('[ST13] who has some of the old one and cannot take it gets an error in-band, also later', async () => {
  const { request, asks } = openSurface();
  asks.play = (ask) => ask.push(...anew());
  await request('/ai', json(ASK, { 'idempotency-key': ASK_ID }));
  const text = await (await request(`/ai/${ASK_ID}?after=2`, { headers: { accept: 'text/event-stream' } })).text();
  expect(text).toContain('"code":"stream_incomplete"');
  expect(text).not.toContain('day');
});

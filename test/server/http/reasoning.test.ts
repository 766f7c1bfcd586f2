import { expect, test } from 'vitest';
import { goodDay } from './scripted-asks.ts';
import { json, openSurface } from './surface.ts';

test('[ST16] reasoning goes out in the field that OpenAI-compatible servers have for it, and in no JSON', async () => {
  const { request, asks } = openSurface();
  asks.play = (ask) => {
    const [start, ...rest] = goodDay();
    if (start !== undefined) ask.push(start, { type: 'reasoning-delta', text: 'Hm.' }, ...rest);
  };
  const text = await (await request('/ai', json({ prompt: 'Hi', stream: true }))).text();
  expect(text).toContain('id: 2\ndata: ');
  expect(text).toContain('"delta":{"reasoning_content":"Hm."}');
  const whole = await (await request('/ai', json({ prompt: 'Hi' }))).text();
  expect(whole).not.toContain('Hm.');
  expect(JSON.parse(whole)).toMatchObject({ choices: [{ message: { content: 'Good day.' } }] });
});

import { expect, test } from 'vitest';
import { codeOf, json, openSurface, ORIGIN } from './surface.ts';

test('[R31] an operator pins, lists and takes off; nobody else does', async () => {
  const { request, signIn, plain, clock } = openSurface();
  const pinned = await request('/api/pins', json({ deployment: 'south', minutes: 5 }));
  const untilMs = clock.now() + 300_000;
  expect(await pinned.json()).toEqual({ pins: [{ feature: null, deployment: 'south', untilMs }] });
  expect(
    await (await request('/api/pins', json({ feature: 'default', deployment: 'north', minutes: 5 }))).json(),
  ).toEqual({
    pins: [
      { feature: null, deployment: 'south', untilMs },
      { feature: 'default', deployment: 'north', untilMs },
    ],
  });
  expect(await (await request('/api/pins?feature=default', { method: 'DELETE' })).json()).toMatchObject({
    pins: [{ feature: null }],
  });
  expect(await (await request('/api/pins', { method: 'DELETE' })).json()).toEqual({ pins: [] });
  for (const body of [
    { deployment: 'east', minutes: 5 },
    { deployment: 'south', minutes: 1441 },
    { deployment: 'south' },
  ])
    expect(await codeOf(await request('/api/pins', json(body)))).toBe('body_malformed');
  expect(await codeOf(await request('/api/pins', json({ feature: 'x', deployment: 'south', minutes: 1 })))).toBe(
    'feature_unknown',
  );
  const cookie = await signIn({ role: 'asker' });
  expect((await plain('/api/pins', json({}, { cookie, origin: ORIGIN }))).status).toBe(403);
  expect((await plain('/api/pins')).status).toBe(401);
});

test('[R30] `x-layover-pin` is for operators', async () => {
  const { request, plain, signIn } = openSurface();
  const cookie = await signIn({ role: 'asker' });
  const headers = { cookie, origin: ORIGIN, 'x-layover-pin': 'south' };
  const refused = await plain('/ai', json({ prompt: 'Hi' }, headers));
  expect([refused.status, await codeOf(refused)]).toEqual([403, 'not_allowed']);
  const malformed = await request('/ai', json({ prompt: 'Hi' }, { 'x-layover-pin': 'so uth' }));
  expect(await codeOf(malformed)).toBe('header_malformed');
});

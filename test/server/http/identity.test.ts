import { expect, test } from 'vitest';
import { codeOf, cookieOf, json, MASTER_KEY, openSurface, ORIGIN } from './surface.ts';

const DAY_MS = 86_400_000;

test('[I1] the master key is operator of `default`; any other key is 401, whatever cookie comes with it', async () => {
  const { plain, signIn } = openSurface();
  const cookie = await signIn({ role: 'operator' });
  expect((await plain('/api/slo', { headers: { authorization: `bearer ${MASTER_KEY}` } })).status).toBe(200);
  for (const authorization of ['Bearer wrong', `Bearer ${MASTER_KEY}x`, 'Bearer', `Basic ${MASTER_KEY}`, MASTER_KEY]) {
    const response = await plain('/api/slo', { headers: { authorization, cookie } });
    expect([response.status, await codeOf(response)], authorization).toEqual([401, 'key_unknown']);
  }
});

test('[I3] tenant and user come from the session, never from the body', async () => {
  const { plain, signIn, asks } = openSurface();
  const headers = { cookie: await signIn({ tenant: 'acme', user: 'ada' }), origin: ORIGIN };
  await plain('/ai', json({ prompt: 'Hi', user: 'eve', tenant: 'other', metadata: { tenant: 'other' } }, headers));
  expect(asks.asked[0]?.request.caller).toEqual({ tenant: 'acme', user: 'ada', role: 'asker', guest: false });
});

test('[I4] a link signs in once, and goes on to an address without a secret', async () => {
  const { plain, callers } = openSurface();
  const { token } = await callers.makeLink({ tenant: 'acme', user: 'ada', role: 'operator', guest: false }, DAY_MS);
  const first = await plain(`/link/${token}`);
  expect([first.status, first.headers.get('location')]).toEqual([303, '/console']);
  expect(first.headers.get('set-cookie')).toMatch(
    /^layover_session_4280=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax$/,
  );
  expect((await plain('/api/slo', { headers: { cookie: cookieOf(first) } })).status).toBe(200);
  const second = await plain(`/link/${token}`);
  expect([second.status, second.headers.get('set-cookie')]).toEqual([401, null]);
  expect(second.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const page = await second.text();
  expect(page).toContain('This link does not sign in');
  expect(page).not.toContain('<script');
});

test('[I4] of two uses at once one signs in', async () => {
  const { plain, callers } = openSurface();
  const { token } = await callers.makeLink({ tenant: 'a', user: 'b', role: 'asker', guest: false }, DAY_MS);
  const statuses = (await Promise.all([1, 2, 3].map(() => plain(`/link/${token}`)))).map(({ status }) => status);
  expect(statuses.sort()).toEqual([303, 401, 401]);
});

test('[I4] a preview, a prefetch and a wrong token spend nothing', async () => {
  const { plain, callers } = openSurface();
  const { token } = await callers.makeLink({ tenant: 'a', user: 'b', role: 'asker', guest: false }, DAY_MS);
  await plain(`/link/${token}`, { method: 'HEAD' });
  await plain(`/link/${token}`, { headers: { 'sec-purpose': 'prefetch;prerender' } });
  expect((await plain('/link/nonsense')).status).toBe(401);
  expect((await plain(`/link/${token}`)).status).toBe(303);
});

test('[I4] a link that is too old signs nobody in', async () => {
  const { plain, callers, clock } = openSurface();
  const { token } = await callers.makeLink({ tenant: 'a', user: 'b', role: 'asker', guest: false }, DAY_MS);
  await clock.advance(DAY_MS);
  expect((await plain(`/link/${token}`)).status).toBe(401);
});

test('[I4] an operator makes links; nobody else does', async () => {
  const { request, plain, signIn, clock } = openSurface();
  const made = await request('/api/links', json({ role: 'asker', tenant: 'acme', user: 'ada' }));
  expect(made.status).toBe(201);
  const { url, ...rest } = (await made.json()) as { url: string };
  expect(rest).toEqual({
    tenant: 'acme',
    user: 'ada',
    role: 'asker',
    guest: false,
    expires_at_ms: clock.now() + 7 * DAY_MS,
  });
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:4280\/link\/[\w-]{43}$/);
  const opened = await plain(new URL(url).pathname);
  expect([opened.status, opened.headers.get('location')]).toEqual([303, '/']);
  const headers = { cookie: await signIn(), origin: ORIGIN };
  const refused = await plain('/api/links', json({ role: 'operator' }, headers));
  expect([refused.status, await codeOf(refused)]).toEqual([403, 'not_allowed']);
  for (const wrong of [{ role: 'root' }, { role: 'asker', tenant: 'a b' }, { role: 'asker', user: '' }, {}]) {
    expect((await request('/api/links', json(wrong))).status).toBe(400);
  }
});

test('[I5] a session lives 30 days from its last use, and its cookie slides with it', async () => {
  const { plain, signIn, clock } = openSurface();
  const headers = { cookie: await signIn() };
  await clock.advance(29 * DAY_MS);
  const used = await plain('/api/travel', { headers });
  expect([used.status, cookieOf(used)]).toEqual([200, headers.cookie]);
  await clock.advance(29 * DAY_MS);
  expect((await plain('/api/travel', { headers })).status).toBe(200);
  await clock.advance(30 * DAY_MS);
  const over = await plain('/api/travel', { headers });
  expect([over.status, await codeOf(over)]).toEqual([401, 'signed_out']);
});

test('[I5] no token is stored', async () => {
  const { signIn, sessions } = openSurface();
  const token = (await signIn()).split('=')[1] ?? '';
  expect(sessions.tokenHashes()).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  expect(sessions.tokenHashes()).not.toContain(token);
});

test('[I6] on this computer a browser without a session becomes a guest, and stays that guest', async () => {
  const { plain, asks } = openSurface();
  const first = await plain('/api/session', { method: 'POST', headers: { origin: ORIGIN } });
  const guest = (await first.json()) as { user: string };
  expect(guest).toEqual({
    tenant: 'default',
    user: expect.stringMatching(/^guest-[0-9a-f]{16}$/) as string,
    role: 'asker',
    guest: true,
  });
  const headers = { cookie: cookieOf(first), origin: ORIGIN };
  const again = await plain('/api/session', { method: 'POST', headers });
  expect(await again.json()).toEqual(guest);
  expect((await plain('/ai', json({ prompt: 'Hi' }, headers))).status).toBe(200);
  expect(asks.asked[0]?.request.caller.user).toBe(guest.user);
  expect((await plain('/api/slo', { headers })).status).toBe(403);
});

test.each([
  ['a router that listens beyond this computer', { listensOn: '0.0.0.0' }, {}],
  ['a request that somebody passed on', {}, { 'x-forwarded-for': '203.0.113.7' }],
  ['one that a tunnel passed on', {}, { 'tailscale-user-login': 'ana@example.com' }],
  ['one that a proxy passed on', {}, { via: '1.1 proxy' }],
  ['one that says by whom it came', {}, { 'x-forwarded-server': 'proxy' }],
  ['a public name', { hosts: ['ai.example.com'] }, { host: 'ai.example.com', origin: 'http://ai.example.com' }],
])('[I6] for %s there are no guests', async (_what, own, headers) => {
  const { plain } = openSurface({ own });
  const response = await plain('/api/session', { method: 'POST', headers: { origin: ORIGIN, ...headers } });
  expect([response.status, await codeOf(response), response.headers.has('set-cookie')]).toEqual([
    401,
    'signed_out',
    false,
  ]);
});

test('[I6] a foreign page can neither make a guest nor replace a session', async () => {
  const { plain } = openSurface();
  for (const headers of [{ origin: 'http://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }]) {
    const response = await plain('/api/session', { method: 'POST', headers });
    expect([response.status, response.headers.has('set-cookie')]).toEqual([403, false]);
  }
});

test('[I7] signing out ends the session on both sides; only who asks for it has the browser forget everything', async () => {
  const { plain, signIn } = openSurface();
  const headers = { cookie: await signIn(), origin: ORIGIN };
  const out = await plain('/api/session', { method: 'DELETE', headers });
  expect([out.status, out.headers.get('clear-site-data')]).toEqual([204, null]);
  expect(out.headers.get('set-cookie')).toMatch(/^layover_session_4280=; .*Max-Age=0/);
  expect((await plain('/api/travel', { headers })).status).toBe(401);
  const wiped = await plain('/api/session?wipe=everything', { method: 'DELETE', headers });
  // Not "cookies": those of a router on another port would go too.
  expect(wiped.headers.get('clear-site-data')).toBe('"cache", "storage"');
  for (const other of ['1', 'true', '']) {
    const kept = await plain(`/api/session?wipe=${other}`, { method: 'DELETE', headers });
    expect([kept.status, kept.headers.get('clear-site-data')]).toEqual([204, null]);
  }
});

test('[I7] a guest who signs out is another guest afterwards', async () => {
  const { plain } = openSurface();
  const guest = async (cookie?: string): Promise<{ cookie: string; user: string }> => {
    const headers = { origin: ORIGIN, ...(cookie === undefined ? {} : { cookie }) };
    const response = await plain('/api/session', { method: 'POST', headers });
    return { cookie: cookieOf(response), user: ((await response.json()) as { user: string }).user };
  };
  const first = await guest();
  expect((await guest(first.cookie)).user).toBe(first.user);
  await plain('/api/session', { method: 'DELETE', headers: { origin: ORIGIN, cookie: first.cookie } });
  expect((await guest(first.cookie)).user).not.toBe(first.user);
});

test('[PV14] two routers on one host keep their sessions apart, as each port has a cookie of its own', async () => {
  const [one, two] = [openSurface(), openSurface()];
  const other = { host: '127.0.0.1:4281', origin: 'http://127.0.0.1:4281' };
  const { token } = await two.callers.makeLink({ tenant: 'b', user: 'bob', role: 'asker', guest: false }, DAY_MS);
  const second = cookieOf(await two.plain(`/link/${token}`, { headers: other }));
  expect(second).toMatch(/^layover_session_4281=/);
  const cookie = `${await one.signIn({ user: 'ada' })}; ${second}`;
  const who = async ({ plain }: typeof one, headers: Record<string, string>): Promise<unknown> =>
    (await plain('/api/session', { method: 'POST', headers: { cookie, ...headers } })).json();
  expect(await who(one, { origin: ORIGIN })).toMatchObject({ user: 'ada' });
  expect(await who(two, other)).toMatchObject({ user: 'bob' });
  const out = await two.plain('/api/session', { method: 'DELETE', headers: { cookie, ...other } });
  expect(out.headers.getSetCookie()).toEqual([expect.stringMatching(/^layover_session_4281=;/)]);
  expect(await who(one, { origin: ORIGIN })).toMatchObject({ user: 'ada' });
});

test('[PV14] a cookie of the time before is taken once: its session goes on under the new name', async () => {
  const { plain, signIn } = openSurface();
  const current = await signIn();
  const old = `layover_session=${current.split('=')[1] ?? ''}`;
  const moved = await plain('/api/session', { method: 'POST', headers: { cookie: old, origin: ORIGIN } });
  expect(await moved.json()).toMatchObject({ user: 'ada' });
  expect(moved.headers.getSetCookie()).toEqual([
    expect.stringContaining(`${current}; Path=/`),
    expect.stringMatching(/^layover_session=; .*Max-Age=0/),
  ]);
  // Another router's, on this host: it is neither ours to use nor to take away.
  const foreign = { cookie: `layover_session=${'x'.repeat(43)}`, origin: ORIGIN };
  const guest = await plain('/api/session', { method: 'POST', headers: foreign });
  expect(await guest.json()).toMatchObject({ guest: true });
  expect(guest.headers.getSetCookie()).toEqual([expect.stringMatching(/^layover_session_4280=/)]);
  const out = await plain('/api/session', { method: 'DELETE', headers: { cookie: old, origin: ORIGIN } });
  expect(out.headers.getSetCookie().map((line) => line.split('=')[0])).toEqual([
    'layover_session_4280',
    'layover_session',
  ]);
});

test('[I8] a host name that is not ours is refused everywhere, with the security headers', async () => {
  const { request } = openSurface();
  for (const path of ['/', '/ai', '/api/travel', '/healthz', '/link/x', '/nowhere']) {
    const response = await request(path, { headers: { host: 'rebound.example' } });
    expect([response.status, await codeOf(response)], path).toEqual([403, 'origin_unknown']);
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  }
});

test('[I9] a write by cookie needs our own origin', async () => {
  const { plain, signIn, asks } = openSurface();
  const cookie = await signIn();
  const post = async (headers: Record<string, string>): Promise<number> =>
    (await plain('/ai', json({ prompt: 'Hi' }, { cookie, ...headers }))).status;
  expect(await post({})).toBe(403);
  expect(await post({ origin: 'http://127.0.0.1:9999' })).toBe(403);
  expect(await post({ origin: 'null', 'sec-fetch-site': 'same-origin' })).toBe(403);
  expect(await post({ 'sec-fetch-site': 'same-site' })).toBe(403);
  expect(asks.asked).toEqual([]);
  expect(await post({ origin: ORIGIN })).toBe(200);
  expect(await post({ 'sec-fetch-site': 'same-origin' })).toBe(200);
});

test('[I9] a key needs no origin', async () => {
  const { request } = openSurface();
  expect((await request('/ai', json({ prompt: 'Hi' }))).status).toBe(200);
});

test('[I10] the cookie is Secure where the browser speaks HTTPS', async () => {
  const { plain, callers } = openSurface({ own: { hosts: ['ai.example.com'] } });
  const grants = { tenant: 'a', user: 'b', role: 'asker' as const, guest: false };
  const open = async (peer: string): Promise<string | null> => {
    const { token } = await callers.makeLink(grants, DAY_MS);
    const headers = { host: 'ai.example.com', 'x-forwarded-proto': 'https' };
    return (await plain(`/link/${token}`, { headers }, peer)).headers.get('set-cookie');
  };
  expect(await open('127.0.0.1')).toMatch(/^__Host-layover_session_443=.*; Path=\/;.*; Secure$/);
  expect(await open('203.0.113.9')).not.toContain('Secure');
});

test('[I11] listed origins may use keys from a page, with what they need exposed, and nobody else may', async () => {
  const listed = 'https://app.example.com';
  const { plain, request, signIn } = openSurface({ own: { corsOrigins: [listed] } });
  const ask = { 'access-control-request-method': 'POST' };
  const preflight = await plain('/v1/chat/completions', {
    method: 'OPTIONS',
    headers: {
      origin: listed,
      ...ask,
      'access-control-request-headers': 'authorization, content-type, x-stainless-os, x-evil',
    },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization, content-type, x-stainless-os');
  const response = await request('/ai', json({ prompt: 'Hi' }, { origin: listed }));
  expect(response.headers.get('access-control-allow-origin')).toBe(listed);
  for (const name of ['x-request-id', 'x-layover', 'x-layover-cost-usd', 'retry-after', 'x-should-retry', 'age']) {
    expect(response.headers.get('access-control-expose-headers')).toContain(name);
  }
  expect(response.headers.has('access-control-allow-credentials')).toBe(false);
  const cookie = await signIn();
  expect((await plain('/ai', json({ prompt: 'Hi' }, { origin: listed, cookie }))).status).toBe(403);
  const other = { origin: 'https://evil.example' };
  expect((await plain('/ai', { method: 'OPTIONS', headers: { ...other, ...ask } })).status).toBe(403);
  const unlisted = await request('/ai', json({ prompt: 'Hi' }, other));
  expect(unlisted.headers.has('access-control-allow-origin')).toBe(false);
});

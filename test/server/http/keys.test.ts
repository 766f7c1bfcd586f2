import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { TravelPolicy } from '#shared/travel-policy.ts';
import { codeOf, json, openSurface, ORIGIN, type Surface } from './surface.ts';

const DAY_MS = 86_400_000;

interface Made {
  id: string;
  token: string;
  user: string;
  [more: string]: unknown;
}

async function make(surface: Surface, wish: object = {}): Promise<Made> {
  const response = await surface.request('/api/keys', json(wish));
  expect(response.status).toBe(201);
  expect(response.headers.get('cache-control')).toBe('no-store');
  // Each test says what else it expects of it.
  return (await response.json()) as Made;
}

function bearer({ token }: Made, more: Record<string, string> = {}): Record<string, string> {
  return { authorization: `Bearer ${token}`, ...more };
}

async function ask(surface: Surface, key: Made, body: object): Promise<Response> {
  return surface.plain('/v1/chat/completions', json(body, bearer(key)));
}

/** A surface with a second feature; `declared` says whether any other name is a mistake. */
function withNotes(declared = true): Surface {
  const surface = openSurface();
  const { configuration } = surface;
  const known = configuration.features.get('default');
  if (known !== undefined) configuration.features.set('notes', { ...known, name: 'notes' });
  configuration.featuresDeclared = declared;
  return surface;
}

test('[I12] a key is shown once, when it is made; what is stored is its hash and its last four characters', async () => {
  const surface = openSurface();
  const made = await make(surface, {
    name: '  The laptop ',
    tenant: 'acme',
    user: 'ada',
    features: ['default', 'default'],
    caps: { monthly_cost_usd: 12.34, burst: 5 },
    expires_at_ms: surface.clock.now() + DAY_MS,
  });
  const { token, ...view } = made;
  expect(token).toMatch(/^lk-[\w-]{43}$/);
  expect(view).toEqual({
    id: expect.stringMatching(/^key-[0-9a-f]{16}$/) as string,
    name: 'The laptop',
    ends_with: token.slice(-4),
    state: 'live',
    tenant: 'acme',
    user: 'ada',
    role: 'asker',
    features: ['default'],
    caps: { monthly_cost_usd: 12.34, asks_per_second: null, burst: 5 },
    names_users: false,
    created_at_ms: surface.clock.now(),
    expires_at_ms: surface.clock.now() + DAY_MS,
    revoked_at_ms: null,
    last_used_at_ms: null,
  });
  expect(surface.keys.hashes()).toEqual([createHash('sha256').update(token).digest('hex')]);
  const list = await (await surface.request('/api/keys')).text();
  expect(JSON.parse(list)).toEqual({ keys: [view] });
  expect(list).not.toContain(token);
});

test('[I12] a key of which nothing is said is an asker’s of tenant `default`, with a user of its own, for every feature', async () => {
  const surface = openSurface();
  const [one, two] = [await make(surface), await make(surface)];
  expect(one).toMatchObject({ tenant: 'default', role: 'asker', features: null, expires_at_ms: null, user: one.id });
  expect(one.user).not.toBe(two.user);
});

test('[I12] only an operator makes, lists and revokes keys', async () => {
  const surface = openSurface();
  const key = await make(surface);
  const cookie = await surface.signIn();
  for (const headers of [bearer(key), { cookie, origin: ORIGIN }]) {
    for (const response of [
      await surface.plain('/api/keys', { headers }),
      await surface.plain('/api/keys', json({}, headers)),
      await surface.plain(`/api/keys/${key.id}`, { method: 'DELETE', headers }),
    ])
      expect([response.status, await codeOf(response)]).toEqual([403, 'not_allowed']);
  }
  const operator = await make(surface, { role: 'operator' });
  expect((await surface.plain('/api/keys', { headers: bearer(operator) })).status).toBe(200);
  expect((await surface.plain('/api/slo', { headers: bearer(operator) })).status).toBe(200);
});

test('[I12] a list can be of one tenant', async () => {
  const surface = openSurface();
  const one = await make(surface, { tenant: 'acme' });
  await make(surface, { tenant: 'other' });
  const listed = (await (await surface.request('/api/keys?tenant=acme')).json()) as { keys: Made[] };
  expect(listed.keys.map(({ id }) => id)).toEqual([one.id]);
});

test.each([
  [{ role: 'king' }, 'body_malformed', 'role'],
  [{ tenant: 'a b' }, 'body_malformed', 'tenant'],
  [{ name: 'a\nb' }, 'body_malformed', 'name'],
  [{ features: [] }, 'body_malformed', 'features'],
  [{ features: ['nowhere'] }, 'feature_unknown', 'features'],
  [{ caps: { monthly_cost_usd: 0 } }, 'body_malformed', 'caps.monthly_cost_usd'],
  [{ caps: { monthly_cost_usd: 1e7 } }, 'body_malformed', 'caps.monthly_cost_usd'],
  [{ caps: { burst: 1.5 } }, 'body_malformed', 'caps.burst'],
  [{ expires_at_ms: 1 }, 'body_malformed', 'expires_at_ms'],
])('[I12] %j makes no key and is named', async (wish, code, param) => {
  const surface = openSurface();
  const response = await surface.request('/api/keys', json(wish));
  expect([response.status, (await response.json()) as unknown]).toMatchObject([400, { error: { code, param } }]);
  expect(surface.keys.hashes()).toEqual([]);
});

test('[I13] tenant, user and role of an ask are those of its key, whatever its body and its cookie say', async () => {
  const surface = openSurface();
  const key = await make(surface, { tenant: 'acme', user: 'ada', caps: { monthly_cost_usd: 0.5 } });
  const cookie = await surface.signIn({ tenant: 'other', role: 'operator' });
  const body = { messages: [{ role: 'user', content: 'Hi' }], user: 'eve', metadata: { tenant: 'other' } };
  const response = await surface.plain('/v1/chat/completions', json(body, bearer(key, { cookie })));
  expect(response.status).toBe(200);
  expect(surface.asks.asked[0]?.request.caller).toEqual({
    tenant: 'acme',
    user: 'ada',
    role: 'asker',
    guest: false,
    key: {
      id: key.id,
      features: null,
      caps: { monthlyCostNanoUsd: 500_000_000, asksPerSecond: null, burst: null },
      namesUsers: false,
    },
  });
});

test('[I13] a wrong, a revoked and an expired key are 401 with the reason, and what to do', async () => {
  const surface = openSurface();
  const refusal = async (key: Made): Promise<unknown[]> => {
    const response = await ask(surface, key, { prompt: 'Hi' });
    return [response.status, response.headers.get('x-should-retry'), await codeOf(response)];
  };
  const short = await make(surface, { expires_at_ms: surface.clock.now() + DAY_MS });
  const revoked = await make(surface);
  expect((await ask(surface, short, { prompt: 'Hi' })).status).toBe(200);
  const gone = await surface.request(`/api/keys/${revoked.id}`, { method: 'DELETE' });
  expect([gone.status, (await gone.json()) as unknown]).toMatchObject([
    200,
    { id: revoked.id, state: 'revoked', revoked_at_ms: surface.clock.now() },
  ]);
  await surface.clock.advance(DAY_MS - 1);
  expect((await ask(surface, short, { prompt: 'Hi' })).status).toBe(200);
  await surface.clock.advance(1);
  expect(await refusal(short)).toEqual([401, 'false', 'key_expired']);
  expect(await refusal(revoked)).toEqual([401, 'false', 'key_revoked']);
  expect(await refusal({ ...short, token: `lk-${'x'.repeat(43)}` })).toEqual([401, 'false', 'key_unknown']);
  const states = (await (await surface.request('/api/keys')).json()) as { keys: Made[] };
  expect(states.keys.map(({ state }) => state).sort()).toEqual(['expired', 'revoked']);
});

test('[I13] revoking what is no key is 404', async () => {
  const response = await openSurface().request('/api/keys/key-0', { method: 'DELETE' });
  expect([response.status, await codeOf(response)]).toEqual([404, 'route_unknown']);
});

test('[I14] a key’s policy has the features it may ask and no other, with one of them as the default', async () => {
  const policyOf = async (surface: Surface, wish: object): Promise<[string, string[]]> => {
    const key = await make(surface, wish);
    const response = await surface.plain('/api/travel', { headers: bearer(key) });
    const policy = (await response.json()) as TravelPolicy;
    return [policy.default_feature, policy.features.map(({ name }) => name)];
  };
  const surface = withNotes();
  expect(await policyOf(surface, {})).toEqual(['default', ['default', 'notes']]);
  expect(await policyOf(surface, { features: ['notes'] })).toEqual(['notes', ['notes']]);
  expect(await policyOf(surface, { features: ['notes', 'default'] })).toEqual(['default', ['default', 'notes']]);
  expect(await policyOf(withNotes(false), { features: ['tag'] })).toEqual(['tag', ['tag']]);
});

test('[I14] a key whose features are all gone from the file is told so', async () => {
  const surface = withNotes();
  const key = await make(surface, { features: ['notes'] });
  surface.configuration.features.delete('notes');
  const response = await surface.plain('/api/travel', { headers: bearer(key) });
  expect([response.status, await codeOf(response)]).toEqual([400, 'feature_unknown']);
});

test('[I15] a key that names users asks for the user in `user`; under any other that field is ignored', async () => {
  const surface = openSurface();
  const naming = await make(surface, { tenant: 'acme', user: 'app', names_users: true });
  const plain = await make(surface, { tenant: 'acme', user: 'app' });
  await ask(surface, naming, { prompt: 'Hi', user: 'ada' });
  await ask(surface, naming, { prompt: 'Hi', user: '' });
  await ask(surface, naming, { prompt: 'Hi' });
  await ask(surface, plain, { prompt: 'Hi', user: 'ada' });
  const users = surface.asks.asked.map(({ request }) => [request.caller.tenant, request.caller.user]);
  expect(users).toEqual([['acme', 'ada'], ...Array<string[]>(3).fill(['acme', 'app'])]);
  const refused = await ask(surface, naming, { prompt: 'Hi', user: 'a b' });
  expect([refused.status, await codeOf(refused)]).toEqual([400, 'body_malformed']);
});

test('[I15] an ask of a named user is read and stopped by naming the same user, and by nobody else', async () => {
  const surface = openSurface();
  const naming = await make(surface, { names_users: true });
  await ask(surface, naming, { prompt: 'Hi', user: 'ada' });
  const id = surface.asks.asked[0]?.askId ?? '';
  const read = async (path: string, key: Made): Promise<number> =>
    (await surface.plain(path, { headers: bearer(key) })).status;
  expect(await read(`/ai/${id}?user=ada`, naming)).toBe(200);
  expect(await read(`/ai/${id}`, naming)).toBe(404);
  expect(await read(`/ai/${id}?user=eve`, naming)).toBe(404);
  expect(await read(`/ai/${id}?user=ada`, await make(surface))).toBe(404);
  expect(await read(`/ai/${id}?user=ada`, await make(surface, { tenant: 'other', names_users: true }))).toBe(404);
});

test('[I11] a page of a listed origin may use a virtual key, and one of another origin may not', async () => {
  const listed = 'https://app.example.com';
  const surface = openSurface({ own: { corsOrigins: [listed] } });
  const key = await make(surface);
  const response = await surface.plain('/ai', json({ prompt: 'Hi' }, bearer(key, { origin: listed })));
  expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([200, listed]);
  expect(response.headers.has('access-control-allow-credentials')).toBe(false);
  const other = await surface.plain('/ai', json({ prompt: 'Hi' }, bearer(key, { origin: 'https://evil.example' })));
  expect(other.headers.has('access-control-allow-origin')).toBe(false);
});

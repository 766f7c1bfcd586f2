import { describe, expect, test } from 'vitest';
import { openApp, type App } from '../fakes/package/app.ts';
import type { ApiOptions } from '../../src/package/options.ts';

const url = 'https://api.test/v1/chat/completions';
const completion = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-x',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' }],
};

function appWith(network: App['network'], options: Partial<ApiOptions> = {}): App {
  return openApp({ endpoints: [url], ...options }, network);
}

function ask(app: App, content = 'Is it?', headers: Record<string, string> = {}): Promise<Response> {
  return app.ask(url, { model: 'gpt-x', messages: [{ role: 'user', content }] }, headers);
}

describe('whose answer it is', () => {
  test.each<[string, () => Response, string]>([
    ['a redirect', () => new Response(null, { status: 302, headers: { location: 'http://wifi.test' } }), 'portal'],
    ['a page of HTML', () => new Response('<h1>Hi</h1>', { headers: { 'content-type': 'text/html' } }), 'portal'],
    ['a 511', () => Response.json({}, { status: 511 }), 'portal'],
    ['JSON that is no completion', () => Response.json({ welcome: true }), 'offline'],
    ['a header of ours', () => new Response('hi', { headers: { 'x-layover': '1' } }), 'offline'],
    [
      'a gateway’s page',
      () => new Response('<h1>502</h1>', { status: 502, headers: { 'content-type': 'text/html' } }),
      'offline',
    ],
  ])('[LP3] %s is no answer', async (_name, given, code) => {
    const response = await ask(appWith(async () => given()));
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  test('[LP3] a refusal in JSON reaches the caller as it came', async () => {
    const error = { error: { message: 'No such model.', type: 'invalid_request_error', param: 'model', code: 'nope' } };
    const response = await ask(appWith(async () => Response.json(error, { status: 404, headers: { 'x-mine': '1' } })));
    expect([response.status, response.headers.get('x-mine'), await response.json()]).toEqual([404, '1', error]);
  });

  test('[LP3] the app’s own proof decides over what would else be taken, and it may take its time', async () => {
    const asked: string[] = [];
    const app = appWith(
      async () => Response.json(completion, { headers: { 'x-my-api': asked.length === 0 ? '1' : '' } }),
      {
        proof: async (response) => {
          asked.push(response.url);
          return response.headers.get('x-my-api') === '1';
        },
      },
    );
    expect((await ask(app, 'First')).status).toBe(200);
    expect((await ask(app, 'Second')).status).toBe(503);
    expect(asked).toHaveLength(2);
  });
});

describe('which requests', () => {
  test('[LP1] an endpoint is named by its whole URL, by a pattern, or by a function; only JSON by POST is an ask', () => {
    const app = openApp({ endpoints: [url, /^https:\/\/b\.test\/.*\/chat$/g, (to) => to.endsWith('#c')] });
    expect(
      [url, 'https://b.test/x/chat', 'https://b.test/x/chat', 'https://c.test/#c'].map((to) => app.owns(to)),
    ).toEqual([true, true, true, true]);
    expect([`${url}/more`, 'https://api.test/v1/models'].map((to) => app.owns(to))).toEqual([false, false]);
    expect(app.owns(url, { method: 'GET' })).toBe(false);
    expect(app.owns(url, { method: 'POST', headers: { 'content-type': 'multipart/form-data' } })).toBe(false);
  });

  test.each<[string, object]>([
    ['`endpoints`', { endpoints: [] }],
    ['`/v1/chat`', { endpoints: ['/v1/chat'] }],
    ['`keepDays`', { endpoints: [url], keepDays: -1 }],
    ['`store`', { endpoints: [url], store: 'maybe' }],
    ['`router`', { router: 'https://ai.test/v1' }],
  ])('[LP1] an option that cannot be meant is named: %s', (name, options) => {
    expect(() => openApp(options as ApiOptions)).toThrow(name);
  });
});

describe('the breaker without a sign of life', () => {
  const silent: App['network'] = (request) =>
    new Promise((_resolve, reject) => {
      request.signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
    });
  const held = new Set<Request>();

  test('[LP10] a silent line is paid for once; then a saved answer comes at once, and the next ask finds out', async () => {
    const app = appWith(async () => Response.json(completion));
    await ask(app);
    await app.over();
    app.network = (request) => {
      held.add(request);
      return silent(request);
    };
    const slow = app.ask(url, { model: 'gpt-x', messages: [{ role: 'user', content: 'Is it?' }] });
    await app.drive(slow, 100);
    const before = app.clock.monotonic();
    expect((await ask(app)).headers.get('x-layover-source')).toBe('saved');
    expect(app.clock.monotonic()).toBe(before);
    // Nothing but asks was ever sent to find out.
    expect(new Set(app.sent)).toEqual(new Set([`POST ${url}`]));
    app.network = async () => Response.json(completion);
    expect((await ask(app, 'Another?')).headers.get('x-layover-source')).toBeNull();
    expect((await app.state()).line).toBe('online');
  });

  test('[LP10] a probe of the app’s own is asked instead', async () => {
    let probes = 0;
    const app = appWith(async () => Response.json(completion), { probe: () => ++probes < 0 });
    await ask(app);
    await app.over();
    app.network = (request) => {
      held.add(request);
      return silent(request);
    };
    await app.drive(app.ask(url, { model: 'gpt-x', messages: [{ role: 'user', content: 'New?' }] }), 100);
    expect(probes).toBeGreaterThan(0);
    const sent = app.sent.length;
    expect((await ask(app, 'Newer?')).status).toBe(503);
    expect(app.sent.length).toBe(sent);
  });
});

describe('people', () => {
  test('[LP11] what one person keeps is not found by another, and everything of one is forgotten alone', async () => {
    const app = appWith(async () => Response.json(completion));
    const [ann, ben] = [{ authorization: 'Bearer a' }, { authorization: 'Bearer b' }];
    for (const who of [ann, ben]) await ask(app, 'Is it?', who);
    await app.over();
    app.network = () => Promise.reject(new TypeError('fetch failed'));
    await app.say({ type: 'forget' }, ann);
    expect((await ask(app, 'Is it?', ann)).status).toBe(503);
    expect((await ask(app, 'Is it?', ben)).status).toBe(200);
    expect((await ask(app, 'Is it?', { authorization: 'Bearer c' })).status).toBe(503);
  });

  test('[LP11] an app whose tokens change says by which of its headers people are told apart', async () => {
    const app = appWith(async () => Response.json(completion), {
      scopeOf: ({ headers }) => headers.get('x-user') ?? '',
    });
    await ask(app, 'Is it?', { authorization: 'Bearer 1', 'x-user': 'ann' });
    await app.over();
    app.network = () => Promise.reject(new TypeError('fetch failed'));
    expect((await ask(app, 'Is it?', { authorization: 'Bearer 2', 'x-user': 'ann' })).status).toBe(200);
    expect((await ask(app, 'Is it?', { authorization: 'Bearer 1', 'x-user': 'ben' })).status).toBe(503);
  });

  test('[LP11] what is said to be kept is what is kept: nothing under `never`, nothing of an older version', async () => {
    const app = appWith(async () => Response.json(completion), { store: 'never' });
    await ask(app);
    await app.over();
    app.network = () => Promise.reject(new TypeError('fetch failed'));
    expect((await ask(app)).status).toBe(503);

    const kept = appWith(async () => Response.json(completion));
    await ask(kept);
    await kept.over();
    kept.network = app.network;
    expect((await ask(kept)).status).toBe(200);
    await kept.over();
    kept.restart({ version: 2 });
    expect((await ask(kept)).status).toBe(503);
  });
});

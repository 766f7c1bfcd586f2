import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { countRows, everyWord } from '../fakes/device/disk.ts';
import { lineDown, openApp, wordsOf, type App } from '../fakes/package/app.ts';
import { startFakeProvider, type FakeProvider } from '../fakes/provider/fake-provider.ts';
import { gate } from '../fakes/provider/gate.ts';
import { answer, cut, hold, refuse, say } from '../fakes/provider/script.ts';

let api: FakeProvider;
let url: string;
let app: App;
const ann = { authorization: 'Bearer fake-key' };
const later = { ...ann, prefer: 'respond-async' };

beforeEach(async () => {
  api = await startFakeProvider({ wire: 'openai' });
  url = `${api.apiBase}/chat/completions`;
  app = openApp({ endpoints: [url] });
});
afterEach(() => api.close());

function ask(content: string, more: object = {}): object {
  return { model: 'gpt-x', messages: [{ role: 'user', content }], ...more };
}

describe('what goes out', () => {
  test('[LP2] body and headers go as they came; what is said to travel mode ends in the worker', async () => {
    const body = ask('Where is platform 4?', { temperature: 0.2, unknown_field: [1, { a: null }] });
    await app.ask(url, body, { ...later, 'x-layover-pace': 'natural', 'x-stainless-lang': 'js' });
    const call = await api.called(1);
    expect(call.body).toEqual(body);
    const names = Object.keys(call.headers);
    for (const name of ['idempotency-key', 'prefer', 'x-layover-pace']) expect(names).not.toContain(name);
    expect(call.headers['x-stainless-lang']).toBe('js');
    expect(call.headers['authorization']).toBe('Bearer fake-key');
  });

  test('[LP9] nobody but the endpoint is ever asked, and the app hears of each ask once', async () => {
    await app.ask(url, ask('One'), ann);
    await app.over();
    app.network = lineDown;
    await app.ask(url, ask('One'), ann);
    await app.over();
    await app.ask(url, ask('Two'), ann);
    await app.over();
    expect(new Set(app.sent)).toEqual(new Set([`POST ${url}`]));
    expect(app.events.map(({ outcome, source }) => `${outcome} ${source}`)).toEqual([
      'answered provider',
      'answered saved',
      'failed none',
    ]);
    expect(new Set(app.events.map(({ ask_id }) => ask_id)).size).toBe(3);
    expect(JSON.stringify(app.events)).not.toContain('Two');
  });
});

describe('what comes back', () => {
  test('[LP4] a live answer comes as the API gave it, byte for byte, without a header of ours', async () => {
    const response = await app.ask(url, ask('Hello'), ann);
    const plain = await (
      await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...ann },
        body: JSON.stringify(ask('Hello')),
      })
    ).text();
    const text = await app.drive(response.text());
    expect(text.replaceAll(/chatcmpl-[\w-]+/g, '')).toBe(plain.replaceAll(/chatcmpl-[\w-]+/g, ''));
    expect([...response.headers.keys()].filter((name) => name.startsWith('x-layover'))).toEqual([]);
    // Whoever asked has it: it is no news.
    expect(await app.list(ann)).toEqual([]);
  });

  test.each([false, true])(
    '[LP4] without a line the same question is answered from the device (stream: %s)',
    async (stream) => {
      api.otherwise(answer('Platform ', 'four.'));
      expect(await wordsOf(app, await app.ask(url, ask('Which?', { stream }), ann))).toBe('Platform four.');
      await app.over();
      app.network = lineDown;
      const saved = await app.ask(url, ask('Which?', { stream }), ann);
      expect(await wordsOf(app, saved)).toBe('Platform four.');
      expect([saved.headers.get('x-layover-source'), saved.headers.get('x-layover-stale')]).toEqual(['saved', null]);
      await app.over();
      app.clock.setNow(app.clock.now() + 25 * 3_600_000);
      expect((await app.ask(url, ask('Which?', { stream }), ann)).headers.get('x-layover-stale')).toBe('1');
      expect(api.calls).toHaveLength(1);
    },
  );

  test('[LP8] a cut stream ends with an error inside, its part is kept, and nothing is asked again or joined', async () => {
    const middle = gate();
    api.script([say('The first '), say('half'), hold(middle), cut()]);
    const response = await app.ask(url, ask('Long?', { stream: true }), ann);
    await middle.reached;
    await app.clock.settle();
    middle.open();
    const text = await app.drive(response.text());
    expect(text).toContain('stream_incomplete');
    expect(text).not.toContain('[DONE]');
    await app.over();
    expect(app.sent).toEqual([`POST ${url}`]);
    const [kept, ...others] = await app.list(ann);
    expect([kept?.state, kept?.text, kept?.question, others.length]).toEqual(['partial', 'The first half', 'Long?', 0]);
    // What was answered whole and taken is nobody's to keep twice.
    await app.drive((await app.ask(url, ask('Short?', { stream: true }), ann)).text());
    await app.over();
    expect(await app.list(ann)).toHaveLength(1);
  });
});

describe('what is kept', () => {
  test('[LP8] of a live answer that was taken nothing stays but what may be given again', async () => {
    await app.ask(url, ask('Hello'), ann);
    await app.over();
    expect([await countRows(app.factory, 'turns'), await countRows(app.factory, 'answers')]).toEqual([0, 0]);
    expect(await countRows(app.factory, 'saved')).toBe(1);
  });

  test('[LP11] what is forgotten while an answer is coming stays forgotten', async () => {
    const middle = gate();
    api.script([say('Half'), hold(middle), say(' whole')]);
    const response = await app.ask(url, ask('Long?', { stream: true }), ann);
    await app.say({ type: 'forget' }, ann);
    middle.open();
    expect(await app.drive(response.text())).not.toContain('[DONE]');
    await app.over();
    expect([await countRows(app.factory, 'saved'), await countRows(app.factory, 'answers')]).toEqual([0, 0]);
  });
});

describe('what waits', () => {
  test('[LP5] an ask that may wait is told so, and that it is sent at least once; one that may not is told it was not sent', async () => {
    app.network = lineDown;
    const queued = await app.ask(url, ask('Later'), later);
    expect(queued.status).toBe(202);
    expect(await queued.json()).toMatchObject({ layover: { state: 'queued', replay: 'at-least-once' } });
    const refused = await app.ask(url, ask('Now'), ann);
    expect([refused.status, refused.headers.get('x-should-retry')]).toEqual([503, 'false']);
    expect(await refused.text()).toContain('There is no connection to the service.');
    app.restart({ queue: false });
    expect((await app.ask(url, ask('Never'), later)).status).toBe(503);
  });

  test('[LP6] what waits is sent only while a page supplies headers of the same person; no credential reaches the disk', async () => {
    app.network = lineDown;
    await app.ask(url, ask('Later'), later);
    await app.over();
    app.network = (request) => fetch(request);
    const sent = app.sent.length;
    await app.say({ type: 'replay' }, ann);
    app.pages = [{ authorization: 'Bearer of-somebody-else' }];
    await app.say({ type: 'replay' }, ann);
    expect([app.sent.length, (await app.state(ann)).waiting]).toEqual([sent, 1]);
    expect(await app.list(app.pages[0] ?? null)).toEqual([]);

    app.restart();
    app.pages = [ann];
    await app.say({ type: 'replay' }, ann);
    expect(api.calls).toHaveLength(1);
    expect(await everyWord(app.factory)).not.toContain('fake-key');
    expect(await everyWord(app.factory)).not.toContain('Later');
  });

  test('[LP7] what waited is sent as it was asked, and its answer stays until it is taken', async () => {
    api.otherwise(answer('It is ', 'late.'));
    app.network = lineDown;
    await app.ask(url, ask('How late?', { temperature: 0 }), later);
    await app.over();
    expect((await app.list(ann)).map(({ state }) => state)).toEqual(['queued']);
    app.network = (request) => fetch(request);
    app.pages = [ann];
    await app.say({ type: 'replay' }, ann);
    expect((await api.called(1)).body).toEqual(ask('How late?', { temperature: 0 }));
    const [kept] = await app.list(ann);
    expect([kept?.state, kept?.text]).toEqual(['answered', 'It is late.']);
    expect(kept?.completion).toMatchObject({ object: 'chat.completion', choices: [{ finish_reason: 'stop' }] });
    expect((await app.state(ann)).waiting).toBe(0);
    await app.say({ type: 'dismiss', id: kept?.id ?? '' }, ann);
    expect(await app.list(ann)).toEqual([]);
    await app.over();
    expect(app.events.map(({ outcome, source }) => `${outcome} ${source}`)).toEqual(['answered provider']);
  });

  test('[LP7] what the API could not answer yet is sent again by itself when it is due', async () => {
    app.network = lineDown;
    await app.ask(url, ask('Later'), later);
    await app.over();
    app.pages = [ann];
    app.network = (request) => fetch(request);
    api.script(refuse(503), answer('Done.'));
    await app.say({ type: 'replay' }, ann);
    expect((await app.list(ann)).map(({ state }) => state)).toEqual(['queued']);
    await app.clock.advance(20_000);
    await api.called(2);
    await app.clock.until(() => app.events.length === 1);
    expect((await app.list(ann)).map(({ state, text }) => [state, text])).toEqual([['answered', 'Done.']]);
  });

  test('[LP7] an ask that was taken back is not sent', async () => {
    app.network = lineDown;
    const { id } = (await (await app.ask(url, ask('Never mind'), later)).json()) as { id: string };
    await app.over();
    await app.say({ type: 'cancel', id }, ann);
    app.network = (request) => fetch(request);
    app.pages = [ann];
    await app.say({ type: 'replay' }, ann);
    expect([api.calls.length, await app.list(ann)]).toEqual([0, []]);
  });

  test('[LP7] a refusal while waiting is the person’s to read; a 401 waits for the next sign-in', async () => {
    app.network = lineDown;
    await app.ask(url, ask('Later'), later);
    await app.over();
    app.pages = [ann];
    app.network = async () => Response.json({ error: { message: 'Token ended.' } }, { status: 401 });
    await app.say({ type: 'replay' }, ann);
    expect((await app.list(ann)).map(({ state }) => state)).toEqual(['needs-sign-in']);
    app.network = async () => Response.json({ error: { message: 'Too rude.', code: 'policy' } }, { status: 400 });
    await app.say({ type: 'signed-in' }, ann);
    expect((await app.list(ann)).map(({ state, reason }) => [state, reason])).toEqual([['refused', 'Too rude.']]);
  });
});

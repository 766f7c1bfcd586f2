import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openProvider } from '../../../server/providers/open.ts';
import { failureOf } from '../../contracts/provider-events.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { startFakeProvider, type FakeProvider } from '../../fakes/provider/fake-provider.ts';
import { refuse } from '../../fakes/provider/script.ts';

const call = {
  model: 'large',
  messages: [{ role: 'user' as const, content: 'Why?' }],
  parameters: {},
  idleTimeoutMs: 15_000,
};
const signal = new AbortController().signal;
const open: FakeProvider[] = [];
const fake = async (): Promise<FakeProvider> => {
  const provider = await startFakeProvider({ wire: 'openai' });
  open.push(provider);
  return provider;
};
afterEach(() => Promise.all(open.splice(0).map((provider) => provider.close())));

describe('what a refusal may cost', () => {
  it('[PF5] an error body of megabytes is not read whole, and its status still tells the kind', async () => {
    const { apiBase, apiKey, ...provider } = await fake();
    provider.script(refuse(503, 'x'.repeat(8_000_000)));
    const opened = openProvider({ wire: 'openai', apiBase, apiKey, clock: fakeClock() });
    const failure = await failureOf(opened.stream(call, signal)[Symbol.asyncIterator]());
    expect(failure).toMatchObject({ kind: 'rejected', status: 503 });
    expect(failure.message.length).toBeLessThan(600);
    await opened.close();
  });

  it('[PF5] an error body that never ends is waited for one second', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(500, { 'content-type': 'application/json' });
      response.write('{"error":');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const clock = fakeClock();
    const { port } = server.address() as AddressInfo;
    const opened = openProvider({ wire: 'openai', apiBase: `http://127.0.0.1:${port}/v1`, apiKey: null, clock });
    const failing = failureOf(opened.stream(call, signal)[Symbol.asyncIterator]());
    await clock.until(() => clock.timers() > 0);
    await clock.advance(1_000);
    expect(await failing).toMatchObject({ kind: 'rejected', status: 500 });
    await opened.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('[PF5] a redirect is not followed, and the message says so', async () => {
    const [first, second] = [await fake(), await fake()];
    first.script(refuse(307, '', { location: `${second.apiBase}/chat/completions` }));
    const opened = openProvider({ wire: 'openai', apiBase: first.apiBase, apiKey: first.apiKey, clock: fakeClock() });
    const failure = await failureOf(opened.stream(call, signal)[Symbol.asyncIterator]());
    expect(failure.message).toContain('It redirects, which is not followed.');
    expect(second.calls).toHaveLength(0);
    await opened.close();
  });
});

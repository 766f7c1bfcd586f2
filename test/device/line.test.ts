import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '#shared/clock.ts';
import { openDevice, replay } from '#device/device.ts';
import { travel } from '#device/travel.ts';
import { FakeRouter } from '../fakes/device/router.ts';
import { openWorld, readStream } from '../fakes/device/world.ts';
import { event } from '../fakes/provider/gate.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A real server on a free port. */
async function listen(serve: RequestListener): Promise<string> {
  const server = createServer(serve);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The fake router behind real sockets; `spoil` may answer in its place. */
function routerBehind(router: FakeRouter, spoil: (...call: Parameters<RequestListener>) => boolean): RequestListener {
  return (incoming, outgoing) => {
    if (spoil(incoming, outgoing)) return;
    const pieces: Buffer[] = [];
    incoming.on('data', (piece: Buffer) => pieces.push(piece));
    incoming.on('end', () => void pass());
    const pass = async (): Promise<void> => {
      const method = incoming.method ?? 'GET';
      const body = Buffer.concat(pieces).toString();
      const headers = new Headers(incoming.headers as Record<string, string>);
      for (const name of ['connection', 'host', 'content-length', 'transfer-encoding']) headers.delete(name);
      const request = new Request(`http://router${incoming.url}`, {
        method,
        headers,
        ...(body === '' ? {} : { body }),
      });
      const response = await router.fetch(request);
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      try {
        for await (const chunk of response.body ?? []) outgoing.write(chunk);
        outgoing.end();
      } catch {
        // The router broke off: so does the socket.
        outgoing.destroy();
      }
    };
  };
}

function ask(origin: string, headers: Record<string, string> = {}): Request {
  const body = JSON.stringify({ prompt: 'Why?', stream: true });
  return new Request(`${origin}/v1/chat/completions`, { method: 'POST', headers, body });
}

describe('real sockets', () => {
  it('[D50] a stream whose socket is destroyed goes on without gap or repeat', async () => {
    const router = new FakeRouter();
    router.cuts = [700];
    const origin = await listen(routerBehind(router, () => false));
    const world = openWorld({ fetch: (request) => fetch(request), origin, clock: systemClock });
    const over: Promise<unknown>[] = [];
    const response = await travel(ask(origin), world.device, (work) => void over.push(work));
    expect(readStream(await response.text())).toMatchObject({ text: router.text, done: true, error: null });
    await Promise.all(over);
    expect(router.runs).toHaveLength(1);
  });

  it('[D51] a redirect to a sign-in page, a page in place of an answer and a 511 are a portal', async () => {
    const spoilers: RequestListener[] = [
      (_incoming, outgoing) => outgoing.writeHead(302, { location: 'https://portal.example/' }).end(),
      (_incoming, outgoing) => outgoing.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>'),
      (_incoming, outgoing) => outgoing.writeHead(511, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>'),
    ];
    for (const spoil of spoilers) {
      const origin = await listen(spoil);
      const world = openWorld({ fetch: (request) => fetch(request), origin, clock: systemClock });
      const response = await travel(ask(origin), world.device, () => undefined);
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ error: { code: 'portal' } });
      expect(await world.device.line.state()).toBe('portal');
    }
  });

  it('[D52] a server that accepts and never answers counts as slow', async () => {
    const router = new FakeRouter();
    router.policy.limits.first_token_none_ms = 150;
    const origin = await listen(
      routerBehind(router, (incoming) => incoming.method === 'POST' && incoming.url !== '/telemetry'),
    );
    const world = openWorld({ fetch: (request) => fetch(request), origin, clock: systemClock });
    const response = await travel(ask(origin, { prefer: 'respond-async' }), world.device, () => undefined);
    expect(await response.json()).toMatchObject({ layover: { state: 'queued', network: 'slow' } });
  });

  it('[D110] a line that accepts and never answers costs one ask its limit, and no other', async () => {
    const router = new FakeRouter();
    router.policy.limits.first_token_saved_ms = 1_000;
    let silent = false;
    const posts: string[] = [];
    const origin = await listen(
      routerBehind(router, (incoming) => {
        if (incoming.url === '/v1/chat/completions') posts.push(incoming.url);
        return silent;
      }),
    );
    const world = openWorld({ fetch: (request) => fetch(request), origin, clock: systemClock });
    const over: Promise<unknown>[] = [];
    const timed = async (): Promise<{ ms: number; from: string | null }> => {
      const before = performance.now();
      const response = await travel(ask(origin), world.device, (work) => void over.push(work));
      await response.text();
      return { ms: performance.now() - before, from: response.headers.get('x-layover-source') };
    };
    expect((await timed()).from).toBe('provider');
    await Promise.all(over.splice(0));
    silent = true;
    const asked = [await timed(), await timed(), await timed()];
    expect(asked.map(({ from }) => from)).toEqual(['saved', 'saved', 'saved']);
    expect(asked[0]?.ms).toBeGreaterThanOrEqual(990);
    expect(Math.max(asked[1]?.ms ?? 0, asked[2]?.ms ?? 0)).toBeLessThan(800);
    expect(posts).toHaveLength(2);
    silent = false;
    for (const server of servers) server.closeAllConnections();
    await Promise.allSettled(over.splice(0));
    await replay(world.device, null);
    expect((await timed()).from).toBe('provider');
    await Promise.all(over);
  });

  it('[N12] what an ask with a saved answer showed counts at once, though it is told later', async () => {
    const { device } = openWorld();
    await device.line.note('answered', 400);
    const given = event();
    const noted = device.line.note('offline', null, given.happened);
    expect(await device.line.state()).toBe('offline');
    await device.line.note('answered', null);
    given.happen();
    await noted;
    expect(await device.line.state()).toBe('online');
  });

  it('[D53] a closed port is offline', async () => {
    const origin = await listen(() => undefined);
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    const device = openDevice({ ...openWorld().parts, fetch: (request) => fetch(request), origin });
    const response = await travel(ask(origin), device, () => undefined);
    expect(await response.json()).toMatchObject({ error: { code: 'offline' } });
    expect(await device.line.state()).toBe('offline');
  });
});

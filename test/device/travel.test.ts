import { describe, expect, it } from 'vitest';
import { listOutbox } from '#device/outbox.ts';
import { history, openWorld, readStream, writeTurn } from '../fakes/device/world.ts';

const ask = { feature: 'chat', prompt: 'Why is the sky blue?' };
const streamed = { ...ask, stream: true };
const ID = '01890000-0000-7000-8000-000000000001';
const ID2 = '01890000-0000-7000-8000-000000000002';

describe('travel mode with a line', () => {
  it('[D10] passes a stream on whole, and keeps it before the client sees the end', async () => {
    const world = openWorld();
    await writeTurn(world, ID, ask.prompt);
    const response = await world.ask(streamed, { 'idempotency-key': ID });
    expect(response.headers.get('x-request-id')).toBe(ID);
    const read = readStream(await world.drive(response.text()));
    expect(read).toMatchObject({ text: world.router.text, done: true, error: null });
    const [told] = await history(world);
    expect(told?.answer?.state).toMatchObject({ kind: 'whole', network: 'ok', answer: { text: world.router.text } });
  });

  it('[D11] sends one event per ask, after it', async () => {
    const world = openWorld();
    await (await world.ask(ask)).json();
    await world.over();
    await (await world.ask({ ...ask, prompt: 'And at night?' })).json();
    await world.over();
    expect(world.router.events).toMatchObject([
      { outcome: 'answered', source: 'provider', network: 'ok', tries: 1, simulated: false },
      { outcome: 'answered', source: 'provider', network: 'ok' },
    ]);
  });

  it('[D12] passes a refusal of the router on as it is', async () => {
    const world = openWorld();
    await (await world.ask(ask)).json();
    world.router.failure = { status: 402, code: 'budget_spent' };
    const response = await world.ask(ask, { prefer: 'respond-async' });
    expect(response.status).toBe(402);
    await world.over();
    expect(world.router.events.at(-1)).toMatchObject({ outcome: 'refused', source: 'none', network: 'ok' });
  });

  it('[D13] keeps no answer that is not whole', async () => {
    const world = openWorld();
    world.router.finishReason = 'length';
    await (await world.ask(ask)).json();
    world.router.line = 'down';
    expect((await world.ask(ask)).status).toBe(503);
  });

  it('[D14] passes on what is no ask at all, for the router to judge', async () => {
    const world = openWorld();
    world.router.failure = { status: 400, code: 'body_malformed' };
    expect((await world.ask('{"prompt": ')).status).toBe(400);
  });
});

describe('travel mode without a line', () => {
  it.each([
    ['down', 'offline'],
    ['portal', 'portal'],
    ['redirect', 'portal'],
    ['proxy-502', 'bad-answer'],
  ] as const)('[D20] %s: serves the saved answer, says why, and stores nothing of what came', async (line, network) => {
    const world = openWorld();
    await (await world.ask(ask)).json();
    await world.over();
    await world.clock.advance(3_600_000);
    world.router.line = line;
    const response = await world.ask(ask);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-layover': '1',
      'x-layover-source': 'saved',
      'x-layover-network': network,
    });
    expect(Number(response.headers.get('age'))).toBeGreaterThanOrEqual(3_600);
    expect(await response.json()).toMatchObject({
      choices: [{ message: { content: world.router.text } }],
      layover: { source: 'saved', cost_usd: '0.000000000' },
    });
    await world.over();
    world.router.line = 'through';
    await (await world.ask({ ...ask, prompt: 'Other' })).json();
    await world.over();
    expect(world.router.events[1]).toMatchObject({ outcome: 'answered', source: 'saved', network });
    expect(world.router.events).toHaveLength(3);
  });

  it('[D21] gives a saved answer as a stream to whoever asks for one', async () => {
    const world = openWorld();
    await (await world.ask(ask)).json();
    world.router.line = 'down';
    const response = await world.ask(streamed);
    expect(readStream(await response.text())).toMatchObject({ text: world.router.text, done: true });
  });

  it('[D22] a line that never answers costs 3 s with a saved answer, and the late one is still kept', async () => {
    const world = openWorld();
    await writeTurn(world, ID, ask.prompt);
    await writeTurn(world, ID2, ask.prompt);
    await (await world.ask(ask, { 'idempotency-key': ID })).json();
    let open = (): void => undefined;
    world.router.gate = new Promise((resolve) => (open = resolve));
    world.router.text = 'A fresh answer.';
    const before = world.clock.monotonic();
    const response = await world.ask(ask, { 'idempotency-key': ID2 });
    expect(world.clock.monotonic() - before).toBeLessThan(3_200);
    expect(response.headers.get('x-layover-network')).toBe('slow');
    open();
    await world.over();
    expect((await history(world))[1]?.answer?.state).toMatchObject({
      kind: 'whole',
      network: 'slow',
      answer: { provenance: { source: 'saved' } },
      fresh: { text: 'A fresh answer.' },
    });
    world.router.line = 'down';
    const again = (await (await world.ask(ask)).json()) as { choices: { message: { content: string } }[] };
    expect(again.choices[0]?.message.content).toBe('A fresh answer.');
  });

  it('[D23] a line that never answers costs 30 s without one, then says so', async () => {
    const world = openWorld();
    await world.place();
    world.router.gate = new Promise(() => undefined);
    const before = world.clock.monotonic();
    const response = await world.ask(ask);
    expect(world.clock.monotonic() - before).toBeGreaterThanOrEqual(30_000);
    expect(world.clock.monotonic() - before).toBeLessThan(30_300);
    expect(response.status).toBe(503);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(await response.json()).toMatchObject({ error: { code: 'offline' } });
  });

  it('[D24] `no-cache` reads no saved answer', async () => {
    const world = openWorld();
    await (await world.ask(ask)).json();
    world.router.line = 'down';
    expect((await world.ask(ask, { 'cache-control': 'no-cache' })).status).toBe(503);
  });

  it('[D25] a router that fails is covered by the saved answer', async () => {
    const world = openWorld();
    await (await world.ask(ask)).json();
    world.router.failure = { status: 503, code: 'providers_down' };
    expect(Object.fromEntries((await world.ask(ask)).headers)).toMatchObject({
      'x-layover-source': 'saved',
      'x-layover-network': 'router',
    });
    expect(await world.device.line.state()).toBe('online');
    expect((await world.ask({ ...ask, prompt: 'New' })).status).toBe(503);
    expect((await world.ask({ ...ask, prompt: 'New' }, { prefer: 'respond-async' })).status).toBe(202);
  });

  it('[D26] queues only when the caller agrees and may', async () => {
    const world = openWorld();
    await world.place();
    world.router.line = 'down';
    expect((await world.ask(streamed)).status).toBe(503);
    const bearer = { authorization: 'Bearer secret-key', prefer: 'respond-async' };
    expect((await world.ask(streamed, bearer)).status).toBe(503);
    const queued = await world.ask(streamed, { prefer: 'respond-async', 'idempotency-key': ID });
    expect(queued.status).toBe(202);
    expect(await queued.json()).toEqual({ id: ID, layover: { state: 'queued', network: 'offline' } });
    const rows = await listOutbox(await world.place());
    expect(rows).toMatchObject([{ askId: ID, key: ID, path: '/ai', state: { kind: 'queued' } }]);
    expect(JSON.stringify(rows)).not.toContain('secret-key');
  });

  it('[D27] keeps nothing before a policy is known, and neither answer nor history under `never`', async () => {
    const world = openWorld();
    world.router.line = 'down';
    expect((await world.ask(ask, { prefer: 'respond-async' })).status).toBe(503);
    world.router.line = 'through';
    for (const feature of world.router.policy.features) feature.device.store = 'never';
    await (await world.ask(ask)).json();
    world.router.line = 'down';
    expect((await world.ask(ask)).status).toBe(503);
  });

  it('[D28] saves nothing that looks personal', async () => {
    const world = openWorld();
    const personal = { ...ask, prompt: 'Write to jane.roe@example.com' };
    await (await world.ask(personal)).json();
    world.router.line = 'down';
    expect((await world.ask(personal)).status).toBe(503);
  });

  it('[D29] a bearer sees no answer of the session or of another bearer', async () => {
    const world = openWorld();
    await (await world.ask(ask)).json();
    await (await world.ask(ask, { authorization: 'Bearer one' })).json();
    world.router.line = 'down';
    expect((await world.ask(ask, { authorization: 'Bearer two' })).status).toBe(503);
    expect((await world.ask(ask, { authorization: 'Bearer one' })).status).toBe(200);
  });

  it('[D30] without WebCrypto it asks and keeps nothing', async () => {
    const world = openWorld({ subtle: null });
    expect((await world.ask(ask)).status).toBe(200);
    await world.over();
    expect(world.router.events).toHaveLength(1);
    world.router.line = 'down';
    expect((await world.ask(ask)).status).toBe(503);
  });

  it('[D31] a higher epoch forgets what was saved', async () => {
    const world = openWorld();
    await (await world.ask(ask)).json();
    world.router.policy = { ...world.router.policy, epoch: 2 };
    await (await world.ask({ ...ask, prompt: 'Another' })).json();
    await world.over();
    world.router.line = 'down';
    expect((await world.ask(ask)).status).toBe(503);
  });
});

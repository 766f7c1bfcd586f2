import { expect, it } from 'vitest';
import { heed, replay } from '#device/device.ts';
import { listOutbox } from '#device/outbox.ts';
import { proveResponse } from '#device/proof.ts';
import { openWorld, writeTurn } from '../fakes/device/world.ts';

const id = '01890000-0000-7000-8000-000000000001';

it.each([
  ['portal', 'portal'],
  ['offline', 'bad-answer'],
  ['router', 'bad-answer'],
] as const)('[W19] an answer that a device gave in place of the router (%s) is not the router’s', (network, proof) => {
  const headers = { 'x-layover': '1', 'content-type': 'application/json', 'x-layover-network': network };
  expect(proveResponse(new Response('{}', { status: 503, headers }))).toBe(proof);
  expect(proveResponse(new Response('{}', { status: 200, headers }))).toBe(proof);
});

it('[W19] a waiting ask that a page sends is not refused by a worker that came into charge meanwhile', async () => {
  const world = openWorld();
  const place = await world.place();
  world.router.line = 'down';
  await writeTurn(world, id, 'Why?');
  await world.ask(
    { feature: 'chat', prompt: 'Why?', stream: true },
    { prefer: 'respond-async', 'idempotency-key': id },
  );
  await world.over();

  // The worker answers for itself what it cannot send, and tells its caller not to try again.
  world.router.line = 'through';
  const headers = { 'x-should-retry': 'false', 'x-layover-network': 'offline' };
  world.router.failure = { status: 503, code: 'offline', headers };
  await world.clock.advance(600_000);
  await world.drive(replay(world.device, null));
  expect((await listOutbox(place)).map((row) => row.state.kind)).toEqual(['queued']);

  world.router.failure = null;
  await world.drive(heed(world.device, { type: 'replay', askId: id }));
  expect(world.router.runs.map((run) => run.key)).toContain(id);
  expect((await listOutbox(place)).map((row) => row.state.kind)).toEqual(['answered']);
});

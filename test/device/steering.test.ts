import { describe, expect, it } from 'vitest';
import type { Place } from '#device/database.ts';
import { heed, replay } from '#device/device.ts';
import { countWaiting, enqueue, leaseNext, listOutbox, MAX_WAITING } from '#device/outbox.ts';
import { cancelEntry, markSeen, moveInLine, undoCancel, wishToHear } from '#device/steering.ts';
import type { DeviceParts } from '#device/parts.ts';
import { history, openWorld, writeTurn, type World } from '../fakes/device/world.ts';

const id = (nth: number): string => `01890000-0000-7000-8000-00000000000${nth}`;

/** `count` asks wait, none of them sent. */
async function waitingWorld(count: number, parts: Partial<DeviceParts> = {}): Promise<{ world: World; place: Place }> {
  const world = openWorld(parts);
  const place = await world.place();
  world.router.line = 'down';
  for (let nth = 1; nth <= count; nth++) {
    await writeTurn(world, id(nth), `Question ${nth}`);
    await world.ask(
      { feature: 'chat', prompt: `Question ${nth}`, stream: true },
      { prefer: 'respond-async', 'idempotency-key': id(nth) },
    );
    await world.clock.advance(1_000);
  }
  await world.over();
  return { world, place };
}

const kinds = async (place: Place): Promise<string[]> => (await listOutbox(place)).map(({ state }) => state.kind);

async function goThrough(world: World): Promise<void> {
  world.router.line = 'through';
  await world.drive(replay(world.device, null));
}

describe('what a person does with what waits', () => {
  it('[O21] an answered ask stays as answered until somebody has seen it', async () => {
    const { world, place } = await waitingWorld(2);
    await goThrough(world);
    expect(await listOutbox(place)).toMatchObject([
      { askId: id(1), state: { kind: 'answered', what: 'whole' } },
      { askId: id(2), state: { kind: 'answered', what: 'whole' } },
    ]);
    expect(await countWaiting(place)).toBe(0);
    expect((await history(world)).map((told) => told.answer?.state.kind)).toEqual(['whole', 'whole']);
    // Nothing of it is sent again, whatever is pressed.
    await world.drive(replay(world.device, id(1)));
    expect(world.router.runs).toHaveLength(2);
    await world.drive(markSeen(place, [id(1)]));
    expect((await listOutbox(place)).map((row) => row.askId)).toEqual([id(2)]);
    // A stop that comes too late is no second event.
    await world.drive(heed(world.device, { type: 'stop', askId: id(2) }));
    await world.drive(replay(world.device, null));
    expect(world.router.events).toHaveLength(2);
  });

  it('[O21] an answer that stands in no conversation leaves nothing to look at', async () => {
    const world = openWorld();
    const place = await world.place();
    world.router.line = 'down';
    await world.ask({ feature: 'chat', prompt: 'Nobody keeps this' }, { prefer: 'respond-async' });
    await world.over();
    expect(await kinds(place)).toEqual(['queued']);
    await goThrough(world);
    expect(await listOutbox(place)).toEqual([]);
  });

  it('[O21] what waits is not seen by being looked at', async () => {
    const { place } = await waitingWorld(1);
    await markSeen(place, [id(1)]);
    expect(await kinds(place)).toEqual(['queued']);
  });

  it('[O22] answered asks make room for one that waits', async () => {
    const { place } = await waitingWorld(1);
    const [row] = await listOutbox(place);
    if (row === undefined) throw new Error('Nothing waits.');
    const answered = { kind: 'answered', atMs: 1, what: 'whole' } as const;
    for (let nth = 1; nth < MAX_WAITING; nth++) {
      await enqueue(place, { ...row, askId: `ask-${nth}`, order: row.order + nth, state: answered });
    }
    expect(await countWaiting(place)).toBe(1);
    expect(await enqueue(place, { ...row, askId: 'one more', order: row.order + 1_000 })).toBe(true);
    const askIds = (await listOutbox(place)).map((each) => each.askId);
    expect(askIds).toHaveLength(MAX_WAITING);
    expect(askIds).not.toContain('ask-1');
    expect(askIds).toContain(id(1));
  });

  it('[O23] they go in the order that was made by hand', async () => {
    const { world, place } = await waitingWorld(3);
    expect(await moveInLine(place, id(3), -1)).toEqual([id(1), id(3), id(2)]);
    expect(await moveInLine(place, id(1), 1)).toEqual([id(3), id(1), id(2)]);
    expect(await moveInLine(place, id(3), -1)).toBeNull();
    world.restart();
    await goThrough(world);
    expect(world.router.runs.map((run) => run.key)).toEqual([id(3), id(1), id(2)]);
  });

  it('[O23] two asks of one millisecond change places too', async () => {
    const { place } = await waitingWorld(1);
    const [row] = await listOutbox(place);
    if (row === undefined) throw new Error('Nothing waits.');
    await enqueue(place, { ...row, askId: id(2) });
    await enqueue(place, { ...row, askId: id(3) });
    const before = (await listOutbox(place)).map((each) => each.askId);
    const last = before.at(-1) ?? '';
    expect(await moveInLine(place, last, -1)).toEqual([before[0], before[2], before[1]]);
    expect((await listOutbox(place)).map((each) => each.askId)).toEqual([before[0], before[2], before[1]]);
  });

  it('[O24] a cancelled ask is not sent, and comes back to its place with its key', async () => {
    const { world, place } = await waitingWorld(3);
    expect(await cancelEntry(place, id(2), world.clock.now() + 60_000)).toBe(true);
    expect(await countWaiting(place)).toBe(2);
    expect(await undoCancel(place, id(2))).toBe(true);
    await goThrough(world);
    expect(world.router.runs.map((run) => run.key)).toEqual([id(1), id(2), id(3)]);
    expect(world.router.cancelled).toEqual([]);
    expect(world.router.events.map((event) => event.outcome)).toEqual(['answered', 'answered', 'answered']);
  });

  it('[O24] cancelled and left, it is gone with one event, also when its page died', async () => {
    const { world, place } = await waitingWorld(2);
    await cancelEntry(place, id(1), world.clock.now() + 60_000);
    await goThrough(world);
    expect(world.router.runs.map((run) => run.key)).toEqual([id(2)]);
    expect(await kinds(place)).toEqual(['cancelled', 'answered']);
    await world.clock.advance(61_000);
    await world.drive(replay(world.device, null));
    expect(await kinds(place)).toEqual(['answered']);
    expect(await undoCancel(place, id(1))).toBe(false);
    expect(world.router.events.map((event) => event.outcome).sort()).toEqual(['answered', 'stopped']);
  });

  it('[O24] what is being sent cannot be taken back quietly', async () => {
    const { world, place } = await waitingWorld(1);
    await leaseNext(place, world.clock.now(), { ms: 120_000, skip: new Set() });
    expect(await cancelEntry(place, id(1), world.clock.now() + 60_000)).toBe(false);
    await goThrough(world);
    expect(await kinds(place)).toEqual(['answered']);
  });

  it('[O25] whoever wished so hears how it ended, once, and nobody else does', async () => {
    const heard: [string, boolean][] = [];
    const { world, place } = await waitingWorld(3, {
      notify: async (conversationId, answered) => void heard.push([conversationId, answered]),
    });
    expect(await wishToHear(place, id(1), 'c1')).toBe(true);
    expect(await wishToHear(place, id(2), 'c1')).toBe(true);
    expect(await wishToHear(place, id(2), null)).toBe(true);
    await goThrough(world);
    expect(heard).toEqual([['c1', true]]);
    await world.drive(replay(world.device, null));
    expect(heard).toHaveLength(1);
  });

  it('[O25] a refused one needs the person, and that is said', async () => {
    const heard: [string, boolean][] = [];
    const { world, place } = await waitingWorld(1, {
      notify: async (conversationId, answered) => void heard.push([conversationId, answered]),
    });
    await wishToHear(place, id(1), 'c1');
    world.router.failure = { status: 429, code: 'too_many_asks', headers: { 'retry-after': '60' } };
    await goThrough(world);
    expect(heard).toEqual([]);
    world.router.failure = { status: 402, code: 'budget_spent', headers: { 'x-should-retry': 'false' } };
    await world.drive(replay(world.device, id(1)));
    expect(heard).toEqual([['c1', false]]);
  });
});

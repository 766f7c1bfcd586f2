import { describe, expect, it } from 'vitest';
import { read, type Place, type StoreName } from '#device/database.ts';
import { replay } from '#device/device.ts';
import { keepDraft, readDraft } from '#device/drafts.ts';
import { listOutbox } from '#device/outbox.ts';
import { putBack, removeConversation } from '#device/removal.ts';
import { history, openWorld, writeTurn, type World } from '../fakes/device/world.ts';

const id = (nth: number): string => `01890000-0000-7000-8000-00000000000${nth}`;

/** A conversation of two asks, the first answered, the second waiting, with a draft under it. */
async function spokenIn(): Promise<{ world: World; place: Place }> {
  const world = openWorld();
  const place = await world.place();
  await writeTurn(world, id(1), 'Question 1');
  await world.ask({ feature: 'chat', prompt: 'Question 1', stream: true }, { 'idempotency-key': id(1) });
  await world.over();
  world.router.line = 'down';
  await writeTurn(world, id(2), 'Question 2');
  const waits = { prefer: 'respond-async', 'idempotency-key': id(2) };
  await world.ask({ feature: 'chat', prompt: 'Question 2', stream: true }, waits);
  await world.over();
  await world.drive(keepDraft(place, { conversationId: 'c1', text: 'and then', atMs: 1 }));
  return { world, place };
}

async function countRows(place: Place, stores: StoreName[]): Promise<number[]> {
  return read(place, stores, (tx) => Promise.all(stores.map((store) => tx.objectStore(store).count())));
}

describe('removing a conversation', () => {
  it('[D5] [O26] leaves nothing of it, and nothing of it is sent', async () => {
    const { world, place } = await spokenIn();
    await removeConversation(place, 'c1', world.clock.now() + 60_000);
    expect(await countRows(place, ['conversations', 'turns', 'answers', 'drafts'])).toEqual([0, 0, 0, 0]);
    world.router.line = 'through';
    await world.clock.advance(61_000);
    await world.drive(replay(world.device, null));
    expect(await listOutbox(place)).toEqual([]);
    expect(world.router.runs.map((run) => run.key)).toEqual([id(1)]);
    expect(world.router.events.map((event) => event.outcome)).toEqual(['answered', 'stopped']);
  });

  it('[O26] undone, it is as it was, and what waited goes', async () => {
    const { world, place } = await spokenIn();
    const before = await history(world);
    const removed = await removeConversation(place, 'c1', world.clock.now() + 60_000);
    expect(removed.unsent.map(({ askId }) => askId)).toEqual([id(2)]);
    await putBack(place, removed);
    expect(await history(world)).toEqual(before);
    expect(await world.drive(readDraft(place, 'c1'))).toBe('and then');
    world.router.line = 'through';
    await world.drive(replay(world.device, null));
    expect(world.router.runs.map((run) => run.key)).toEqual([id(1), id(2)]);
    expect((await history(world)).map((told) => told.answer?.state.kind)).toEqual(['whole', 'whole']);
  });
});

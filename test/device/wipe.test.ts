import { describe, expect, it } from 'vitest';
import { META_DATABASE, read, write, type Place } from '#device/database.ts';
import { listConversations } from '#device/conversations.ts';
import { keepDraft } from '#device/drafts.ts';
import { heed, personalPlace } from '#device/device.ts';
import { enqueue, listOutbox } from '#device/outbox.ts';
import { givePolicy, knownPolicy, refreshPolicy } from '#device/policy.ts';
import { openRow, sealRow } from '#device/sealed-rows.ts';
import { finishSignOut, signOutDue } from '#device/sign-out.ts';
import { keySetting } from '#device/vault.ts';
import { wipePerson } from '#device/wipe.ts';
import { event } from '../fakes/provider/gate.ts';
import { everyWord } from '../fakes/device/disk.ts';
import { someSaved, someWaiting } from '../fakes/device/rows.ts';
import { somePolicy } from '../fakes/device/router.ts';
import { history, openWorld, ORIGIN, writeTurn, type World } from '../fakes/device/world.ts';

const ID = '01890000-0000-7000-8000-000000000001';
const OTHER = 'cccccccccccccccc';

/** A device on which the person has asked something that was answered, and something that waits. */
async function usedWorld(): Promise<{ world: World; place: Place }> {
  const world = openWorld();
  await writeTurn(world, ID, 'Why?');
  await world.drive((await world.ask({ feature: 'chat', prompt: 'Why?' }, { 'idempotency-key': ID })).text());
  const place = await world.place();
  await world.drive(enqueue(place, someWaiting(1)));
  await world.over();
  return { world, place };
}

async function names(world: World): Promise<string[]> {
  return (await world.parts.factory.databases()).map(({ name }) => name ?? '').sort();
}

async function settings(world: World): Promise<{ name: string; value: unknown }[]> {
  const rows = await world.drive(read(world.device.meta, ['settings'], (tx) => tx.objectStore('settings').getAll()));
  return rows as { name: string; value: unknown }[];
}

describe('a sign-out', () => {
  it('[PV50] removes all that the person left, without a line too, and the key before everything else', async () => {
    const { world, place } = await usedWorld();
    world.router.line = 'down';
    const stolen = await everyWord(world.parts.factory);
    expect(stolen).toContain(place.name);
    const [row] = await world.drive(
      read(place, ['turns'], async (tx) => (await tx.objectStore('turns').getAll()) as unknown[]),
    );
    // At the moment in which the database is to go, its key has gone.
    const atRemoval: Promise<unknown>[] = [];
    const remove = world.parts.factory.deleteDatabase.bind(world.parts.factory);
    world.device.factory = Object.assign(Object.create(world.parts.factory) as IDBFactory, {
      deleteDatabase(name: string) {
        atRemoval.push(settings(world));
        return remove(name);
      },
    });
    const lookup = await world.device.key();
    await world.drive(wipePerson(world.device, place.name));
    expect(await Promise.all(atRemoval)).toEqual([[{ name: 'sign-out-due', value: place.name }]]);
    expect(await names(world)).toEqual([META_DATABASE]);
    expect(await settings(world)).toEqual([{ name: 'sign-out-due', value: place.name }]);
    expect(world.told).toContainEqual({ type: 'signed-out' });
    // The page that did it has forgotten the key too.
    expect(() => place.vault?.check()).toThrow('signed out');
    // A copy of a row that somebody took before is noise now, on this device as on any other.
    const again: Place = { ...place, vault: world.restart().vault(place.name) };
    expect(await openRow(again, 'turns', row)).toBeNull();
    expect(await world.device.key()).not.toBe(lookup);
  });

  it('[PV51] leaves alone what another person keeps here', async () => {
    const { world, place } = await usedWorld();
    world.router.policy = { ...somePolicy(), user_hash: OTHER };
    await world.drive(refreshPolicy(world.device));
    await writeTurn(world, ID, 'Their question');
    const lookup = await world.device.key();
    await world.drive(wipePerson(world.device, place.name));
    expect(await names(world)).toEqual([META_DATABASE, `layover:aaaaaaaaaaaaaaaa:${OTHER}`]);
    world.restart();
    const theirs: Place = { ...place, name: `layover:aaaaaaaaaaaaaaaa:${OTHER}`, vault: null };
    expect(await world.drive(listConversations({ ...theirs, vault: world.device.vault(theirs.name) }))).toMatchObject([
      { title: 'Their question' },
    ]);
    expect(await world.device.key()).toEqual(lookup);
    expect((await settings(world)).map(({ name }) => name)).not.toContain(keySetting(place.name));
  });

  it('[PV52] ends what was being answered: nothing of it is kept afterwards', async () => {
    const { world, place } = await usedWorld();
    const open = event();
    world.router.gate = open.happened;
    const id = ID.replace(/1$/, '2');
    const asking = world.ask({ feature: 'chat', prompt: 'And now?' }, { 'idempotency-key': id });
    await world.clock.until(() => world.router.calls.filter((call) => call === 'POST /ai').length === 2);
    // The page removes everything; this is the worker, in whose memory the key still is.
    const worker = world.device;
    await world.drive(wipePerson(world.restart(), place.name));
    await world.drive(heed(worker, { type: 'signed-out' }));
    world.router.line = 'down';
    open.happen();
    await asking;
    await world.over();
    expect(await names(world)).toEqual([META_DATABASE]);
    expect(worker.unstored).toEqual([]);
  });

  it('[PV52] what a worker wrote before it heard of it goes when it hears; what is kept for somebody stays', async () => {
    const { world, place } = await usedWorld();
    const worker = world.device;
    await world.drive(wipePerson(world.restart(), place.name));
    // Its key is still in the memory of the worker.
    await world.drive(keepDraft(place, { conversationId: 'c', text: 'Still here', atMs: 1 }));
    expect(await names(world)).toEqual([META_DATABASE, place.name]);
    await world.drive(heed(worker, { type: 'signed-out' }));
    expect(await names(world)).toEqual([META_DATABASE]);
    const { world: other, place: kept } = await usedWorld();
    await other.drive(heed(other.device, { type: 'signed-out' }));
    expect(await names(other)).toEqual([META_DATABASE, kept.name]);
  });

  it('[PV53] that the router has not heard of is told before anything else is said to it, and told once', async () => {
    const { world, place } = await usedWorld();
    await world.drive(wipePerson(world.device, place.name));
    world.router.line = 'down';
    world.restart();
    expect(await world.drive(finishSignOut(world.device))).toBe(false);
    expect(await world.drive(personalPlace(world.device))).toBeNull();
    world.router.line = 'through';
    world.router.calls.length = 0;
    const other = world.restart();
    const both = await world.drive(Promise.all([refreshPolicy(world.device), finishSignOut(other)]));
    expect(both[0]?.user_hash).toBe(somePolicy().user_hash);
    expect(world.router.calls).toEqual(['DELETE /api/session', 'GET /api/travel']);
    expect(await world.drive(signOutDue(world.device))).toBeNull();
  });

  it('[PV53] and an answer that comes for whoever left is not taken for theirs again', async () => {
    const { world, place } = await usedWorld();
    const open = event();
    const real = world.router.fetch;
    world.device.simulator.fetch = async (request) => {
      const response = await real(request);
      if (request.url.endsWith('/api/travel')) await open.happened;
      return response;
    };
    const late = refreshPolicy(world.device);
    await world.clock.until(() => world.router.calls.at(-1) === 'GET /api/travel');
    world.router.line = 'down';
    await world.drive(wipePerson(world.device, place.name));
    open.happen();
    await world.drive(late);
    expect(await world.drive(knownPolicy(world.device))).toBeNull();
  });
});

describe('a new policy', () => {
  const feature = somePolicy().features[0]!;

  it.each([
    ['other instructions', [{ ...feature, prompt_version: 2 }]],
    ['a feature that is gone', [{ ...feature, name: 'other' }]],
  ])('[PV46] with %s removes at once what was saved under the old one', async (_what, features) => {
    const { world, place } = await usedWorld();
    const rows = await sealRow(place, 'saved', someSaved(2, { feature: 'kept', promptVersion: 4 }));
    await write(place, ['saved'], (tx) => tx.objectStore('saved').put(rows));
    const kept = { ...feature, name: 'kept', prompt_version: 4 };
    world.router.policy = { ...somePolicy(), features: [...features, kept] };
    await world.drive(refreshPolicy(world.device));
    expect(await world.drive(read(place, ['saved'], (tx) => tx.objectStore('saved').getAllKeys()))).toEqual(['k2']);
    // History and what waits are the person's own.
    expect(await history(world)).toHaveLength(1);
    expect(await world.drive(listOutbox(place))).toHaveLength(1);
  });

  it('[PV47] by which a feature may keep nothing removes its history too', async () => {
    const { world, place } = await usedWorld();
    const never = { ...feature, device: { ...feature.device, store: 'never' as const } };
    world.router.policy = { ...somePolicy(), features: [never] };
    await world.drive(refreshPolicy(world.device));
    const left = await world.drive(
      read(place, ['saved', 'turns', 'answers', 'conversations'], (tx) =>
        Promise.all((['saved', 'turns', 'answers', 'conversations'] as const).map((s) => tx.objectStore(s).count())),
      ),
    );
    expect(left).toEqual([0, 0, 0, 0]);
  });
});

describe('somebody whom the router has erased', () => {
  it.each([
    ['the device reads its policy', (world: World) => refreshPolicy(world.device)],
    ['a page reads it', (world: World) => givePolicy(world.device, new Request(`${ORIGIN}/api/travel`))],
    [
      'an ask is refused',
      async (world: World) => {
        world.router.failure = {
          status: 401,
          code: 'person_forgotten',
          headers: { 'x-layover-policy': '9', 'x-layover': '1' },
        };
        await (await world.ask({ feature: 'chat', prompt: 'Anything?' })).text();
      },
    ],
  ])('[PV59] leaves nothing on this device as soon as %s', async (_when, hear: (world: World) => Promise<unknown>) => {
    const { world, place } = await usedWorld();
    world.router.forgets = true;
    await world.drive(hear(world));
    await world.over();
    expect(await names(world)).toEqual([META_DATABASE]);
    expect(await settings(world)).toEqual([{ name: 'sign-out-due', value: place.name }]);
    expect(world.told).toContainEqual({ type: 'signed-out' });
    world.router.forgets = false;
    expect(await world.drive(finishSignOut(world.device))).toBe(true);
    expect(world.router.calls).toContain('DELETE /api/session');
  });
});

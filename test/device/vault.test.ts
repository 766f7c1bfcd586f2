import { describe, expect, it } from 'vitest';
import { META_DATABASE, NATIVE_VERSION, read, write, type Place, type StoreName } from '#device/database.ts';
import { addTurn, listConversations, readConversation } from '#device/conversations.ts';
import { keepDraft, readDraft } from '#device/drafts.ts';
import { sealOldRows } from '#device/old-rows.ts';
import { enqueue, leaseNext, listOutbox } from '#device/outbox.ts';
import { openRow, sealRow, type StoredRow } from '#device/sealed-rows.ts';
import { drainOutbox } from '#device/replay.ts';
import { deviceKey } from '#device/settings.ts';
import { keySetting, openVault } from '#device/vault.ts';
import { freshPlace } from '../fakes/device/place.ts';
import { seededRandom } from '../fakes/random.ts';
import { everyWord } from '../fakes/device/disk.ts';
import { oldDatabase, someAnswer, someSaved, someWaiting } from '../fakes/device/rows.ts';
import { history, openWorld, readStream, writeTurn } from '../fakes/device/world.ts';

const ID = '01890000-0000-7000-8000-000000000001';

describe('what stands on the disk', () => {
  it('[PV40] holds no word of a question, an answer, a draft or a waiting ask', async () => {
    const world = openWorld();
    const place = await world.place();
    await writeTurn(world, ID, 'Why is the zebra striped?');
    world.router.text = 'Because of the horseflies.';
    const response = await world.ask(
      { feature: 'chat', prompt: 'Why is the zebra striped?', stream: true },
      { 'idempotency-key': ID },
    );
    expect(readStream(await world.drive(response.text())).text).toBe('Because of the horseflies.');
    world.router.line = 'down';
    expect((await world.ask({ feature: 'chat', prompt: 'And the okapi?' }, { prefer: 'respond-async' })).status).toBe(
      202,
    );
    await world.drive(keepDraft(place, { conversationId: 'c1', text: 'And the quagga', atMs: 1 }));
    await world.over();
    const disk = await world.drive(everyWord(world.parts.factory));
    expect(disk).not.toMatch(/zebra|striped|horseflies|okapi|quagga/i);
    // What it was looked for in is not empty, and what stands there can be read again.
    expect(disk).toContain(ID);
    expect((await history(world))[0]).toMatchObject({ turn: { prompt: 'Why is the zebra striped?' } });
    expect(await world.drive(readDraft(place, 'c1'))).toBe('And the quagga');
  });

  it('[PV41] is sealed under keys that nobody can read out, and each time under another IV', async () => {
    const place = freshPlace();
    const meta: Place = { ...place, name: META_DATABASE, vault: null };
    const rows = [await sealRow(place, 'saved', someSaved(1)), await sealRow(place, 'saved', someSaved(1))];
    expect(new Set(rows.map((row) => String((row['sealed'] as { iv: Uint8Array }).iv))).size).toBe(2);
    expect(rows.map((row) => (row['sealed'] as { iv: Uint8Array }).iv.byteLength)).toEqual([12, 12]);
    await deviceKey(meta, crypto.subtle);
    const settings = (await read(meta, ['settings'], (tx) => tx.objectStore('settings').getAll())) as {
      name: string;
      value: CryptoKey;
    }[];
    const keys = settings.filter(({ value }) => value instanceof CryptoKey);
    expect(keys.map(({ name }) => name).sort()).toEqual(['device-key', keySetting(place.name)]);
    for (const { value } of keys) {
      expect(value.extractable).toBe(false);
      await expect(crypto.subtle.exportKey('raw', value)).rejects.toThrow();
    }
    expect(keys[1]?.value.algorithm).toMatchObject({ name: 'AES-GCM', length: 256 });
  });

  it.each<[string, (row: StoredRow) => unknown]>([
    ['to another row', (row) => ({ ...row, key: 'k2' })],
    ['to another feature', (row) => ({ ...row, feature: 'code' })],
    ['into another form', (row) => ({ ...row, sealed: { ...(row['sealed'] as object), v: 2 } })],
    ['without its IV', (row) => ({ ...row, sealed: { v: 1 } })],
    ['with one bit changed', (row) => ({ ...row, sealed: flipped(row['sealed'] as { data: ArrayBuffer }) })],
  ])('[PV42] a body that was moved %s counts as absent', async (_how, move) => {
    const place = freshPlace();
    const row = await sealRow(place, 'saved', someSaved(1));
    expect(await openRow(place, 'saved', row)).toMatchObject(someSaved(1));
    expect(await openRow(place, 'saved', move(row))).toBeNull();
  });

  it('[PV42] nor can it be moved to another store, or to another person', async () => {
    const mine = freshPlace();
    const draft = await sealRow(mine, 'drafts', { conversationId: 'x', text: 'mine', updatedAtMs: 1 });
    expect(await openRow(mine, 'drafts', draft)).not.toBeNull();
    expect(await openRow(mine, 'packs', { ...draft, id: 'x' })).toBeNull();
    const meta: Place = { ...mine, name: META_DATABASE, vault: null };
    const theirs: Place = { ...mine, name: 'layover:aaaaaaaaaaaaaaaa:cccccccccccccccc' };
    const parts = { meta, subtle: crypto.subtle, random: seededRandom(5) };
    expect(await openRow({ ...theirs, vault: openVault(theirs.name, parts) }, 'drafts', draft)).toBeNull();
    // Under the same key it is still bound to its database.
    const { vault } = mine;
    if (vault === null) throw new Error('A person has a vault.');
    await write(meta, ['settings'], async (tx) => {
      const { value } = (await tx.objectStore('settings').get(keySetting(mine.name))) as { value: unknown };
      await tx.objectStore('settings').put({ name: keySetting(theirs.name), value });
    });
    expect(await openRow({ ...theirs, vault: openVault(theirs.name, parts) }, 'drafts', draft)).toBeNull();
  });

  it('[PV43] without its key it is as if the cache had been cleared: nothing breaks, and what is kept from then on is there', async () => {
    const place = freshPlace();
    await addTurn(place, { id: ID, conversationId: 'c1', prompt: 'Why?', feature: 'chat', askedAtMs: 5 });
    await enqueue(place, someWaiting(1));
    const after = await loseKey(place);
    expect(await listConversations(after)).toEqual([]);
    expect(await listOutbox(after)).toEqual([]);
    expect(await leaseNext(after, Number.MAX_SAFE_INTEGER, { ms: 1, skip: new Set() })).toBeNull();
    await sealOldRows(after);
    expect(await counts(after, ['turns', 'conversations', 'outbox'])).toEqual([0, 0, 0]);
    await addTurn(after, { id: ID, conversationId: 'c1', prompt: 'Again?', feature: 'chat', askedAtMs: 6 });
    expect(await readConversation(after, 'c1')).toMatchObject([{ turn: { prompt: 'Again?' } }]);
  });

  it('[PV44] what an earlier version kept in the clear is sealed once, and no waiting ask is lost', async () => {
    const place = freshPlace();
    await oldDatabase(place, {
      conversations: [{ id: 'c1', title: 'Why is', feature: 'chat', createdAtMs: 1, updatedAtMs: 1 }],
      turns: [{ id: ID, conversationId: 'c1', position: 0, prompt: 'Why is it?', feature: 'chat', askedAtMs: 1 }],
      answers: [{ askId: ID, feature: 'chat', askedAtMs: 1, updatedAtMs: 1, state: whole() }],
      saved: [someSaved(1)],
      outbox: [someWaiting(1), { ...someWaiting(2), state: { kind: 'sending', untilMs: 9 } }],
      drafts: [
        { conversationId: 'c1', text: 'and then', updatedAtMs: 1 },
        { conversationId: 'c2', text: 5 },
      ],
    });
    // A worker that is there before the page leaves them as they are.
    expect(await leaseNext(place, Number.MAX_SAFE_INTEGER, { ms: 1, skip: new Set() })).toBeNull();
    expect(await sealOldRows(place)).toBe(7);
    const told = await readConversation(place, 'c1');
    expect(told).toMatchObject([{ turn: { prompt: 'Why is it?' }, answer: { state: whole() } }]);
    expect(await listConversations(place)).toMatchObject([{ title: 'Why is' }]);
    expect(await readDraft(place, 'c1')).toBe('and then');
    expect(await listOutbox(place)).toEqual([
      someWaiting(1),
      { ...someWaiting(2), state: { kind: 'sending', untilMs: 9 } },
    ]);
    expect(await everyWord(place.factory)).not.toMatch(/Why|and then/);
    // What a page of the earlier version writes meanwhile is found by the next look; after a look that found none there is no other.
    await write(place, ['drafts'], (tx) =>
      tx.objectStore('drafts').put({ conversationId: 'c3', text: 'late', updatedAtMs: 2 }),
    );
    expect([await sealOldRows(place), await sealOldRows(place)]).toEqual([1, 0]);
    await write(place, ['drafts'], (tx) =>
      tx.objectStore('drafts').put({ conversationId: 'c4', text: 'planted', updatedAtMs: 3 }),
    );
    expect(await sealOldRows(place)).toBe(0);
    expect([await readDraft(place, 'c3'), await readDraft(place, 'c4')]).toEqual(['late', '']);
    expect(await version(place)).toBe(NATIVE_VERSION);
  });

  it('[PV45] the words of a refusal are sealed with the ask they belong to', async () => {
    const world = openWorld();
    await writeTurn(world, ID, 'Why?');
    const place = await world.place();
    world.router.line = 'down';
    await world.ask(
      { feature: 'chat', prompt: 'Why?', stream: true },
      { prefer: 'respond-async', 'idempotency-key': ID },
    );
    world.router.line = 'through';
    world.router.failure = { status: 402, code: 'budget_spent' };
    await world.drive(drainOutbox(world.device));
    expect(await world.drive(listOutbox(place))).toMatchObject([
      { askId: ID, state: { kind: 'refused', code: 'budget_spent', message: 'It failed with budget_spent.' } },
    ]);
    expect(await world.drive(everyWord(world.parts.factory))).not.toContain('budget_spent');
  });
});

/** The same disk after its keys were lost. */
async function loseKey(place: Place): Promise<Place> {
  const meta: Place = { ...place, name: META_DATABASE, vault: null };
  await write(meta, ['settings'], (tx) => tx.objectStore('settings').delete(keySetting(place.name)));
  return { ...place, vault: openVault(place.name, { meta, subtle: crypto.subtle, random: seededRandom(9) }) };
}

function counts(place: Place, stores: StoreName[]): Promise<number[]> {
  return read(place, stores, (tx) => Promise.all(stores.map((store) => tx.objectStore(store).count())));
}

function flipped(sealed: { data: ArrayBuffer }): unknown {
  const data = sealed.data.slice();
  new Uint8Array(data)[3]! ^= 1;
  return { ...sealed, data };
}

function whole(): unknown {
  const base = { kind: 'whole', network: 'ok', waitedMs: 0, firstTokenMs: 1, totalMs: 2, fresh: null };
  return { ...base, answer: someAnswer() };
}

function version(place: Place): Promise<number> {
  return new Promise((resolve, reject) => {
    const opening = place.factory.open(place.name);
    opening.onsuccess = () => {
      resolve(opening.result.version);
      opening.result.close();
    };
    opening.onerror = () => reject(new Error('It did not open.'));
  });
}

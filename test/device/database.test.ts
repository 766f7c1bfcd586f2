import 'fake-indexeddb/auto';
import { Dexie, liveQuery } from 'dexie';
import { describe, expect, it } from 'vitest';
import { addTurn, listConversations, readConversation, removeConversation } from '#device/conversations.ts';
import { DEXIE_STORES, DEXIE_VERSION, NATIVE_VERSION, read, write, type Place } from '#device/database.ts';
import { keepDraft, readDraft } from '#device/drafts.ts';
import { freshPlace } from '../fakes/device/place.ts';

const turn = { id: 'a1', conversationId: 'c1', prompt: 'Why is the sky blue?', feature: 'chat', askedAtMs: 5 };

function openDexie(place: Place): Dexie {
  const dexie = new Dexie(place.name, { indexedDB: place.factory, IDBKeyRange });
  dexie.version(DEXIE_VERSION).stores(DEXIE_STORES);
  return dexie;
}

describe('the database of a device', () => {
  it('[D1] is the same whether we or Dexie made it', async () => {
    const ours = freshPlace();
    await addTurn(ours, turn);
    const byUs = openDexie(ours);
    expect(await byUs.table('turns').get('a1')).toMatchObject({ id: turn.id, conversationId: turn.conversationId });
    expect(byUs.backendDB().version).toBe(NATIVE_VERSION);
    const theirs = freshPlace();
    const byDexie = openDexie(theirs);
    await byDexie.open();
    await addTurn(theirs, turn);
    expect(await readConversation(theirs, 'c1')).toHaveLength(1);
    expect(shape(byUs.backendDB())).toEqual(shape(byDexie.backendDB()));
    byUs.close();
    byDexie.close();
  });

  it('[D2] opens what is there when somebody raised the version', async () => {
    const place = freshPlace();
    const newer = new Dexie(place.name, { indexedDB: place.factory, IDBKeyRange });
    newer.version(3).stores({ ...DEXIE_STORES, later: 'id' });
    await newer.open();
    newer.close();
    await addTurn(place, turn);
    expect(await listConversations(place)).toMatchObject([{ id: 'c1', title: 'Why is the sky blue?' }]);
  });

  it('[D3] a write of ours re-runs a live query of Dexie', async () => {
    const channels: BroadcastChannel[] = [];
    const place: Place = {
      ...freshPlace(),
      post: (name, message) => {
        const channel = new BroadcastChannel(name);
        channels.push(channel);
        channel.postMessage(message);
      },
    };
    const dexie = openDexie(place);
    await dexie.open();
    const seen = new Promise<void>((resolve) => {
      let first = true;
      const subscription = liveQuery(() => dexie.table('turns').orderBy('conversationId').toArray()).subscribe(
        (rows) => {
          if (first) {
            first = false;
            void addTurn(place, turn);
          } else if (rows.length === 1) {
            subscription.unsubscribe();
            resolve();
          }
        },
      );
    });
    await seen;
    for (const channel of channels) channel.close();
    dexie.close();
  });

  it('[D4] a broken row counts as absent', async () => {
    const place = freshPlace();
    await addTurn(place, turn);
    await write(place, ['turns', 'conversations'], async (tx) => {
      await tx.objectStore('turns').put({ id: 'a2', conversationId: 'c1', position: 'first' });
      await tx.objectStore('conversations').put({ id: 'c2', updatedAtMs: 9 });
    });
    expect(await readConversation(place, 'c1')).toHaveLength(1);
    expect(await listConversations(place)).toHaveLength(1);
  });

  it('[D5] removing a conversation leaves nothing of it', async () => {
    const place = freshPlace();
    await addTurn(place, turn);
    await keepDraft(place, { conversationId: 'c1', text: 'and then', atMs: 1 });
    expect(await readDraft(place, 'c1')).toBe('and then');
    await removeConversation(place, 'c1');
    const left = await read(place, ['turns', 'conversations', 'drafts'], async (tx) =>
      Promise.all((['turns', 'conversations', 'drafts'] as const).map((store) => tx.objectStore(store).count())),
    );
    expect(left).toEqual([0, 0, 0]);
  });

  it('[D6] keeps at most 100 drafts, and none that is blank', async () => {
    const place = freshPlace();
    for (let at = 0; at < 102; at++) await keepDraft(place, { conversationId: `c${at}`, text: 'x', atMs: at });
    expect([await readDraft(place, 'c1'), await readDraft(place, 'c2')]).toEqual(['', 'x']);
    await keepDraft(place, { conversationId: 'c2', text: '  ', atMs: 200 });
    expect(await readDraft(place, 'c2')).toBe('');
  });
});

function shape(database: IDBDatabase): unknown {
  return [...database.objectStoreNames].map((name) => {
    const store = database.transaction(name).objectStore(name);
    return [name, store.keyPath, [...store.indexNames].map((index) => [index, store.index(index).keyPath])];
  });
}

import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { addTurn, listConversations, readConversation, renameConversation } from '#device/conversations.ts';
import { NATIVE_VERSION, write, type Place } from '#device/database.ts';
import { keepDraft, readDraft } from '#device/drafts.ts';
import { followWrite, openInBothOrders, openWhatIsNewer } from '../contracts/device-database.ts';
import { freshPlace } from '../fakes/device/place.ts';

const turn = { id: 'a1', conversationId: 'c1', prompt: 'Why is the sky blue?', feature: 'chat', askedAtMs: 5 };

describe('the database of a device', () => {
  it('[D1] is the same whether we or Dexie made it', async () => {
    const [ours, theirs] = [freshPlace(), freshPlace()];
    const seen = (await openInBothOrders(ours, theirs, { indexedDB: ours.factory, IDBKeyRange })) as {
      shapes: unknown[];
    };
    expect(seen).toMatchObject({
      versions: [NATIVE_VERSION, NATIVE_VERSION],
      readByDexie: 'c1',
      readByUs: ['Why is the sky blue?'],
    });
    expect(seen.shapes[0]).toEqual(seen.shapes[1]);
  });

  it('[D2] opens what is there when somebody raised the version', async () => {
    const place = freshPlace();
    expect(await openWhatIsNewer(place, { indexedDB: place.factory, IDBKeyRange })).toEqual(['Why is the sky blue?']);
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
    expect(await followWrite(place, { indexedDB: place.factory, IDBKeyRange })).toEqual([0, 1]);
    for (const channel of channels) channel.close();
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

  it('[D7] a conversation keeps the name that was given to it', async () => {
    const place = freshPlace();
    await addTurn(place, turn);
    await renameConversation(place, 'c1', '  Invoices  in Portugal ');
    await addTurn(place, { ...turn, id: 'a9', askedAtMs: 99 });
    await renameConversation(place, 'c0', 'Nothing');
    expect(await listConversations(place)).toMatchObject([
      { id: 'c1', title: 'Invoices in Portugal', updatedAtMs: 99 },
    ]);
  });

  it('[D6] keeps at most 100 drafts, and none that is blank', async () => {
    const place = freshPlace();
    for (let at = 0; at < 102; at++) await keepDraft(place, { conversationId: `c${at}`, text: 'x', atMs: at });
    expect([await readDraft(place, 'c1'), await readDraft(place, 'c2')]).toEqual(['', 'x']);
    await keepDraft(place, { conversationId: 'c2', text: '  ', atMs: 200 });
    expect(await readDraft(place, 'c2')).toBe('');
  });
});

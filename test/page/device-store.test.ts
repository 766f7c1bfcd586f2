import { describe, expect, it } from 'vitest';
import { readDraft } from '#device/drafts.ts';
import { openDeviceStore } from '../../src/app/device-store.ts';
import { freshPlace } from '../fakes/device/place.ts';
import { someTurn } from '../fakes/device/rows.ts';

const turn = someTurn();
const sent = { path: '/ai', body: '{"messages":[{"role":"user","content":"Where is the station?"}],"stream":true}' };

describe('a question', () => {
  it('[G1] is kept with its ask as it goes out, where asks of its feature may wait', async () => {
    const store = openDeviceStore(freshPlace(), 'new', () => ({ name: 'default', queue: true }));
    expect(await store.addTurn(turn, sent, () => null)).toBe(true);
    const [told] = await store.readConversation('c1');
    expect(told?.answer).toMatchObject({
      askId: turn.id,
      feature: 'default',
      state: { kind: 'open', text: '' },
      resend: { ...sent, key: turn.id, question: turn.prompt, state: { kind: 'queued' } },
    });
  });

  it('[G1] is kept alone where they may not, and not at all where nothing may stand', async () => {
    const alone = openDeviceStore(freshPlace(), 'new', () => ({ name: 'default', queue: false }));
    expect(await alone.addTurn(turn, sent, () => null)).toBe(false);
    expect(await alone.readConversation('c1')).toMatchObject([{ answer: null }]);
    const none = openDeviceStore(freshPlace(), 'new', () => null);
    expect(await none.addTurn(turn, sent, () => null)).toBe(false);
    expect(await none.readConversation('c1')).toEqual([]);
  });
});

describe('drafts', () => {
  it('[G4] a draft is read as it stands after the last keystroke, however slow the disk is', async () => {
    const place = freshPlace();
    const store = openDeviceStore(place, 'new', () => ({ name: 'default', queue: true }));
    const question = 'How do I ask for an invoice in Portuguese?';
    const writes = Array.from(question, (_, at) =>
      store.keepDraft({ conversationId: 'new', text: question.slice(0, at + 1), atMs: at }),
    );
    expect(await store.readDraft('new')).toBe(question);

    await store.keepDraft({ conversationId: 'new', text: '', atMs: 100 });
    expect(await store.readDraft('new')).toBe('');
    await Promise.all(writes);
    // Words that were typed over while a write was on its way were not written: one write and its telling each.
    expect(place.told.length).toBeLessThan(5);
  });

  it('[G4] a draft goes in the moment in which its question is kept, and what is typed meanwhile stays', async () => {
    const place = freshPlace();
    const store = openDeviceStore(place, 'new', () => ({ name: 'default', queue: true }));
    void store.keepDraft({ conversationId: 'new', text: turn.prompt, atMs: 1 });
    await store.addTurn(turn, sent, () => 'new');
    expect(await readDraft(place, 'new')).toBe('');

    let was: string | null = 'new';
    void store.keepDraft({ conversationId: 'new', text: 'And the exit?', atMs: 2 });
    const kept = store.addTurn({ ...turn, id: '01890000-0000-7000-8000-000000000002' }, sent, () => was);
    was = null;
    await store.keepDraft({ conversationId: 'new', text: 'And the lift?', atMs: 3 });
    await kept;
    expect(await readDraft(place, 'new')).toBe('And the lift?');
  });
});

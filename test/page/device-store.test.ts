import { describe, expect, it } from 'vitest';
import { openDeviceStore } from '../../src/app/device-store.ts';
import { freshPlace } from '../fakes/device/place.ts';

describe('drafts', () => {
  it('[G4] a draft is read as it stands after the last keystroke, however slow the disk is', async () => {
    const place = freshPlace();
    const store = openDeviceStore(place, () => true);
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
});

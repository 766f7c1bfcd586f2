import { expect, it } from 'vitest';
import { read, write, type Place } from '#device/database.ts';
import { keepDraft } from '#device/drafts.ts';
import { keepPack } from '#device/packs.ts';
import { forgetSaved, putBackSaved } from '#device/saved-answers.ts';
import { forgetEverything, forgetFeature, measureStored } from '#device/stored.ts';
import { openWorld, writeTurn } from '../fakes/device/world.ts';

const ID = '01890000-0000-7000-8000-000000000001';
const LATER = '01890000-0000-7000-8000-000000000002';

it('[TR30] what is stored is counted and weighed by kind, saved answers by feature, without opening a word', async () => {
  const { world, place } = await fill();
  const stored = await world.drive(measureStored(place));
  expect([...stored.saved]).toEqual([['chat', { count: 1, bytes: expect.any(Number) as number }]]);
  for (const kind of ['history', 'waiting', 'drafts', 'packs'] as const) {
    expect([kind, stored[kind].count]).toEqual([kind, 1]);
    expect(stored[kind].bytes).toBeGreaterThan(50);
  }
  await world.drive(manySaved(place, 450));
  expect((await world.drive(measureStored(place))).saved.get('other')).toEqual({ count: 450, bytes: 45_000 });
});

it('[TR31] one feature is forgotten alone, and everything at once; what the router is yet to be told stays', async () => {
  const { world, place } = await fill();
  await world.drive(manySaved(place, 3));
  await world.drive(forgetFeature(place, 'other'));
  expect([...(await world.drive(measureStored(place))).saved.keys()]).toEqual(['chat']);
  const events = await world.drive(read(place, ['events'], (tx) => tx.objectStore('events').count()));
  await world.drive(forgetEverything(place));
  const after = await world.drive(measureStored(place));
  expect([after.saved.size, after.history.count, after.waiting.count, after.drafts.count, after.packs.count]).toEqual([
    0, 0, 0, 0, 0,
  ]);
  expect(after.events.count).toBe(events);
});

/** A device that holds one of each. */
async function fill() {
  const world = openWorld();
  const place = await world.place();
  await writeTurn(world, ID, 'Why?');
  const response = await world.ask({ prompt: 'Why?', stream: true }, { 'idempotency-key': ID });
  await world.drive(response.text());
  await world.over();
  world.router.line = 'down';
  await world.ask({ prompt: 'And then?' }, { 'idempotency-key': LATER, prefer: 'respond-async' });
  await world.over();
  await world.drive(keepDraft(place, { conversationId: 'new', text: 'Perhaps', atMs: 1 }));
  const spent = { nanoUsd: 0, unknown: 0, asks: 0 };
  const pack = {
    id: 'p',
    name: 'Demo',
    demoAtMs: null,
    items: [],
    spent,
    expectedNanoUsd: null,
    rehearsed: null,
    createdAtMs: 0,
  };
  await world.drive(keepPack(place, pack, [], 0));
  return { world, place };
}

function manySaved(place: Place, count: number): Promise<void> {
  return write(place, ['saved'], async (tx) => {
    for (let nth = 0; nth < count; nth++) {
      const head = { key: `other-${nth}`, feature: 'other', savedAtMs: 1, usedAtMs: nth, bytes: 100, promptVersion: 1 };
      await tx.objectStore('saved').put({ ...head, sealed: { v: 1 } });
    }
  });
}

it('[TR34] a forgotten answer comes back as it was, unless its question was answered anew meanwhile', async () => {
  const { world, place } = await fill();
  const one = async (): Promise<Record<string, unknown> | undefined> =>
    (await world.drive(read(place, ['saved'], (tx) => tx.objectStore('saved').getAll())))[0] as
      Record<string, unknown> | undefined;
  const before = await one();
  const key = String(before?.['key']);
  const raw = await world.drive(forgetSaved(place, key));
  expect(await one()).toBeUndefined();
  await world.drive(putBackSaved(place, key, raw));
  expect(await one()).toEqual(before);
  await world.drive(putBackSaved(place, key, { ...before, bytes: 1 }));
  expect((await one())?.['bytes']).toBe(before?.['bytes']);
  await world.drive(putBackSaved(place, 'gone', undefined));
});

import { describe, expect, it } from 'vitest';
import { read, write, type Place } from '#device/database.ts';
import type { Pack } from '#device/pack.ts';
import { keepPack, readHeld, readNewestHeld, readPacks, removePack } from '#device/packs.ts';
import type { SavedRow } from '#device/rows.ts';
import { evictSaved, trimSaved } from '#device/saved-answers.ts';
import { sealRow } from '#device/sealed-rows.ts';
import { freshPlace } from '../fakes/device/place.ts';
import { somePolicy } from '../fakes/device/router.ts';
import { openWorld } from '../fakes/device/world.ts';

const ID = '01890000-0000-7000-8000-000000000001';

describe('a travel pack on the device', () => {
  it('[TR13] holds its answers: no bound of count or bytes removes them, not on a full disk either', async () => {
    const place = freshPlace();
    for (let nth = 0; nth < 8; nth++) await putSaved(place, `k${nth}`, { usedAtMs: nth, savedAtMs: nth });
    await keepPack(place, somePack('p'), ['k0', 'k1', 'not-yet'], 0);
    await trimSaved(place, bounded(4), 0);
    // They count first, so the bound holds for all together.
    expect(await keys(place)).toEqual(['k0', 'k1', 'k6', 'k7']);
    await trimSaved(place, bounded(1), 0);
    expect(await keys(place)).toEqual(['k0', 'k1']);
    await evictSaved(place);
    expect(await keys(place)).toEqual(['k0', 'k1']);
    await putSaved(place, 'not-yet', { usedAtMs: -1 });
    await putSaved(place, 'other', { usedAtMs: 99 });
    await evictSaved(place);
    expect(await keys(place)).toEqual(['k0', 'k1', 'not-yet']);
  });

  it('[TR13] lets go of them with the last pack that holds them, and never beyond the days that the policy keeps answers', async () => {
    const place = freshPlace();
    await putSaved(place, 'k0', { usedAtMs: 1, savedAtMs: 0 });
    await putSaved(place, 'k1', { usedAtMs: 2, savedAtMs: 9 });
    await keepPack(place, somePack('p'), ['k0', 'k1'], 0);
    await keepPack(place, somePack('q'), ['k0', 'k1'], 0);
    await removePack(place, 'p');
    await trimSaved(place, bounded(0), 0);
    expect(await keys(place)).toEqual(['k0', 'k1']);
    await trimSaved(place, bounded(0), 30 * 86_400_000 + 5);
    expect(await keys(place)).toEqual(['k1']);
    await removePack(place, 'q');
    await trimSaved(place, bounded(0), 0);
    expect(await keys(place)).toEqual([]);
  });

  it('[TR14] is sealed as everything else: on the disk stand its id, its date of change and keyed hashes', async () => {
    const place = freshPlace();
    await keepPack(place, somePack('p', 'Lisbon demo'), ['k0'], 7);
    const [stored] = (await read(place, ['packs'], (tx) => tx.objectStore('packs').getAll())) as object[];
    expect(Object.keys(stored ?? {}).sort()).toEqual(['id', 'keys', 'sealed', 'updatedAtMs']);
    expect(await readPacks(place)).toEqual([somePack('p', 'Lisbon demo')]);
  });

  it('[TR14] comes back the latest first, a broken one costs itself, and there are 20 at most', async () => {
    const place = freshPlace();
    for (let nth = 0; nth < 20; nth++) expect(await keepPack(place, somePack(`p${nth}`), [], nth)).toBe(true);
    expect(await keepPack(place, somePack('one more'), [], 99)).toBe(false);
    expect(await keepPack(place, somePack('p0'), [], 99)).toBe(true);
    await write(place, ['packs'], (tx) =>
      tx.objectStore('packs').put({ id: 'p1', updatedAtMs: 1, keys: [], sealed: { v: 1 } }),
    );
    const packs = await readPacks(place);
    expect([packs.length, packs[0]?.id, packs[1]?.id]).toEqual([19, 'p0', 'p19']);
  });

  it('[TR6] knows of each answer when it was made and what it cost, for the pack and for its estimate', async () => {
    const place = freshPlace();
    await putSaved(
      place,
      'k0',
      { savedAtMs: 90_000 },
      { age_seconds: 60, source: 'router-cache', cost_usd: '0.000000000' },
    );
    await putSaved(place, 'k1', { savedAtMs: 95_000 }, { cost_usd: null });
    const held = await readHeld(place, ['k0', 'gone']);
    expect([...held.values()]).toEqual([
      {
        key: 'k0',
        feature: 'chat',
        savedAtMs: 90_000,
        madeAtMs: 30_000,
        bytes: 500,
        costUsd: '0.000000000',
        live: false,
      },
    ]);
    expect((await readNewestHeld(place)).map(({ key, live, costUsd }) => [key, live, costUsd])).toEqual([
      ['k1', true, null],
      ['k0', false, '0.000000000'],
    ]);
  });
});

it('[TR7] an ask ahead of a journey is kept as a saved answer and stands in no history', async () => {
  const world = openWorld();
  const place = await world.place();
  const headers = { 'idempotency-key': ID, 'x-layover-history': 'none' };
  const response = await world.ask({ prompt: 'Why?', stream: true }, headers);
  await world.drive(response.text());
  await world.over();
  expect(await world.drive(read(place, ['answers'], (tx) => tx.objectStore('answers').getAllKeys()))).toEqual([]);
  expect(await world.drive(read(place, ['saved'], (tx) => tx.objectStore('saved').count()))).toBe(1);
  // The same question of a person is answered by it.
  world.router.line = 'down';
  const asked = await world.ask({ prompt: 'Why?' });
  expect(asked.headers.get('x-layover-source')).toBe('saved');
});

function bounded(count: number): ReturnType<typeof somePolicy> {
  const policy = somePolicy();
  policy.limits.saved_count = count;
  return policy;
}

async function keys(place: Place): Promise<unknown[]> {
  return read(place, ['saved'], (tx) => tx.objectStore('saved').getAllKeys());
}

async function putSaved(
  place: Place,
  key: string,
  changes: Partial<SavedRow> = {},
  provenance: Partial<SavedRow['answer']['provenance']> = {},
): Promise<void> {
  const row: SavedRow = {
    key,
    feature: 'chat',
    question: 'Why?',
    answer: {
      id: ID,
      model: 'demo/one',
      createdSeconds: 1,
      text: 'Because.',
      toolCalls: [],
      finishReason: 'stop',
      usage: null,
      provenance: {
        id: ID,
        source: 'provider',
        provider: 'one',
        model: 'demo-1',
        attempts: 1,
        hops: 0,
        cost_usd: '0.000100000',
        cost_estimated: false,
        degraded: [],
        age_seconds: 0,
        first_token_ms: 12,
        demo: true,
        ...provenance,
      },
    },
    savedAtMs: 0,
    usedAtMs: 0,
    bytes: 500,
    promptVersion: 1,
    ...changes,
  };
  const stored = await sealRow(place, 'saved', row);
  await write(place, ['saved'], (tx) => tx.objectStore('saved').put(stored));
}

function somePack(id: string, name = 'Demo'): Pack {
  const spent = { nanoUsd: 0, unknown: 0, asks: 0 };
  return { id, name, demoAtMs: null, items: [], spent, expectedNanoUsd: null, rehearsed: null, createdAtMs: 0 };
}

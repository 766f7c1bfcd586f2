import { expect, it } from 'vitest';
import { read } from '#device/database.ts';
import type { Pack } from '#device/pack.ts';
import { readHeld } from '#device/packs.ts';
import { carryIn, carryOut } from '../../src/travel/carried.ts';
import { makeItem, makePack } from '../../src/travel/new-pack.ts';
import { openGround } from '../../src/travel/ground.ts';
import type { FileItem } from '../../src/travel/pack-file.ts';
import type { Ground } from '../../src/travel/travel.ts';
import { openWorld, type World } from '../fakes/device/world.ts';

const DAY_MS = 86_400_000;

it('[TR15] an answer that came by file is found under this device’s own key, with its true age', async () => {
  const home = await openDevice();
  const pack = packOf(home.world, ['Why is the sky blue?']);
  const asked = await home.world.ask({ messages: [{ role: 'user', content: 'Why is the sky blue?' }] });
  await asked.text();
  await home.world.over();
  const { content, answers } = await home.world.drive(carryOut(pack, home.ground, home.world.router.policy));
  expect(answers).toBe(1);

  const away = await openDevice();
  await away.world.clock.advance(2 * 3_600_000);
  const rules = rulesOf(away.world);
  const carried = await away.world.drive(carryIn({ ...content, spoiled: 0 }, away.ground, rules));
  expect(carried).toMatchObject({
    answers: 1,
    leftOut: 0,
    items: [{ prompt: 'Why is the sky blue?', importedAtMs: rules.nowMs }],
  });
  away.world.router.line = 'down';
  const given = await away.world.ask({ prompt: 'Why is the sky blue?' });
  expect([given.headers.get('x-layover-source'), Number(given.headers.get('age'))]).toEqual(['saved', 7_200]);
  // The two devices keep it under keys of their own.
  const keyOf = ({ ground, world }: typeof home): Promise<string | null> =>
    world.drive(ground.keyOf({ feature: 'chat', prompt: 'Why is the sky blue?' }, world.router.policy));
  expect(await keyOf(home)).not.toBe(await keyOf(away));
});

it('[TR16] the rules of this device hold for what comes in: other instructions, too old, personal, never stored, and one of its own that is newer', async () => {
  const { world, ground } = await openDevice();
  const nowMs = world.clock.now();
  const items = [
    carriedItem('Fresh?', { saved_at_ms: nowMs - DAY_MS }),
    carriedItem('Other instructions?', { prompt_version: 2 }),
    carriedItem('Another model?', { model: 'app/other' }),
    carriedItem('Too old?', { saved_at_ms: nowMs - 31 * DAY_MS }),
    carriedItem('Write to ada@example.com'),
    carriedItem('Gone?', { feature: 'gone' }),
    carriedItem('From the future?', { saved_at_ms: nowMs + DAY_MS }),
    carriedItem('Without?', { answer: null }),
  ];
  const carried = await world.drive(
    carryIn({ name: 'Demo', demoAtMs: null, items, spoiled: 0 }, ground, rulesOf(world)),
  );
  expect(carried.items.map(({ importedAtMs }) => importedAtMs !== null)).toEqual([
    true,
    false,
    false,
    false,
    false,
    false,
    true,
    false,
  ]);
  expect([carried.answers, carried.leftOut]).toEqual([2, 5]);
  const key = await world.drive(ground.keyOf({ feature: 'chat', prompt: 'From the future?' }, world.router.policy));
  const savedAt = async (): Promise<number | undefined> =>
    (await world.drive(readHeld(ground.place, [key ?? '']))).get(key ?? '')?.savedAtMs;
  expect(await savedAt()).toBe(nowMs);
  const older = [carriedItem('From the future?', { saved_at_ms: nowMs - 5 })];
  await world.drive(carryIn({ name: 'Demo', demoAtMs: null, items: older, spoiled: 0 }, ground, rulesOf(world)));
  expect(await savedAt()).toBe(nowMs);
  const [chat] = world.router.policy.features;
  if (chat !== undefined) chat.device.store = 'never';
  const none = await world.drive(
    carryIn({ name: 'Demo', demoAtMs: null, items: [carriedItem('Never?')], spoiled: 0 }, ground, rulesOf(world)),
  );
  expect(none.answers).toBe(0);
  expect(await world.drive(read(ground.place, ['saved'], (tx) => tx.objectStore('saved').count()))).toBe(2);
});

async function openDevice(): Promise<{ world: World; ground: Ground }> {
  const world = openWorld();
  const own = { device: world.device } as Parameters<typeof openGround>[0];
  const ground = await world.drive(openGround(own));
  if (ground === null) throw new Error('Nothing may be kept.');
  return { world, ground };
}

function rulesOf({ router, clock, parts }: World) {
  const make = { clock, random: parts.random };
  return {
    policy: router.policy,
    nowMs: clock.now(),
    makeItem: (feature: string, prompt: string) => makeItem(feature, prompt, make),
  };
}

function packOf({ clock, parts }: World, prompts: string[]): Pack {
  const make = { clock, random: parts.random };
  const items = prompts.map((prompt) => makeItem('chat', prompt, make));
  return makePack({ name: 'Demo', demoAtMs: null, items }, make);
}

function carriedItem(prompt: string, changes: Partial<FileItem> = {}): FileItem {
  return {
    feature: 'chat',
    prompt,
    prompt_version: 1,
    model: 'app/chat',
    answer: {
      id: 'a',
      model: 'demo/one',
      createdSeconds: 1,
      text: 'Because.',
      toolCalls: [],
      finishReason: 'stop',
      usage: null,
      provenance: {
        id: 'a',
        source: 'provider',
        provider: 'one',
        model: 'demo-1',
        attempts: 1,
        hops: 0,
        cost_usd: null,
        cost_estimated: false,
        degraded: [],
        age_seconds: 0,
        first_token_ms: 1,
        demo: false,
      },
    },
    saved_at_ms: 1,
    ...changes,
  };
}

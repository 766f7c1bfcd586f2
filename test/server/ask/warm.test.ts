import { expect, test } from 'vitest';
import { createWarm } from '../../../server/ask/warm.ts';
import { warmCommand } from '../../../server/cli/commands/warm.ts';
import { finish, refuse } from '../../fakes/provider/script.ts';
import { testTerminal } from '../cli/terminal.ts';
import { json, MASTER_KEY, openSurface, ORIGIN } from '../http/surface.ts';
import { never, openRig, type Rig } from './rig.ts';

const system = 'word '.repeat(3_000);
const prices = {
  inputPicoUsd: 1_000_000,
  outputPicoUsd: 5_000_000,
  cachedInputPicoUsd: 100_000,
  cacheWritePicoUsd: 1_250_000,
};
const written = { input_tokens: 2, output_tokens: 0, cache_creation_input_tokens: 3_000, cache_read_input_tokens: 0 };

async function warmRig(): Promise<Rig> {
  const rig = await openRig({
    feature: { name: 'default', system, promptCache: { ttl: '5m', blocks: ['system'] } },
    second: { prices },
  });
  rig.second.script([finish({ reason: 'max_tokens', usage: written })]);
  return rig;
}

test('[M11] the beginning goes to every deployment of the alias, asks for no answer on Anthropic’s wire, and is booked as synthetic', async () => {
  const rig = await warmRig();
  const { warmed, left } = await createWarm(rig.parts).warm({ tenant: 'acme', feature: null }, never);
  expect(left).toEqual([]);
  expect(
    warmed.map(({ status, written_tokens, cost_nano_usd }) => [status, written_tokens, cost_nano_usd]).at(1),
  ).toEqual(['ok', 3_000, 3_752_000]);
  expect(rig.first.calls[0]?.body).toMatchObject({ max_completion_tokens: 1 });
  const { body } = rig.second.calls[0] ?? {};
  expect(body).toMatchObject({ max_tokens: 0, system: [{ text: system, cache_control: { type: 'ephemeral' } }] });
  const rows = await rig.rows(2);
  expect(rows.map(({ ask, attempts }) => [ask.synthetic, ask.user_id, attempts[0]?.role])).toEqual([
    [true, 'warm', 'probe'],
    [true, 'warm', 'probe'],
  ]);
  const figures = await rig.stores.ledger.figures({ tenant: null, fromMs: 0, toMs: 1e15 });
  expect([figures.router.answered, figures.router.cacheSavingsNanoUsd]).toEqual([0, 0]);
});

test('[M11] a deployment that fails says how, and the next one is warmed all the same', async () => {
  const rig = await warmRig();
  rig.first.script(refuse(401));
  const { warmed } = await createWarm(rig.parts).warm({ tenant: 'acme', feature: 'default' }, never);
  expect(warmed.map(({ status }) => status)).toEqual(['unauthorized', 'ok']);
});

test('[M11] what nobody knows beforehand is left out with its reason', async () => {
  const bare = await openRig({ feature: { system: null, promptCache: { ttl: '1h', blocks: ['system'] } } });
  const { warmed, left } = await createWarm(bare.parts).warm({ tenant: 'acme', feature: null }, never);
  expect([warmed.length, left.map(({ why }) => why)]).toEqual([0, [expect.stringContaining('no `system` text')]]);
  const off = await openRig({ feature: { system, promptCache: null } });
  expect((await createWarm(off.parts).warm({ tenant: 'acme', feature: null }, never)).left[0]?.why).toContain('off');
});

test('[M11] over HTTP and by the command: for operators, a feature that is not there is refused, and each line says what it cost', async () => {
  const rig = await warmRig();
  const surface = openSurface({ parts: { warm: createWarm(rig.parts) } });
  expect((await surface.plain('/api/warm', json({}))).status).toBe(401);
  expect((await surface.request('/api/warm', json({ feature: 'none' }))).status).toBe(400);
  const terminal = testTerminal({ LAYOVER_URL: ORIGIN, LAYOVER_KEY: MASTER_KEY });
  terminal.fetch = (address, init) => surface.plain(new URL(address).pathname, init);
  const given = { words: [], options: { feature: null, tenant: null } };
  expect(await warmCommand.run(given, terminal)).toBe(0);
  expect(terminal.said.out).toMatch(/at .*: 3000 tokens written, 0 were there already\. \$0\.003752000\.\n$/);
});

test('[M10] what a prompt cache saved is in the ledger, and in the figures of the SLO', async () => {
  const rig = await openRig({ first: { order: 3 }, second: { prices } });
  const usage = { ...written, cache_read_input_tokens: 8_000 };
  rig.second.script([finish({ usage })]);
  await rig.answer({ prompt: 'Hi' });
  const [row] = await rig.rows();
  // 8,000 tokens at 0.9 of a micro-dollar less, 3,000 at 0.25 more.
  expect(row?.ask.cache_savings_nano_usd).toBe(7_200_000 - 750_000);
  const { router } = await rig.stores.ledger.figures({ tenant: 'acme', fromMs: 0, toMs: 1e15 });
  expect(router.cacheSavingsNanoUsd).toBe(6_450_000);
  const other = await rig.stores.ledger.figures({ tenant: 'other', fromMs: 0, toMs: 1e15 });
  expect(other.router.cacheSavingsNanoUsd).toBe(0);
});

import { afterEach, expect, test, vi } from 'vitest';
import { composeRouter } from '../../../server/compose.ts';
import type { NotedCall } from '../../../server/store/journal.ts';
import { openStores } from '../../../server/store/open.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { seededRandom } from '../../fakes/random.ts';
import { cleanUp, emptyFolder } from './router-start.ts';
import { openSurface } from './surface.ts';

// A whole router with a database thread of its own: slow where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

afterEach(cleanUp);

const owner = { tenant: 'acme', user: 'ada' };
const call: NotedCall = {
  provider: 'openai/north-large',
  model: 'north-large',
  role: 'first',
  startedAtMs: fakeClock().now(),
  ended: null,
  inputTokens: 250,
  outputTokens: 0,
  estimated: true,
  costNanoUsd: 500,
  prices: { inputPicoUsd: 2_000, outputPicoUsd: 2_000, cachedInputPicoUsd: 2_000, cacheWritePicoUsd: 2_000 },
};

test('[B32] after a crash a call that was noted is booked to its month by estimate, with what came of it, and what was set aside is given back', async () => {
  const clock = fakeClock();
  const nowMs = clock.now();
  const folder = emptyFolder();
  const before = await openStores({ dataFolder: folder, onProblem: () => {} });
  for (const askId of ['asked', 'begun', 'free']) {
    const tags = { feature: 'default', synthetic: false, arrivedAtMs: nowMs };
    await before.journal.claim({
      owner,
      askId,
      key: null,
      bodyHash: askId,
      discreet: false,
      nowMs,
      keepMs: 1e9,
      tags,
      cacheKey: '',
    });
    if (askId === 'free') continue;
    await before.journal.note(askId, [call]);
    const scopes = [{ kind: 'tenant' as const, name: '', capNanoUsd: 1_000_000 }];
    const times = { arrivedAtMs: nowMs, nowMs, expiresAtMs: nowMs + 60_000 };
    await before.budget.reserve({ askId, run: 1, tenant: 'acme', scopes, amountNanoUsd: 9_000, ...times });
  }
  await before.journal.append('begun', [
    { seq: 1, event: { type: 'answer-start', model: 'm', createdSeconds: 1 } },
    { seq: 2, event: { type: 'text-delta', text: 'Hello, you' } },
  ]);
  await before.close();

  const router = await composeRouter({
    configuration: openSurface().configuration,
    readConfiguration: async () => openSurface().configuration,
    dataFolder: folder,
    pageFolder: emptyFolder(),
    worker: 'on',
    host: '127.0.0.1',
    masterKey: 'lk-crash-test',
    devPage: null,
    version: '0.1.0',
    clock,
    random: seededRandom(),
    log: { info: () => {}, warn: () => {}, error: () => {} },
  });
  await router.close();

  const after = await openStores({ dataFolder: folder, onProblem: () => {} });
  const lines = await after.budget.lines({ monthOfMs: nowMs, tenant: 'acme', nowMs, limit: 10 });
  // 500 for each prompt, and 10 bytes of an answer: 3 tokens of 2 nano-dollars.
  expect(lines.map(({ kind, spentNanoUsd, reservedNanoUsd }) => [kind, spentNanoUsd, reservedNanoUsd])).toEqual([
    ['tenant', 1_006, 0],
    ['user', 1_006, 0],
  ]);
  const rows = await after.ledger.recent({ tenant: 'acme', limit: 10 });
  const told = rows.map(({ ask, attempts }) => [
    ask.request_id,
    ask.outcome,
    ask.cost_nano_usd,
    ask.tokens_estimated,
    attempts.length,
  ]);
  expect(told.sort()).toEqual([
    ['asked', 'failed', 500, true, 1],
    ['begun', 'incomplete', 506, true, 1],
    ['free', 'failed', null, false, 0],
  ]);
  await after.close();
});

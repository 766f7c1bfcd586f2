import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stdout } from 'node:process';
import { openStores, type Stores } from '../../server/store/open.ts';

/**
 * What batching is worth: the same appends waited for one by one, and called together as 64 asks at a time do.
 * Run it with `node test/bench/store.bench.ts`. Only the ratio means something; its spread is printed with it.
 */
const APPENDS = 3_000;
const ROUNDS = 5;
const owner = { tenant: 'acme', user: 'bench' };

async function claimOne(stores: Stores, askId: string): Promise<void> {
  await stores.journal.claim({
    owner,
    askId,
    key: null,
    bodyHash: 'body-1',
    discreet: false,
    nowMs: 0,
    keepMs: 1e9,
    tags: { feature: 'default', synthetic: false, arrivedAtMs: 0 },
  });
}

function append(stores: Stores, askId: string, seq: number): Promise<void> {
  return stores.journal.append(askId, [{ seq, event: { type: 'text-delta', text: 'some twenty letters ' } }]);
}

async function oneByOne(stores: Stores, round: number): Promise<void> {
  const askId = `alone-${round}`;
  await claimOne(stores, askId);
  for (let seq = 1; seq <= APPENDS; seq++) await append(stores, askId, seq);
}

async function together(stores: Stores, round: number): Promise<void> {
  const asks = Array.from({ length: 64 }, (_, at) => `together-${round}-${at}`);
  await Promise.all(
    asks.map(async (askId) => {
      await claimOne(stores, askId);
      for (let seq = 1; seq <= APPENDS / asks.length; seq++) await append(stores, askId, seq);
    }),
  );
}

async function perSecond(run: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await run();
  return (APPENDS / (performance.now() - startedMs)) * 1_000;
}

const folder = await mkdtemp(join(tmpdir(), 'layover-bench-'));
const stores = await openStores({ dataFolder: folder, onProblem: console.error });
const ratios: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const alone = await perSecond(() => oneByOne(stores, round));
  const batched = await perSecond(() => together(stores, round));
  ratios.push(batched / alone);
  stdout.write(`round ${round + 1}: ${alone.toFixed(0)} appends/s one by one, ${batched.toFixed(0)} batched\n`);
}
ratios.sort((a, b) => a - b);
const [lowest = 0] = ratios;
const median = ratios[Math.floor(ROUNDS / 2)] ?? 0;
stdout.write(`batched : one by one = ${median.toFixed(1)} (${lowest.toFixed(1)}–${(ratios.at(-1) ?? 0).toFixed(1)})\n`);
await stores.close();
await rm(folder, { recursive: true });

import { expect, it } from 'vitest';
import { rowsOfCut } from '../../../server/ask/cut-asks.ts';
import { gate } from '../../fakes/provider/gate.ts';
import { answer, cut, hold, open, refuse, say } from '../../fakes/provider/script.ts';
import { openRig } from './rig.ts';

it('[A8] [J14] what an ask called stands in the journal while it runs, and prices it when its process ends', async () => {
  const rig = await openRig();
  const sent = gate();
  rig.first.script(refuse(503), [say('Hello there, and '), cut()]);
  rig.second.script([open(), hold(sent)]);
  const handle = await rig.ask({ prompt: '12345678' });
  await sent.reached;
  await rig.clock.settle();
  const [asked] = await rig.stores.journal.recover(rig.clock.now());
  if (asked === undefined) throw new Error('Nothing ran.');
  const { ask, attempts } = rowsOfCut(asked);
  expect(attempts.map(({ role, status, cost_nano_usd }) => [role, status, cost_nano_usd])).toEqual([
    ['first', 'rejected', 0],
    // Two tokens in, five out: 2 + 10.
    ['retry', 'cut', 12],
    // Asked to go on: what was sent, and for what is kept of the answer.
    ['continuation', 'crashed', expect.any(Number)],
  ]);
  const total = attempts.reduce((sum, row) => sum + (row.cost_nano_usd ?? Number.NaN), 0);
  expect(total).toBeGreaterThan(12);
  expect(ask).toMatchObject({
    ...{ request_id: handle.askId, outcome: 'incomplete', tokens_estimated: true, cost_nano_usd: total },
    ...{ retries: 1, failover_hops: 1, provider: 'second/model' },
  });
  handle.leave();
});

it('[A8] the price of an ask of which nothing was noted is unknown', async () => {
  const rig = await openRig();
  rig.first.otherwise(answer('Hi'));
  const tags = { feature: 'default', synthetic: false, arrivedAtMs: 1 };
  const owner = { tenant: 'acme', user: 'ada' };
  const { ask } = rowsOfCut({ owner, askId: 'a', run: 1, tags, begun: false, calls: [], answerBytes: 0 });
  expect(ask).toMatchObject({ cost_nano_usd: null, input_tokens: null, outcome: 'failed', tokens_estimated: false });
});

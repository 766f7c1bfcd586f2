import { expect, test } from 'vitest';
import { worstCases, type Death, type WorstCase } from '../../../server/routing/worst-case.ts';
import type { Configuration, Deployment } from '../../../server/config/configuration.ts';
import { openBlackHole } from '../../fakes/provider/black-hole.ts';
import { gate } from '../../fakes/provider/gate.ts';
import { hold, refuse, type Step } from '../../fakes/provider/script.ts';
import { codeOf, never, openRig, type Rig } from '../ask/rig.ts';
import { deploymentOf } from '../ask/sample-configuration.ts';
import { read } from '../config/reading.ts';

function caseOf(configuration: Pick<Configuration, 'deployments' | 'routing'>): WorstCase {
  const [one] = worstCases(configuration);
  if (one === undefined) throw new Error('The configuration has an alias that can be called.');
  return one;
}

/** How long the router itself tries until it gives up, when every deployment dies this way; `meet` waits until attempt `n` is there. */
async function spent(rig: Rig, expected: WorstCase, course: { death: Death; meet: (n: number) => Promise<unknown> }) {
  const from = rig.clock.monotonic();
  const handle = await rig.ask({ prompt: 'Hi' });
  const over = codeOf(handle.opening(never));
  let ended: string | null | undefined;
  void over.then((code) => (ended = code));
  for (const [index, { startMs, endMs }] of expected.allDown[course.death].attempts.entries()) {
    await course.meet(index + 1);
    expect(rig.clock.monotonic() - from).toBe(startMs);
    await rig.clock.advance(endMs - startMs - 1);
    expect(ended).toBeUndefined();
    await rig.clock.advance(1);
  }
  expect(await over).toMatch(/^(?:timeout|providers_down)$/);
  const [row] = await rig.rows();
  return { ms: rig.clock.monotonic() - from, attempts: row?.attempts.length };
}

const limits: Partial<Deployment>[] = [
  {},
  { firstTokenTimeoutMs: 500 },
  { firstTokenTimeoutMs: 29_000, timeoutMs: 31_000 },
];

test.each(limits)(
  '[K27] against silent providers the router takes as long as the worst case says: %o',
  async (limit) => {
    const rig = await openRig({ first: limit });
    for (const provider of [rig.first, rig.second]) provider.otherwise([hold()]);
    const expected = caseOf(rig.configuration);
    const met = (n: number): Promise<unknown> => {
      const { deployment } = expected.allDown.silence.attempts[n - 1] ?? {};
      return (deployment?.id === 'first' ? rig.first : rig.second).called(1);
    };
    const { ms, attempts } = await spent(rig, expected, { death: 'silence', meet: met });
    expect(ms).toBe(expected.allDown.silence.untilMs);
    expect(attempts).toBe(expected.allDown.silence.attempts.length);
  },
);

test('[K27] against providers that swallow connections too: 800 ms for each', async () => {
  const holes = await Promise.all([openBlackHole(), openBlackHole()]);
  const [one, other] = holes.map(({ port }) => ({ apiBase: `http://127.0.0.1:${port}` }));
  const rig = await openRig({ first: one ?? {}, second: other ?? {} });
  const expected = caseOf(rig.configuration);
  expect(expected.allDown['no-connection'].untilMs).toBe(1_600);
  // The wait for a connection is the second timer of an attempt.
  const meet = (): Promise<void> => rig.clock.until(() => rig.clock.timers() >= 2);
  const told = await spent(rig, expected, { death: 'no-connection', meet });
  expect(told).toEqual({ ms: 1_600, attempts: 2 });
  for (const hole of holes) await hole.close();
});

test('[K27] against providers that fail just before they would be given up, each once more', async () => {
  const rig = await openRig();
  const expected = caseOf(rig.configuration).allDown['late-error'];
  expect(expected.attempts.map(({ deployment }) => deployment.id)).toEqual(['first', 'first', 'second', 'second']);
  const gates = expected.attempts.map(() => gate());
  const late = (at: number): Step[] => [hold(gates[at]), ...refuse(503)];
  rig.first.script(late(0), late(1));
  rig.second.script(late(2), late(3));
  const over = codeOf((await rig.ask({ prompt: 'Hi' })).opening(never));
  for (const [at, { deployment, startMs, endMs }] of expected.attempts.entries()) {
    await (deployment.id === 'first' ? rig.first : rig.second).called((at % 2) + 1);
    await rig.clock.advance(endMs - startMs - 1);
    gates[at]?.open();
  }
  expect(await over).toBe('providers_down');
  // A millisecond less for each: at the limit itself it would count as silence.
  expect(rig.clock.monotonic()).toBe(expected.untilMs - expected.attempts.length);
});

test('[K27] when one address is down, the one that stands in is asked after what its predecessors took', async () => {
  const base = { routing: read('model_list: []').routing };
  const nowhere = (id: string, more: Partial<Deployment> = {}): Deployment => ({
    ...deploymentOf(id, { apiBase: `http://${id}.example.com/v1`, apiKey: '' }),
    ...more,
  });
  const twins = [
    nowhere('a', { firstTokenTimeoutMs: 1_000 }),
    nowhere('a', { id: 'a2', firstTokenTimeoutMs: 1_500, order: 2 }),
  ];
  const { oneDown } = caseOf({ ...base, deployments: [...twins, nowhere('b', { order: 3 })] });
  expect(oneDown.map(({ address, walks }) => [address, walks.silence.answeredBy?.id, walks.silence.untilMs])).toEqual([
    ['http://a.example.com/v1', 'b', 2_500],
    ['http://b.example.com/v1', 'a', 0],
  ]);
});

test('[K27] the ask’s own limit bounds it all', async () => {
  const { routing } = read('model_list: []');
  const slow = deploymentOf('a', { apiBase: 'http://a.example.com/v1', apiKey: '' });
  const deployments = ['a', 'b', 'c'].map((id, at) => ({ ...slow, id, order: at, firstTokenTimeoutMs: 20_000 }));
  const { allDown } = caseOf({ routing, deployments });
  expect(allDown.silence.attempts.map(({ endMs }) => endMs)).toEqual([20_000, 30_000]);
});

import { describe, expect, it } from 'vitest';
import type { FailureKind } from '../../../server/providers/provider.ts';
import { REFUSALS, REFUSALS_INSIDE } from '../../fakes/provider/faults.ts';
import { openRig } from './rig.ts';

/** What each kind of failure costs: calls at the provider that fails, calls at the other one, and how its health is then. */
const TABLE: Partial<Record<FailureKind, { failing: number; other: number; health: 'closed' | 'open' }>> = {
  rejected: { failing: 2, other: 1, health: 'closed' },
  'rate-limited': { failing: 1, other: 1, health: 'open' },
  quota: { failing: 1, other: 1, health: 'open' },
  unauthorized: { failing: 1, other: 1, health: 'open' },
  'model-missing': { failing: 1, other: 1, health: 'open' },
  caller: { failing: 1, other: 0, health: 'closed' },
  'context-length': { failing: 1, other: 0, health: 'closed' },
  'content-policy': { failing: 1, other: 0, health: 'closed' },
};

const rows = [...REFUSALS, ...REFUSALS_INSIDE.filter(({ after }) => after === 'head')];

describe.each(['openai', 'anthropic'] as const)('the table of retries on the %s wire', (wire) => {
  it.each(rows)('[R2] [R7] [R12] $name is `$kind` and leads where its row says', async (fault) => {
    const { kind } = fault;
    // The fake on the wire in question goes first.
    const rig = await openRig(wire === 'openai' ? {} : { first: { order: 2 }, second: { order: 1 } });
    const [failing, other] = wire === 'openai' ? [rig.first, rig.second] : [rig.second, rig.first];
    failing.otherwise(fault.attempt(wire, []));
    const { text, handle } = await rig.answer({ prompt: 'Hi' });
    const row = kind === null ? undefined : TABLE[kind];
    expect([failing.calls.length, other.calls.length]).toEqual([row?.failing, row?.other]);
    expect(text).toBe(row?.other === 1 ? 'This is the fake answer.' : '');
    expect(handle.state()).toBe(row?.other === 1 ? 'answered' : 'refused');
    const view = rig.deployments.views().find(({ order }) => order === 1);
    expect(view?.health.kind).toBe(row?.health);
  });
});

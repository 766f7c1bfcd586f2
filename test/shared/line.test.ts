import { describe, expect, it } from 'vitest';
import { judgeLine, type Evidence } from '#shared/line.ts';

const seen = (outcome: Evidence['outcome'], first_token_ms: number | null = null): Evidence => ({
  at_ms: 0,
  outcome,
  first_token_ms,
});

describe('the line', () => {
  it.each([
    ['unknown', []],
    ['online', [seen('offline'), seen('answered', 400)]],
    ['slow', [seen('answered', 400), seen('answered', 3_400)]],
    ['slow', [seen('slow')]],
    ['slow', [seen('cut')]],
    ['offline', [seen('answered', 1), seen('offline')]],
    ['offline', [seen('bad-answer')]],
    ['portal', [seen('portal')]],
  ] as const)('[N12] is %s by what happened to real asks', (state, evidence) => {
    expect(judgeLine(evidence)).toBe(state);
  });
});

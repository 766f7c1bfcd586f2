import { describe, expect, it } from 'vitest';
import type { SloFigure, SloReport } from '#shared/console-wire.ts';
import type { Attempt, Deployment, ToldAsk } from '../../src/console/reports.ts';
import { dollars } from '../../src/console/dollars.ts';
import { judge } from '../../src/console/verdict.ts';
import { wayOf } from '../../src/console/way.ts';

const NOW = 1_000_000;
const figure = (part: Partial<SloFigure> = {}): SloFigure => ({
  value: 99.9,
  n: 500,
  enough: true,
  target: 99.5,
  met: true,
  ...part,
});

function slo(part: Partial<SloReport['router']> = {}, left = 50): SloReport {
  const router = {
    success_percent: figure(),
    first_token_p95_seconds: figure({ value: 1.2, target: 2.5 }),
    cost_average_usd: figure({ value: 0.009, target: 0.015 }),
    cost_p95_usd: figure({ value: 0.02, target: null, met: null }),
    answered: 500,
    failed: 0,
    refused: 0,
    cancelled: 0,
    from_memory: 10,
    cost_unknown: 0,
    ...part,
  };
  return {
    window: { from_ms: 0, to_ms: NOW, days: 30, first_ask_at_ms: 1 },
    router,
    error_budget: { allowed: 50, failed: 50 - left, left, left_percent: left * 2 },
    device: {
      success_percent: figure(),
      first_token_p95_seconds: figure(),
      answered: 1,
      failed: 0,
      saved: 0,
      waited: 0,
      dropped: 0,
      simulated: 0,
    },
  };
}

function deployment(name: string, part: Partial<Deployment> = {}): Deployment {
  return {
    id: name,
    alias: 'app/chat',
    name,
    wire: 'openai',
    order: 1,
    weight: 1,
    demo: false,
    health: { kind: 'closed', recentFails: 0 },
    fault: null,
    ...part,
  };
}
const open = { kind: 'open', untilMs: NOW + 5_000, why: 'No first token within 2.0 s.' } as const;
const halfOpen = { kind: 'half-open', probing: false, why: 'No first token within 2.0 s.' } as const;

describe('the verdict', () => {
  const north = deployment('north');
  const south = deployment('south');
  const fault = { kind: 'blocked', untilMs: NOW + 1 } as const;
  const cases: [string, SloReport, Deployment[], string][] = [
    [
      'nobody is configured',
      slo(),
      [deployment('north', { health: { kind: 'unconfigured', why: 'No key.' } })],
      'No provider is configured.',
    ],
    [
      'nobody answers',
      slo(),
      [deployment('north', { health: open }), deployment('south', { health: open })],
      'No provider answers.',
    ],
    ['one does not', slo(), [deployment('north', { health: open }), south], 'It is the provider, not the network.'],
    ['one is broken on purpose', slo(), [deployment('north', { fault }), south], 'A fault is on, on purpose.'],
    ['the budget is spent', slo({}, -3), [north, south], 'The error budget is spent.'],
    ['too many fail', slo({ success_percent: figure({ met: false }) }), [north], 'Too many asks fail.'],
    [
      'the first token is late',
      slo({ first_token_p95_seconds: figure({ met: false }) }),
      [north],
      'The first token is late.',
    ],
    ['asks are dear', slo({ cost_average_usd: figure({ met: false }) }), [north], 'Asks cost more than they may.'],
    [
      'too little is known',
      slo({ success_percent: figure({ value: null, n: 12, enough: false, met: null }) }),
      [north],
      'Not enough data yet.',
    ],
    ['all is well', slo(), [north, south], 'All is well.'],
    [
      'one waits for its test while another answers',
      slo(),
      [deployment('north', { health: halfOpen }), south],
      'It is the provider, not the network.',
    ],
    ['the only one waits for its test', slo(), [deployment('north', { health: halfOpen })], 'All is well.'],
  ];

  it.each(cases)('[G22] %s', (_name, report, deployments, says) => {
    expect(judge(report, deployments).says).toBe(says);
  });

  it('[G22] says who is left when one does not answer', () => {
    const { evidence } = judge(slo(), [deployment('north', { health: open }), south]);
    expect(evidence).toBe('No first token within 2.0 s. Asks go through south instead.');
  });

  it('[G22] names only who serves the same model as who is left, and a reason of two once', () => {
    const small = deployment('small', { alias: 'app/small' });
    const silent = judge(slo(), [deployment('north', { health: open }), small]);
    expect(silent.says).toBe('No provider answers for app/chat.');
    expect(silent.evidence).toBe('north cools down. Asks get old answers, or a refusal with a reason.');
    const three = ['north', 'east'].map((name) => deployment(name, { health: open }));
    expect(judge(slo(), [...three, south, small]).evidence).toBe(
      'No first token within 2.0 s. Asks go through south instead.',
    );
  });

  it('[G22] does not blame a provider for what was broken on purpose', () => {
    const broken = deployment('north', { health: open, fault });
    expect(judge(slo(), [broken, south])).toMatchObject({
      says: 'A fault is on, on purpose.',
      evidence: 'north. Undo ends it now. Asks go through south instead.',
    });
    expect(judge(slo(), [broken])).toMatchObject({
      says: 'No provider answers.',
      evidence: 'north cools down, broken on purpose: Undo ends it. Asks get old answers, or a refusal with a reason.',
    });
  });
});

describe('the way of an ask', () => {
  const attempt = (provider: string, status: string): Attempt => ({
    attempt: 1,
    provider,
    model: 'large',
    status,
    http_status: null,
    started_at_ms: 0,
    ttft_ms: null,
    total_ms: 1,
    cost_nano_usd: null,
  });
  function told(attempts: Attempt[], part: Partial<ToldAsk['ask']> = {}): ToldAsk {
    const ask: ToldAsk['ask'] = {
      request_id: 'a',
      run: 1,
      tenant_id: 'default',
      feature: 'default',
      provider: null,
      model: null,
      synthetic: false,
      ttft_ms: null,
      latency_ms: null,
      failover_hops: 0,
      cost_nano_usd: null,
      delivery: 'provider',
      outcome: 'answered',
      problem: null,
      arrived_at_ms: 0,
      ...part,
    };
    return { ask, attempts };
  }

  it.each<[ToldAsk, string]>([
    [told([attempt('north', 'ok')]), 'north'],
    [told([attempt('north', 'timeout'), attempt('south', 'ok')]), 'north was late, then south'],
    [
      told([attempt('north', 'cut'), attempt('north', 'cut'), attempt('south', 'ok')]),
      'north broke off, 2 times, then south',
    ],
    [
      told([attempt('north', 'fault:revoked-key'), attempt('south', 'ok')]),
      'north refused the key on purpose, then south',
    ],
    [told([attempt('north', 'brand-new-kind'), attempt('south', 'ok')]), 'north brand new kind, then south'],
    [
      told([attempt('north', 'unreachable')], { outcome: 'failed', problem: 'providers_down' }),
      'north could not be reached, then failed: providers down',
    ],
    [told([], { delivery: 'router-cache' }), 'router’s memory'],
    [told([], { delivery: 'joined' }), 'joined a like ask under way'],
    [told([], { delivery: 'replay' }), 'told again, same key'],
  ])('[G23] reads in order and says why', (ask, words) => {
    expect(wayOf(ask).words).toBe(words);
  });
});

describe('money in the Console', () => {
  it('[G102] is rounded up, and what stands exactly on a unit is left there', () => {
    expect(dollars(0)).toBe('$0.00');
    expect(dollars(1)).toBe('$0.0001');
    expect(dollars(4_200_000)).toBe('$0.0042');
    expect(dollars(3_210_000_000)).toBe('$3.21');
    expect(dollars(3_210_000_001)).toBe('$3.22');
    expect(dollars(1_234_567_890_000)).toBe('$1,234.57');
  });
});

import { expect, test } from 'vitest';
import { budgetReportSchema, safeguardReportSchema } from '#shared/budget-wire.ts';
import type { BudgetLine } from '../../../server/store/budget.ts';
import { codeOf, json, openSurface } from './surface.ts';

const line = (kind: BudgetLine['kind'], name: string, spentNanoUsd: number): BudgetLine => ({
  tenant: 'acme',
  kind,
  name,
  spentNanoUsd,
  reservedNanoUsd: 3,
  steps: kind === 'tenant' ? [{ percent: 60, atMs: 7 }] : [],
});

test('[B54] operators see what a month’s budgets are, what of them is spent and set aside, and which steps were reached', async () => {
  const lines = [line('tenant', '', 61), line('user', 'ada', 40), line('key', 'k1', 21)];
  const { request, configuration } = openSurface({ parts: { budget: { lines: async () => lines } } });
  configuration.tenants.set('acme', {
    monthlyCostNanoUsd: 100,
    userMonthlyCostNanoUsd: 50,
    rate: null,
    userRate: null,
  });
  configuration.tenants.set('quiet', {
    monthlyCostNanoUsd: 9,
    userMonthlyCostNanoUsd: null,
    rate: null,
    userRate: null,
  });
  configuration.tenants.set('free', {
    monthlyCostNanoUsd: null,
    userMonthlyCostNanoUsd: null,
    rate: null,
    userRate: null,
  });
  const response = await request('/api/budgets');
  const report = budgetReportSchema.parse(await response.json());
  expect(report).toEqual({
    month: '2026-01',
    ends_at_ms: Date.UTC(2026, 1, 1),
    unknown_price: 'allow',
    unpriced: ['openai/north-large', 'openai/south-large'],
    tenants: [
      {
        tenant: 'acme',
        ...{ cap_nano_usd: 100, spent_nano_usd: 61, reserved_nano_usd: 3, steps: [{ percent: 60, at_ms: 7 }] },
        safeguard: null,
        users: [{ user: 'ada', cap_nano_usd: 50, spent_nano_usd: 40, reserved_nano_usd: 3, steps: [] }],
        keys: [{ key: 'k1', cap_nano_usd: null, spent_nano_usd: 21, reserved_nano_usd: 3, steps: [] }],
      },
      {
        tenant: 'quiet',
        cap_nano_usd: 9,
        spent_nano_usd: 0,
        reserved_nano_usd: 0,
        steps: [],
        safeguard: null,
        users: [],
        keys: [],
      },
    ],
    is_cut: false,
  });
});

test('[B54] nobody else does', async () => {
  const { plain, signIn } = openSurface();
  const cookie = await signIn();
  for (const path of ['/api/budgets', '/api/safeguard'])
    expect((await plain(path, { headers: { cookie } })).status).toBe(403);
});

test('[B51] operators switch the safeguard mode on and off, for a while, and see it', async () => {
  const { request, configuration, clock } = openSurface();
  configuration.tenants.set('acme', {
    monthlyCostNanoUsd: 100,
    userMonthlyCostNanoUsd: null,
    rate: null,
    userRate: null,
  });
  const on = await request('/api/safeguard', json({ on: true, minutes: 2, tenant: 'acme' }));
  const untilMs = clock.now() + 120_000;
  const set = { switches: [{ tenant: 'acme', on: true, until_ms: untilMs }] };
  expect(safeguardReportSchema.parse(await on.json())).toEqual(set);
  expect(await (await request('/api/safeguard')).json()).toEqual(set);
  const shown = budgetReportSchema.parse(await (await request('/api/budgets')).json());
  expect(shown.tenants[0]?.safeguard).toEqual({ why: 'by-hand', until_ms: untilMs });
  expect(await (await request('/api/safeguard', json({ on: false, tenant: 'acme' }))).json()).toEqual({ switches: [] });
  expect(await codeOf(await request('/api/safeguard', json({ on: true })))).toBe('body_malformed');
});

import { deploymentListSchema, sloReportSchema, type SloFigure } from '#shared/console-wire.ts';
import { readJson } from '#shared/json.ts';
import * as z from 'zod/mini';
import { connectRouter } from './router-client.ts';
import type { Terminal } from './terminal.ts';

const readinessSchema = z.object({ ok: z.boolean(), reasons: z._default(z.array(z.string()), []) });
const bypassSchema = z.object({
  state: z.enum(['on', 'off']),
  by: z.nullable(z.string()),
  until_ms: z.nullable(z.number()),
  primary: z.nullable(z.string()),
});

type Deployment = z.infer<typeof deploymentListSchema>['deployments'][number];

/** How a router is. */
export interface Status {
  origin: string;
  version: string;
  ready: boolean;
  /** Why it is not ready. */
  reasons: string[];
  bypass: z.infer<typeof bypassSchema>;
  deployments: Deployment[];
  slo: z.infer<typeof sloReportSchema>;
}

/** `layover status`. */
export async function readStatus(terminal: Terminal): Promise<Status> {
  const router = await connectRouter(terminal);
  const [readiness, bypass, { deployments }, slo] = await Promise.all([
    router.look('/readyz').then(async (response) => readJson(readinessSchema, await response.text())),
    router.read(bypassSchema, { path: '/api/bypass' }),
    router.read(deploymentListSchema, { path: '/api/deployments' }),
    router.read(sloReportSchema, { path: '/api/slo' }),
  ]);
  return {
    origin: router.origin,
    version: router.caller.version,
    ready: readiness?.ok ?? false,
    reasons: readiness?.reasons ?? ['It does not say whether it is ready.'],
    ...{ bypass, deployments, slo },
  };
}

/** For people. */
export function writeStatus(status: Status, nowMs: number): string {
  const { origin, version, ready, reasons, bypass, deployments, slo } = status;
  const width = Math.max(...deployments.map(({ name }) => name.length));
  const lines = [
    `Layover ${version} on ${origin}: ${ready ? 'ready' : `not ready. ${reasons.join(' ')}`}`,
    ...(bypass.state === 'off' ? [] : [bypassLine(bypass, nowMs)]),
    ...deployments.map(
      (one) => `  ${one.name.padEnd(width)}  ${one.alias}, order ${one.order}: ${healthOf(one, nowMs)}`,
    ),
    `Over ${slo.window.days} days: success ${figure(slo.router.success_percent, ' %')}, first word p95 ${figure(slo.router.first_token_p95_seconds, ' s')}, an ask costs ${figure(slo.router.cost_average_usd, ' $')}; ${slo.error_budget.left} of ${slo.error_budget.allowed} failures left`,
  ];
  return `${lines.join('\n')}\n`;
}

function bypassLine({ by, until_ms: untilMs, primary }: Status['bypass'], nowMs: number): string {
  const end = untilMs === null ? `by the ${by ?? 'router'}` : `for ${inWords(untilMs - nowMs)} more`;
  return `Bypassed, ${end}: every ask goes straight to ${primary ?? 'nobody, as no deployment is ready'}.`;
}

function healthOf({ health, fault }: Deployment, nowMs: number): string {
  const broken = fault === null ? '' : `, with the fault ${fault.kind} on it for ${inWords(fault.untilMs - nowMs)}`;
  switch (health.kind) {
    case 'closed':
      return `well${health.recentFails === 0 ? '' : `, ${health.recentFails} recent failures`}${broken}`;
    case 'open':
      return `left alone for ${inWords(health.untilMs - nowMs)}. ${health.why}${broken}`;
    case 'half-open':
      return `being tested. ${health.why}${broken}`;
    case 'unconfigured':
      return health.why;
    default:
      return health satisfies never;
  }
}

function figure({ value, n, met }: SloFigure, unit: string): string {
  if (value === null) return `not known yet (${n} asks)`;
  return `${value}${unit}${met === false ? ', missed' : ''}`;
}

function inWords(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}

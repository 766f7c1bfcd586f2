import type { DeploymentReach, PreflightReport } from '#shared/preflight-wire.ts';
import type { DeploymentView } from '../routing/health.ts';
import type { AttemptRow } from '../store/ledger.ts';
import type { HttpContext, HttpParts } from './parts.ts';
import { visitFrom } from './visit.ts';

/** How far back a call still tells how a deployment is, and how many of the newest asks are looked at for it. */
const RECENT_MS = 24 * 3_600_000;
const RECENT_ASKS = 200;

const NO_STORE = { 'cache-control': 'no-store' };

/** `GET /healthz`: this process answers. */
export function getHealth(): Response {
  return Response.json({ ok: true }, { headers: NO_STORE });
}

/** `GET /readyz`: every alias has a deployment that may be called now, and the database answers. */
export async function getReadiness(parts: HttpParts): Promise<Response> {
  const reasons = await reasonsAgainst(parts);
  const ok = reasons.length === 0;
  return Response.json(ok ? { ok } : { ok, reasons }, { status: ok ? 200 : 503, headers: NO_STORE });
}

/** `GET /api/preflight`: the same for whoever is signed in, with the router's clock and how each deployment was lately. Calls nobody. */
export async function getPreflight(c: HttpContext, parts: HttpParts): Promise<Response> {
  const { grants } = await parts.callers.identify(visitFrom(c));
  const reasons = await reasonsAgainst(parts);
  const report: PreflightReport = {
    now_ms: parts.clock.now(),
    ready: reasons.length === 0,
    reasons,
    deployments: await reachOf(parts, grants.tenant),
  };
  return Response.json(report, { headers: NO_STORE });
}

async function reasonsAgainst(parts: HttpParts): Promise<string[]> {
  const reasons = aliasesWithout(parts);
  try {
    await parts.checkDatabase();
  } catch (failure) {
    parts.log.error({ err: failure }, 'The database does not answer.');
    reasons.push('The database does not answer.');
  }
  return reasons;
}

function aliasesWithout(parts: HttpParts): string[] {
  const views = parts.deployments.views();
  const served = new Set(views.filter(isCallable).map((view) => view.alias));
  return [...new Set(views.map((view) => view.alias))]
    .filter((alias) => !served.has(alias))
    .map((alias) => `No deployment of \`${alias}\` can be called now.`);
}

/** Half-open: the next ask that finds nobody else goes there. */
function isCallable({ health }: DeploymentView): boolean {
  return health.kind === 'closed' || health.kind === 'half-open';
}

function stateOf(view: DeploymentView): DeploymentReach['state'] {
  if (isCallable(view)) return 'callable';
  return view.health.kind === 'unconfigured' ? 'unconfigured' : 'cooling';
}

/** The deployments that the features can reach, each under its name once, with what the ledger knows of the tenant's own calls. */
async function reachOf(
  { deployments, configuration, ledger, clock, log }: HttpParts,
  tenant: string,
): Promise<DeploymentReach[]> {
  const aliases = new Set([...configuration.features.values()].map((feature) => feature.model));
  const calls = await ledger.recent({ tenant, limit: RECENT_ASKS }).then(
    (asks) => asks.flatMap((ask) => ask.attempts),
    (failure: unknown) => {
      // Then nothing is known of them, and that is what is said.
      log.warn({ err: failure }, 'The ledger does not tell how the deployments were lately.');
      return [];
    },
  );
  const sinceMs = clock.now() - RECENT_MS;
  const byName = new Map<string, DeploymentReach>();
  for (const view of deployments.views().filter(({ alias }) => aliases.has(alias))) {
    const told = reach(view.name, calls, sinceMs);
    const before = byName.get(view.name);
    const state = stateOf(view);
    // One that serves two aliases is as good as the better of the two.
    byName.set(view.name, { ...told, state: before?.state === 'callable' ? 'callable' : state });
  }
  return [...byName.values()];
}

function reach(name: string, calls: readonly AttemptRow[], sinceMs: number): Omit<DeploymentReach, 'state'> {
  const answered = calls.filter(
    (call) => call.provider === name && call.status === 'ok' && call.started_at_ms >= sinceMs,
  );
  const waits = answered.map((call) => call.ttft_ms).filter((wait) => wait !== null);
  waits.sort((a, b) => a - b);
  const ends = answered.map((call) => Math.round(call.started_at_ms + call.total_ms));
  return {
    name,
    answered_at_ms: ends.length === 0 ? null : Math.max(...ends),
    first_token_p50_ms: waits[Math.ceil(waits.length / 2) - 1] ?? null,
    calls: waits.length,
  };
}

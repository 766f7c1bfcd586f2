import type { Clock } from '#shared/clock.ts';

/**
 * What an operator may lay over a deployment on purpose; each with a lease, in memory only, so that a restart heals:
 * `revoked-key` a wrong key is sent in place of ours · `blocked` no connection is made · `slow-first-token` content is held back.
 */
export type FaultKind = 'revoked-key' | 'blocked' | 'slow-first-token';

/** A fault as it lies on a deployment. */
export interface Fault {
  kind: FaultKind;
  /** Unix ms of the end of its lease. */
  untilMs: number;
  /** For `slow-first-token`: content comes this many ms after the call was sent, or later. 0 for the others. */
  delayMs: number;
}

/** The faults that lie on deployments. Rules: docs/behaviour.md, F1–F5. */
export interface Faults {
  /** Lays a fault on a deployment, in place of the one before. Null when there is no such deployment. */
  set(deploymentId: string, fault: { kind: FaultKind; leaseMs: number; delayMs?: number }): Fault | null;
  /** Takes a fault off; false when there was none. */
  clear(deploymentId: string): boolean;
  of(deploymentId: string): Fault | null;
  list(): (Fault & { deploymentId: string })[];
  /** Other deployments are configured; a fault on one that is gone goes with it. */
  reconfigure(deployments: readonly { id: string }[]): void;
}

/** Longest lease of a fault, ms: a forgotten drill heals within half an hour. */
export const MAX_LEASE_MS = 30 * 60_000;

/** Longest time for which content may be held back, ms; as long as a call may wait at all. */
export const MAX_DELAY_MS = 300_000;

/** The key that is sent in place of ours under `revoked-key`. Every provider refuses it. */
export const REVOKED_KEY = 'layover-drill-revoked-key';

/** An overlay without faults, for these deployments. */
export function createFaults(deps: { deployments: readonly { id: string }[]; clock: Clock }): Faults {
  const { clock } = deps;
  let known = new Set(deps.deployments.map(({ id }) => id));
  // The lease runs by the clock that never jumps; `untilMs` is for people. At most one fault per known deployment.
  const laid = new Map<string, { kind: FaultKind; delayMs: number; endsMonotonicMs: number }>();

  function of(deploymentId: string): Fault | null {
    const fault = laid.get(deploymentId);
    if (fault === undefined) return null;
    const leftMs = fault.endsMonotonicMs - clock.monotonic();
    if (leftMs > 0) return { kind: fault.kind, delayMs: fault.delayMs, untilMs: Math.round(clock.now() + leftMs) };
    laid.delete(deploymentId);
    return null;
  }

  return {
    set(deploymentId, { kind, leaseMs, delayMs = 0 }) {
      if (!known.has(deploymentId)) return null;
      laid.set(deploymentId, {
        kind,
        delayMs: kind === 'slow-first-token' ? between(delayMs, 0, MAX_DELAY_MS) : 0,
        endsMonotonicMs: clock.monotonic() + between(leaseMs, 0, MAX_LEASE_MS),
      });
      return of(deploymentId);
    },
    clear(deploymentId) {
      const lay = of(deploymentId) !== null;
      laid.delete(deploymentId);
      return lay;
    },
    of,
    list() {
      return [...laid.keys()].flatMap((deploymentId) => {
        const fault = of(deploymentId);
        return fault === null ? [] : [{ deploymentId, ...fault }];
      });
    },
    reconfigure(deployments) {
      known = new Set(deployments.map(({ id }) => id));
      for (const deploymentId of laid.keys()) if (!known.has(deploymentId)) laid.delete(deploymentId);
    },
  };
}

function between(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

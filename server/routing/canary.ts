import type { Clock } from '#shared/clock.ts';
import type { Log } from '#shared/log.ts';
import type { Deployment } from '../config/configuration.ts';
import { attempt, type AttemptRecord, type OpenProvider } from './attempt.ts';
import type { Deployments } from './deployments.ts';
import type { Faults } from './faults.ts';

/** A deployment is tested only while asks came for its alias within this, ms. */
const WANTED_MS = 15 * 60_000;

/** Most tests of one deployment in an hour, whatever they cost. */
const MAX_TESTS = 60;
const HOUR_MS = 3_600_000;

/** The whole test: a fixed word, and an answer of no length. */
const MESSAGES = [{ role: 'user' as const, content: 'Say: ok' }];
const PARAMETERS = { max_completion_tokens: 5 };

/** Says nothing of the deployment but that it answers: the test itself was not to its liking. */
const ANSWERS_ANYWAY = new Set(['caller', 'context-length', 'content-policy']);

/** Tests what failed with a tiny call, so that no ask has to wait for a dead deployment. Rules: docs/behaviour.md, R25. */
export interface Canary {
  /** Tests no more, and ends the tests under way. */
  close(): void;
}

export interface CanaryParts {
  deployments: Deployments;
  faults: Pick<Faults, 'of'>;
  openProvider: OpenProvider;
  /** Most that all tests of an hour may cost; 0 switches them off. */
  costNanoUsdPerHour: () => number;
  /** Books a test that ended. */
  book: (record: AttemptRecord) => void;
  clock: Clock;
  log: Log;
}

/** Tests from now on, and is trusted with it by the deployments. */
export function createCanary(parts: CanaryParts): Canary {
  const { deployments, faults, openProvider, clock, log } = parts;
  const stop = new AbortController();
  const running = new Set<string>();
  /** The tests of the last hour; at most `MAX_TESTS` of each deployment. */
  let spent: { id: string; atMs: number; costNanoUsd: number }[] = [];
  /** When an ask last looked at a half-open deployment of an alias, though another may have answered it. */
  const wantedAt = new Map<string, number>();
  let takeBack: (() => void) | null = null;

  /** Whether the caps of the hour leave room for one more test. */
  function hasRoom({ id }: Deployment): boolean {
    const since = clock.monotonic() - HOUR_MS;
    spent = spent.filter(({ atMs }) => atMs > since);
    const cost = spent.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0);
    return cost < parts.costNanoUsdPerHour() && spent.filter((test) => test.id === id).length < MAX_TESTS;
  }

  function isWanted({ alias }: Deployment): boolean {
    const atMs = Math.max(wantedAt.get(alias) ?? -Infinity, deployments.lastAskedMs(alias) ?? -Infinity);
    return clock.monotonic() - atMs < WANTED_MS;
  }

  /** Sets the one timer to the next test that is due. */
  function plan(): void {
    takeBack?.();
    takeBack = null;
    if (stop.signal.aborted) return;
    const now = clock.monotonic();
    const due = deployments
      .testable()
      .filter(({ deployment }) => !running.has(deployment.id) && isWanted(deployment) && hasRoom(deployment));
    if (due.length === 0) return;
    const next = Math.min(...due.map(({ fromMs }) => fromMs));
    takeBack = clock.after(Math.max(0, next - now), () => {
      takeBack = null;
      const ready = due.filter(({ fromMs }) => fromMs <= clock.monotonic());
      for (const { deployment } of ready) if (isDue(deployment)) void test(deployment);
      plan();
    });
  }

  /** Still: an ask may have been the test meanwhile. */
  function isDue({ id }: Deployment): boolean {
    const now = clock.monotonic();
    return deployments.testable().some(({ deployment, fromMs }) => deployment.id === id && fromMs <= now);
  }

  /** Never rejects. */
  async function test(deployment: Deployment): Promise<void> {
    running.add(deployment.id);
    const watch = deployments.beginTest(deployment);
    const { record, end } = await attempt(
      {
        ...{ deployment, role: 'probe', ordinal: 1, fault: faults.of(deployment.id), openProvider, clock },
        ...{
          messages: MESSAGES,
          parameters: PARAMETERS,
          leftMs: deployment.timeoutMs,
          totalLeftMs: deployment.timeoutMs,
        },
      },
      () => undefined,
      stop.signal,
    );
    running.delete(deployment.id);
    spent.push({ id: deployment.id, atMs: clock.monotonic(), costNanoUsd: record.costNanoUsd ?? 0 });
    parts.book(record);
    const about = { deployment: deployment.id };
    if (end.kind === 'stopped') watch.untold();
    else if (end.kind === 'finished' || ANSWERS_ANYWAY.has(end.failure.kind)) {
      watch.succeeded();
      log.info(about, `\`${deployment.name}\` answers again.`);
    } else {
      watch.failed(end.failure);
      log.warn({ ...about, kind: end.failure.kind }, `\`${deployment.name}\` failed its test: ${end.failure.message}`);
    }
    plan();
  }

  deployments.entrust({
    covers(deployment) {
      wantedAt.set(deployment.alias, clock.monotonic());
      if (!hasRoom(deployment)) return false;
      plan();
      return true;
    },
    changed: plan,
  });
  return {
    close() {
      stop.abort(new Error('The router stops.'));
      takeBack?.();
      takeBack = null;
    },
  };
}

import { Problem } from '#shared/problem.ts';
import { createRouter } from '../routing/route.ts';
import { answerAsk } from './answer-ask.ts';
import type { Asks } from './asks.ts';
import type { AskParts, Heart } from './heart.ts';
import type { Job } from './job.ts';
import { LiveAsks } from './live-asks.ts';
import { replay } from './replay.ts';
import { accountRefused } from './account.ts';

/** How long a clean stop waits for journal and ledger after the last ask was cut off, ms. */
const SETTLE_MS = 2_000;

/** Asks over these parts. */
export function createAsks(parts: AskParts): Asks {
  const { clock, configuration, providers, deployments, faults, random, log } = parts;
  const heart: Heart = {
    ...parts,
    live: new LiveAsks(clock, configuration.routing.graceMs),
    router: createRouter({ deployments, faults, openProvider: providers, clock, random, log }),
  };
  const { live } = heart;
  let isStopping = false;

  function liveOf(owner: { tenant: string; user: string }, askId: string): Job | 'foreign' | null {
    const job = live.byId(askId);
    if (job === null) return null;
    return job.ask.owner.tenant === owner.tenant && job.ask.owner.user === owner.user ? job : 'foreign';
  }

  return {
    async ask(request) {
      if (!isStopping) return answerAsk(request, heart);
      const problem = new Problem('stopping', 'The router takes no more asks.');
      live.track(accountRefused(request, problem, heart));
      throw problem;
    },
    async find(owner, askId) {
      const job = liveOf(owner, askId);
      if (job === 'foreign') return null;
      return job === null ? replay(owner, askId, heart) : job.hold(job.delivery);
    },
    async cancel(owner, askId) {
      if (liveOf(owner, askId) === null) {
        const page = await heart.journal.read({ owner, askId, after: 0, limit: 1, nowMs: clock.now() });
        // Meanwhile it may have begun; and one that has not may be on its way.
        if (liveOf(owner, askId) === null) {
          if (page !== null) return 'already-over';
          live.stopEarly(owner, askId);
          return 'unknown';
        }
      }
      const job = liveOf(owner, askId);
      if (job === null || job === 'foreign') return 'unknown';
      if (job.state !== 'running') return 'already-over';
      job.cancel();
      return 'cancelled';
    },
    async drain(timeoutMs) {
      isStopping = true;
      if (await within(timeoutMs, live.idle())) return;
      // Ended as failed or incomplete, not as cancelled: their keys are free when the router is back.
      const problem = new Problem('stopping', 'The router stopped before the answer was whole.');
      for (const job of [...live.running]) job.fail(problem, job.firstContentMs === null ? 'failed' : 'incomplete');
      if (!(await within(SETTLE_MS, live.idle())))
        log.error({}, 'Not everything was written before the router stopped.');
    },
  };

  /** Whether the work ended in time. */
  function within(limitMs: number, work: Promise<void>): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const takeBack = clock.after(limitMs, () => resolve(false));
      work.then(() => resolve(true), reject).finally(takeBack);
    });
  }
}

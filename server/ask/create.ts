import { Problem } from '#shared/problem.ts';
import { createRates } from '../guard/rates.ts';
import { createRouter } from '../routing/route.ts';
import { answerAsk } from './answer-ask.ts';
import type { Asks } from './asks.ts';
import type { AskParts, Heart } from './heart.ts';
import type { Job } from './job.ts';
import { within } from './limit.ts';
import { LiveAsks } from './live-asks.ts';
import { replay } from './replay.ts';
import { countUntold } from './untold-usage.ts';
import { accountRefused } from './account.ts';

/** How long a clean stop waits for journal and ledger after the last ask was cut off, ms. */
const SETTLE_MS = 2_000;

/** Asks over these parts. */
export function createAsks(parts: AskParts): Asks {
  const { clock, providers, deployments, faults, hedgeAllowed, random, log } = parts;
  let held: Heart = {
    ...parts,
    live: new LiveAsks(clock, () => parts.configuration.routing.graceMs),
    rates: createRates(clock),
    router: createRouter({
      ...{ deployments, faults, openProvider: countUntold(providers, parts), hedgeAllowed, clock, random, log },
    }),
  };
  const { live } = held;
  let isStopping = false;

  /** The heart under the configuration that is in force now. Whoever has it keeps that configuration to its end. */
  function heartNow(): Heart {
    const { configuration } = parts;
    if (held.configuration !== configuration) held = { ...held, configuration };
    return held;
  }

  async function liveOf(owner: { tenant: string; user: string }, askId: string): Promise<Job | 'foreign' | null> {
    const job = await live.find(askId);
    if (job === null) return null;
    return job.ask.owner.tenant === owner.tenant && job.ask.owner.user === owner.user ? job : 'foreign';
  }

  return {
    async ask(request) {
      if (!isStopping) return answerAsk(request, heartNow());
      const problem = new Problem('stopping', 'The router takes no more asks.');
      live.track(accountRefused(request, problem, heartNow()));
      throw problem;
    },
    async find(owner, askId, reader) {
      const job = await liveOf(owner, askId);
      if (job === 'foreign') return null;
      return job === null ? replay(owner, askId, heartNow()) : job.hold(job.delivery, reader);
    },
    async cancel(owner, askId) {
      const job = await liveOf(owner, askId);
      if (job === 'foreign') return 'unknown';
      if (job === null) {
        // It may still be on its way; if it comes while the journal is asked, it finds the stop.
        live.stopEarly(owner, askId);
        const page = await parts.journal.read({ owner, askId, after: 0, limit: 1, nowMs: clock.now() });
        return page === null || page.state === 'running' ? 'unknown' : 'already-over';
      }
      if (job.state !== 'running') return 'already-over';
      job.cancel();
      return 'cancelled';
    },
    async forget({ tenant, user }) {
      await live.arrivals();
      const own = live.of(({ owner }) => owner.tenant === tenant && (user === null || owner.user === user));
      const running = own.filter(({ state }) => state === 'running');
      for (const job of running) job.cancel();
      await Promise.all(own.map(({ settled }) => settled));
      live.drop(own);
      return running.length;
    },
    async drain(timeoutMs) {
      isStopping = true;
      if (await isIdle(timeoutMs)) return;
      // Ended as failed or incomplete, not as cancelled: their keys are free when the router is back.
      const problem = new Problem('stopping', 'The router stopped before the answer was whole.');
      for (const job of [...live.running]) job.fail(problem, job.firstContentMs === null ? 'failed' : 'incomplete');
      if (!(await isIdle(SETTLE_MS))) log.error({}, 'Not everything was written before the router stopped.');
    },
  };

  /** Whether all work ended in time. */
  async function isIdle(limitMs: number): Promise<boolean> {
    return (
      (await within(
        clock,
        limitMs,
        live.idle().then(() => true),
      )) ?? false
    );
  }
}

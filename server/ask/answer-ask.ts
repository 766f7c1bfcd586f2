import { asProblem, Problem } from '#shared/problem.ts';
import type { Configuration, Deployment } from '../config/configuration.ts';
import type { RoutedAsk } from '../routing/route.ts';
import type { CachedAnswer } from '../store/answer-cache.ts';
import { accountFor, accountOne, accountRefused } from './account.ts';
import { admit } from './admit.ts';
import { admitRate } from './admit-rate.ts';
import type { AskHandle, AskRequest } from './asks.ts';
import type { Heart } from './heart.ts';
import { identify, isDiscreet, type Ask } from './identify.ts';
import type { Job } from './job.ts';
import { MAX_RUNNING } from './live-asks.ts';
import { Production } from './production.ts';
import { giveAgain, recall, remember } from './remember.ts';

/** The life of an ask: identify, admit, remembered?, route, remember, account. */
export async function answerAsk(request: AskRequest, heart: Heart): Promise<AskHandle> {
  const { live } = heart;
  try {
    if (live.running.size >= MAX_RUNNING)
      throw new Problem('too_many_asks', `${MAX_RUNNING} asks are running.`, { retryAfterMs: 1000 });
    const ask = identify(request, heart);
    admitRate(ask, heart);
    const admitted = admit(ask, heart);
    live.expect(ask.id, admitted);
    const [admission, remembered] = await Promise.all([admitted, recall(ask, heart)]);
    if (admission.kind === 'again') return admission.handle;

    const { job } = admission;
    if (live.wasStopped(ask.owner, job.id)) job.cancel();
    const running = ask.request.noCache || ask.cacheKey === null ? null : live.inFlight(ask.cacheKey);
    if (job.state !== 'running') live.track(accountOne(job, null, heart));
    else if (remembered !== null) {
      giveAgain(job, remembered, heart.clock.now());
      live.track(accountOne(job, originOf(remembered, heart), heart));
    } else if (running !== null) follow(job, running, heart);
    else live.track(produce(job, heart));
    return job.hold(job.delivery, request.reader);
  } catch (thrown) {
    const problem = asProblem(thrown);
    live.track(accountRefused(request, problem, heart));
    throw problem;
  }
}

/** Who gave a remembered answer, by the names that live rows have; null when that deployment is no more. */
function originOf({ answer }: CachedAnswer, { configuration }: Heart): Deployment | null {
  return configuration.deployments.find(({ name }) => name === answer.provenance.provider) ?? null;
}

/** An identical ask is being answered: this one gets the same, and its own row. */
function follow(job: Job, running: Production, heart: Heart): void {
  job.delivery = 'joined';
  running.join(job);
  // The others are booked already, when they had their end.
  if (running.ending !== null) heart.live.track(accountOne(job, running.by?.deployment ?? null, heart));
}

/** Brings the answer, for the ask and whoever follows it. Never rejects. */
async function produce(job: Job, heart: Heart): Promise<void> {
  const { clock, configuration, live, log, router } = heart;
  const { ask } = job;
  const cacheKey = ask.request.noCache ? null : ask.cacheKey;
  const production = new Production(job, () => Math.floor(clock.now() / 1000));
  live.takeOff(production, cacheKey);
  try {
    production.finish(await router.route(routed(ask, configuration), production, production.signal));
  } catch (cause) {
    log.error({ askId: job.id, err: cause }, 'An ask broke inside Layover.');
    production.finish({ kind: 'failed', outcome: 'failed', problem: asProblem(cause) });
  }
  live.track(accountFor(production, heart));
  // Until the answer is in memory, identical asks follow the production, so that none falls between the two.
  await remember(production, heart);
  live.land(production, cacheKey);
}

function routed(ask: Ask, under: Configuration): RoutedAsk {
  const { id, alias, messages, parameters, request } = ask;
  const { delivery, hedge, onBreak } = ask.feature.stream;
  return {
    ...{ askId: id, discreet: isDiscreet(ask), alias, under, messages, parameters, delivery },
    deadlineMonotonicMs: request.arrivedMonotonicMs + under.routing.totalTimeoutMs,
    onBreak: isProse(parameters)
      ? (onBreak ?? 'continue')
      : onBreak === 'continue'
        ? 'error'
        : (onBreak ?? 'error-if-seen'),
    // Two models must not call the same tools.
    hedge: hedge && !hasTools(parameters),
  };
}

/** What may be gone on with by another model: neither tool calls nor JSON. */
function isProse(parameters: Record<string, unknown>): boolean {
  const format = parameters['response_format'];
  const isText = typeof format !== 'object' || format === null || ('type' in format && format.type === 'text');
  return isText && !hasTools(parameters);
}

function hasTools({ tools, functions }: Record<string, unknown>): boolean {
  return [tools, functions].some((list) => list !== undefined && !(Array.isArray(list) && list.length === 0));
}

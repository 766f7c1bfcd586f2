import { asProblem, Problem } from '#shared/problem.ts';
import type { Configuration, Deployment } from '../config/configuration.ts';
import { pinnedAmong } from '../config/pinned.ts';
import type { RoutedAsk } from '../routing/route.ts';
import type { CachedAnswer } from '../store/answer-cache.ts';
import { accountFor, accountOne, accountRefused } from './account.ts';
import { admit } from './admit.ts';
import { giveBack } from './admit-money.ts';
import { admitRate } from './admit-rate.ts';
import type { AskHandle, AskRequest } from './asks.ts';
import type { Course } from './course.ts';
import type { Heart } from './heart.ts';
import { identify, isDiscreet, type Ask } from './identify.ts';
import type { Job } from './job.ts';
import { climb, type Way } from './ladder.ts';
import { MAX_RUNNING, type LiveAsks } from './live-asks.ts';
import { Production } from './production.ts';
import { promptCacheOf } from './prompt-cache-key.ts';
import { giveAgain, recall, remember, standIn } from './remember.ts';

/** The life of an ask: identify, admit, remembered?, guarded, route, remember, account. */
export async function answerAsk(request: AskRequest, heart: Heart): Promise<AskHandle> {
  const { live } = heart;
  try {
    if (live.running.size >= MAX_RUNNING)
      throw new Problem('too_many_asks', `${MAX_RUNNING} asks are running.`, { retryAfterMs: 1000 });
    const cameAt = live.moment();
    const ask = identify(request, heart);
    admitRate(ask, heart);
    const admitted = admit(ask, heart);
    live.expect(ask.id, admitted);
    const [admission, found] = await Promise.all([admitted, recall(ask, heart)]);
    if (admission.kind === 'again') return admission.handle;

    const { job } = admission;
    if (live.wasStopped(ask.owner, job.id)) job.cancel();
    const lookedAt = live.moment();
    const remembered = found ?? (hasLanded(ask, cameAt, live) ? await recall(ask, heart) : null);
    const isCalled = remembered === null && runningFor(ask, live) === null;
    const way = isCalled ? await guarded(job, heart) : null;
    let landed: CachedAnswer | null = null;
    for (let since = lookedAt; way?.kind === 'call' && landed === null && hasLanded(ask, since, live);) {
      since = live.moment();
      landed = await recall(ask, heart);
    }
    // Nothing is waited for between these looks and the take-off: of twins only one may find nobody.
    const running = runningFor(ask, live);
    if (job.state !== 'running') live.track(accountOne(job, null, heart));
    else if (remembered !== null) live.track(answerFrom(remembered, job, heart));
    else if (way?.kind === 'saved') live.track(answerFrom(way.cached, job, heart, way.degraded));
    else if (landed !== null) live.track(answerInstead(landed, job, { way, heart }));
    else if (running !== null) live.track(follow(job, running, { way, heart }));
    else if (way !== null) live.track(produce(job, way.course, heart));
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

/** An identical ask that is being answered, if this one may have its answer. */
function runningFor(ask: Ask, live: LiveAsks): Production | null {
  const key = sharedKey(ask);
  return key === null ? null : live.inFlight(key);
}

/** Whether an identical ask has landed since: an earlier look into the cache may have come too early for its answer. */
function hasLanded(ask: Ask, since: number, live: LiveAsks): boolean {
  const key = sharedKey(ask);
  return key !== null && live.landedSince(key, since);
}

/** Under which identical asks find each other; null for one that nobody shares. */
function sharedKey({ request, cacheKey, feature }: Ask): string | null {
  return request.noCache || feature.cache.ttlSeconds === 0 ? null : cacheKey;
}

/** How the guardrails let an ask go; one that they refuse is over, and null. */
async function guarded(job: Job, heart: Heart): Promise<Way | null> {
  if (job.state !== 'running') return null;
  try {
    return await climb(job, heart);
  } catch (thrown) {
    const problem = asProblem(thrown);
    job.fail(problem, problem.status < 500 ? 'refused' : 'failed');
    return null;
  }
}

/** An answer that is there already: it costs nothing. */
async function answerFrom(cached: CachedAnswer, job: Job, heart: Heart, degraded: string[] = []): Promise<void> {
  giveAgain(job, cached, { nowMs: heart.clock.now(), degraded });
  await accountOne(job, originOf(cached, heart), heart);
}

/** An identical ask was answered while this one was being guarded: what was set aside for it is not needed. */
async function answerInstead(
  cached: CachedAnswer,
  job: Job,
  { way, heart }: { way: Way | null; heart: Heart },
): Promise<void> {
  await returnAside(job, way, heart);
  await answerFrom(cached, job, heart);
}

async function returnAside(job: Job, way: Way | null, heart: Heart): Promise<void> {
  if (way?.kind === 'call' && way.course.setAsideNanoUsd !== null) await giveBack(job, heart);
}

/** An identical ask is being answered: this one gets the same, and its own row. */
async function follow(job: Job, running: Production, { way, heart }: { way: Way | null; heart: Heart }): Promise<void> {
  job.delivery = 'joined';
  running.join(job);
  const isBooked = running.ending !== null;
  await returnAside(job, way, heart);
  // The others are booked already, when they had their end.
  if (isBooked) await accountOne(job, running.by?.deployment ?? null, heart);
}

/** Brings the answer, for the ask and whoever follows it. Never rejects. */
async function produce(job: Job, course: Course, heart: Heart): Promise<void> {
  const { clock, live, log, router } = heart;
  const cacheKey = sharedKey(job.ask);
  const production = new Production(job, course, () => Math.floor(clock.now() / 1000));
  live.takeOff(production, cacheKey);
  try {
    const ask = routed(job.ask, course, heart);
    const end = await router.route(ask, production, production.signal);
    const old = await standIn(end, production, heart);
    if (old === null) production.finish(end);
    else production.give(old, clock.now());
  } catch (cause) {
    log.error({ askId: job.id, err: cause }, 'An ask broke inside Layover.');
    production.finish({ kind: 'failed', outcome: 'failed', problem: asProblem(cause) });
  }
  live.track(accountFor(production, heart));
  // Until the answer is in memory, identical asks follow the production, so that none falls between the two.
  await remember(production, heart);
  live.land(production, cacheKey);
}

function routed(ask: Ask, { alias, messages, parameters }: Course, { configuration: under, pins }: Heart): RoutedAsk {
  const { id, request } = ask;
  const { delivery, hedge, onBreak } = ask.feature.stream;
  return {
    ...{ askId: id, discreet: isDiscreet(ask), alias, under, messages, parameters, delivery },
    promptCache: promptCacheOf(ask),
    pin: pinOf(ask, alias, { under, pins }),
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

/** The pin that holds for it: its own, else one by hand, else its feature's, where it means a deployment of this alias. */
function pinOf(
  { request, feature }: Ask,
  alias: string,
  { under, pins }: { under: Configuration; pins: Heart['pins'] },
): string | null {
  const served = under.deployments.filter((deployment) => deployment.alias === alias);
  const wanted = [request.pin ?? null, pins.of(feature.name)?.deployment ?? null, feature.pin];
  return wanted.find((pin) => pin !== null && pinnedAmong(served, pin).length > 0) ?? null;
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

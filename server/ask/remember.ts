import { AnswerCollector, eventsOf, isWhole, type Answer } from '#shared/answer.ts';
import { looksPersonal } from '#shared/personal.ts';
import type { CachedAnswer } from '../store/answer-cache.ts';
import type { Heart } from './heart.ts';
import type { Ask } from './identify.ts';
import { within } from './limit.ts';
import type { Job } from './job.ts';
import type { RouteEnd } from '../routing/route.ts';
import type { Production } from './production.ts';
import { costOf, provenanceOf, rememberedProvenance, type Given } from './provenance.ts';

/** Characters of one piece of an answer from memory: small enough that a long one is read while it comes. */
const PIECE_LENGTH = 400;

/** Longest wait for the memory, ms: a live answer comes soon after it. */
const RECALL_MS = 1_000;

/** The remembered answer of an ask; null when there is none, it may not be used, or the cache fails. */
export async function recall(ask: Ask, heart: Heart): Promise<CachedAnswer | null> {
  return ask.cacheKey === null || ask.request.noCache ? null : recallKey(ask, ask.cacheKey, heart);
}

/** The answer that is remembered under just this key. */
export function recallKey(ask: Ask, key: string, heart: Heart): Promise<CachedAnswer | null> {
  return read(ask, () => heart.cache.get(key, heart.clock.now()), heart);
}

/** The last answer to an ask that is still kept, however old. */
export async function recallAny(ask: Ask, heart: Heart): Promise<CachedAnswer | null> {
  const { cacheKey, request } = ask;
  return cacheKey === null || request.noCache
    ? null
    : read(ask, () => heart.cache.last(cacheKey, heart.clock.now()), heart);
}

/** The last good answer to an ask that no provider could be reached for, where its feature allows one so old; null for none. */
export async function standIn(end: RouteEnd, production: Production, heart: Heart): Promise<CachedAnswer | null> {
  const { ask } = production.leader;
  const isDown = end.kind === 'failed' && end.outcome === 'failed' && production.by === null;
  if (!isDown || ask.feature.staleIfDownSeconds === 0) return null;
  const found = await recallAny(ask, heart);
  const oldestMs = heart.clock.now() - ask.feature.staleIfDownSeconds * 1000;
  return found !== null && found.storedAtMs > oldestMs ? found : null;
}

async function read(
  ask: Ask,
  find: () => Promise<CachedAnswer | null>,
  { clock, configuration, log }: Heart,
): Promise<CachedAnswer | null> {
  try {
    const got = await within(
      clock,
      RECALL_MS,
      find().then((found) => ({ found })),
    );
    if (got === null) throw new Error(`It did not answer within ${RECALL_MS} ms.`);
    const { found } = got;
    // A demo's answer must not outlive the demo: the same alias is served in earnest now.
    if (found?.answer.provenance.demo === true && !configuration.demo) return null;
    return found;
  } catch (cause) {
    log.error({ askId: ask.id, err: cause }, 'The cache could not be read; the ask is answered live.');
    return null;
  }
}

/** Gives a remembered answer, at once. */
export function giveAgain(job: Job, cached: CachedAnswer, how: Given): void {
  const provenance = rememberedProvenance(job, cached, how);
  const { answer } = cached;
  job.delivery = 'router-cache';
  job.open(provenance);
  for (const event of eventsOf(answer, PIECE_LENGTH)) {
    if (event.type === 'answer-end') job.end({ ...event, provenance }, 'answered');
    else job.emit(event);
  }
}

/** Keeps a live answer, if it is whole and may be given again; where the feature says so, only if it does not look personal. A cache that fails is said, and changes nothing. */
export async function remember(production: Production, heart: Heart): Promise<void> {
  const { cache, clock, log } = heart;
  const { ask } = production.leader;
  const { cacheKey } = production.course;
  const answer = answerOf(production);
  if (cacheKey === null || answer === null || !isWhole(answer.finishReason) || answer.text === '') return;
  // Two models wrote it: good enough to be read once, not to be given again.
  if (production.joint !== null) return;
  if (
    ask.feature.device.store === 'store_unless_pii' &&
    looksPersonal([...wordsOf(ask), ...wordsIn(answer)].join('\n'))
  )
    return;
  const nowMs = clock.now();
  try {
    await cache.put({
      key: cacheKey,
      ...ownerOf(production),
      feature: ask.feature.name,
      promptVersion: ask.feature.promptVersion,
      answer,
      storedAtMs: nowMs,
      expiresAtMs: nowMs + ask.feature.cache.ttlSeconds * 1000,
      keepUntilMs: nowMs + ask.feature.staleIfDownSeconds * 1000,
      costNanoUsd: costOf(production.attempts).nanoUsd,
    });
  } catch (cause) {
    log.error({ askId: ask.id, err: cause }, 'The cache did not keep an answer.');
  }
}

/** Whose the answer is: its leader's, unless that one left and others stayed. */
function ownerOf({ leader, jobs }: Production): { tenant: string; user: string } {
  return (jobs.find(({ state }) => state === 'answered') ?? leader).ask.owner;
}

/** All that was typed, of every turn; the feature's own prompt is nobody's. */
function wordsOf({ feature, messages }: Ask): string[] {
  return textsIn(feature.system === null ? messages : messages.slice(1));
}

/** What the answer says, to people and to tools. */
function wordsIn({ text, toolCalls }: Answer): string[] {
  return [text, ...toolCalls.map((call) => call.arguments)];
}

/** Every text in a value, however deep: parts, names, arguments of calls. A body is at most 60 levels deep. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The answer as its leader has it; null when it has none. */
function answerOf(production: Production): Answer | null {
  const { ending, leader, attempts } = production;
  if (ending?.kind !== 'answered') return null;
  const { finishReason, usage } = ending;
  const collector = new AnswerCollector(leader.id);
  for (const event of production.events) collector.add(event);
  const provenance = provenanceOf(leader, production, costOf(attempts));
  collector.add({ type: 'answer-end', finishReason, usage, provenance });
  return collector.answer;
}

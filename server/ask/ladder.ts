import { withOutputLimit } from '../guard/cost-bound.ts';
import { SAFEGUARD_TOKENS } from '../guard/safeguard.ts';
import { countTurns, withoutOldest } from '../guard/truncate.ts';
import { boundTokens } from '../pricing/token-bound.ts';
import type { CachedAnswer } from '../store/answer-cache.ts';
import { setAside } from './admit-money.ts';
import { calledFor, degrade, plainCourse, type Course } from './course.ts';
import type { Heart } from './heart.ts';
import type { Job } from './job.ts';
import { countFor, limitOf, type Obstacle } from './obstacle.ts';
import { recallAny, recallKey } from './remember.ts';

/** Where an ask goes after the guardrails: to a provider, or to an answer that is there. */
export type Way = { kind: 'call'; course: Course } | { kind: 'saved'; cached: CachedAnswer; degraded: string[] };

/**
 * Takes an ask past the limits of its feature and the budgets that it is paid from. Where one of them stands in the way, the
 * steps of the feature's ladder are taken in their order until nothing does; at its end the ask is refused. Throws the problem.
 */
export async function climb(job: Job, heart: Heart): Promise<Way> {
  const { feature } = job.ask;
  const steps = [...feature.limits.ladder];
  let mayTruncate = false;
  let course = plainCourse(job.ask);
  if (isSafeguarded(job, heart)) course = await safeguarded(course, job, heart);
  if (feature.limits.costNanoUsd !== null) course = { ...course, parameters: withOutputLimit(course.parameters) };
  for (;;) {
    const found = (await limitOf(course, feature, heart)) ?? (await paidWay(job, course, heart));
    if ('kind' in found) return found;
    const shorter = mayTruncate ? await truncatedTo(found.inputTokens, course, heart) : null;
    const step = shorter === null ? (steps.shift() ?? 'refuse') : null;
    if (shorter !== null) course = shorter;
    else if (step === 'truncate_context') mayTruncate = true;
    else if (step === 'cheaper_model') course = withCheaperModel(course, job, heart);
    else if (step === 'cached_answer') {
      const cached = await recallAny(job.ask, heart);
      if (cached !== null) return { kind: 'saved', cached, degraded: ['cached_answer'] };
    } else throw found.problem;
  }
}

/** The way of a course that no limit of its feature stops: an answer to just this course, else a call that is paid. */
async function paidWay(job: Job, course: Course, heart: Heart): Promise<Way | Obstacle> {
  if (course.degraded.length > 0 && course.cacheKey !== null && !job.ask.request.noCache) {
    const cached = await recallKey(job.ask, course.cacheKey, heart);
    if (cached !== null) return { kind: 'saved', cached, degraded: course.degraded };
  }
  const paid = await setAside(job, course, heart);
  return 'problem' in paid ? paid : { kind: 'call', course: paid };
}

function isSafeguarded({ ask }: Job, { configuration, safeguard }: Heart): boolean {
  const { tenant } = ask.owner;
  return safeguard.of(tenant, configuration.tenants.get(tenant)?.monthlyCostNanoUsd ?? null) !== null;
}

/** Safeguard mode: the cheaper model, and a shorter context as far as there is one. It refuses nobody. */
async function safeguarded(course: Course, job: Job, heart: Heart): Promise<Course> {
  const half = Math.floor((job.ask.feature.limits.inputTokens ?? 2 * SAFEGUARD_TOKENS) / 2);
  const begun = degrade(course, 'safeguard', {});
  const cheaper = withCheaperModel(begun, job, heart);
  const target = Math.min(half, SAFEGUARD_TOKENS);
  const isLong = (await countFor(cheaper, target, heart)) > target;
  const shorter = isLong ? ((await truncatedTo(target, cheaper, heart)) ?? withLastTurn(cheaper)) : cheaper;
  return shorter === begun ? course : shorter;
}

function withLastTurn(course: Course): Course {
  const dropped = countTurns(course.messages) - 1;
  if (dropped < 1) return course;
  return degrade(course, 'truncate_context', { messages: withoutOldest(course.messages, dropped) });
}

/** Tries at a length that was guessed from bytes. */
const GUESSES = 3;

/** Without its oldest turns, as few of them as will do; null when no number of them will. */
export async function truncatedTo(inputTokens: number, course: Course, heart: Heart): Promise<Course | null> {
  const without = (count: number): Course => ({ ...course, messages: withoutOldest(course.messages, count) });
  const fits = async (shorter: Course): Promise<boolean> =>
    (await countFor(shorter, inputTokens, heart)) <= inputTokens;
  const most = countTurns(course.messages) - 1;
  if (inputTokens <= 0 || most < 1 || !(await fits(without(most)))) return null;
  // Tokens are counted in a thread; how few turns will do is guessed from bytes, and the guess is counted.
  const tokensPerByte = (await countFor(course, 0, heart)) / boundTokens(course);
  let count = fewest(most, (each) => boundTokens(without(each)) * tokensPerByte <= inputTokens);
  for (let guess = 0; count < most && !(await fits(without(count))); guess++)
    count = guess < GUESSES ? count + 1 : most;
  return degrade(course, 'truncate_context', { messages: without(count).messages });
}

/** The lowest count from 1 to `most` that is enough; `most` when none is. */
function fewest(most: number, isEnough: (count: number) => boolean): number {
  let low = 1;
  let high = most;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function withCheaperModel(course: Course, { ask }: Job, heart: Heart): Course {
  const alias = ask.feature.limits.cheaperModel;
  if (alias === null || alias === course.alias || calledFor({ alias }, heart).length === 0) return course;
  return degrade(course, 'cheaper_model', { alias });
}

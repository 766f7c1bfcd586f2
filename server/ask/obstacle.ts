import { Problem } from '#shared/problem.ts';
import { callBoundNanoUsd } from '../guard/cost-bound.ts';
import { countInputTokens } from '../pricing/input-tokens.ts';
import { boundTokens } from '../pricing/token-bound.ts';
import { usdFromNano } from '#shared/money.ts';
import type { Feature } from '../config/configuration.ts';
import type { Course } from './course.ts';
import { calledFor } from './course.ts';
import type { Heart } from './heart.ts';

/** Why a course may not be taken, and how long a prompt would do; 0 when no length would. */
export interface Obstacle {
  problem: Problem;
  inputTokens: number;
}

/** The feature's own limits on one ask. */
export async function limitOf(course: Course, feature: Feature, heart: Heart): Promise<Obstacle | null> {
  return (await tooLong(course, feature, heart)) ?? (await tooCostly(course, feature, heart));
}

async function tooLong(course: Course, { name, limits }: Feature, heart: Heart): Promise<Obstacle | null> {
  const cap = limits.inputTokens;
  if (cap === null) return null;
  const tokens = await countFor(course, cap, heart);
  if (tokens <= cap) return null;
  const message = `The conversation has about ${tokens} tokens, and \`${name}\` takes ${cap}.`;
  return { problem: new Problem('context_too_long', message, { param: 'messages' }), inputTokens: cap };
}

async function tooCostly(course: Course, { name, limits }: Feature, heart: Heart): Promise<Obstacle | null> {
  const cap = limits.costNanoUsd;
  if (cap === null) return null;
  const unknown = unpriced(course, heart);
  if (unknown !== null) return unknown;
  const { parameters } = course;
  const deployments = calledFor(course, heart);
  const costOf = (inputTokens: number): number => callBoundNanoUsd({ parameters, inputTokens, deployments });
  const affordable = mostTokens(cap, costOf);
  const tokens = await countFor(course, affordable, heart);
  if (tokens <= affordable) return null;
  const message = `This ask may cost up to $${usdFromNano(costOf(tokens))}, and \`${name}\` allows $${usdFromNano(cap)} for one.`;
  return { problem: new Problem('too_costly', message), inputTokens: Math.max(0, affordable) };
}

/** Where nobody under a cap in dollars may ask for a price that is not known, it is in the way. */
export function unpriced(course: Course, heart: Heart): Obstacle | null {
  if (heart.configuration.unknownPrice === 'allow') return null;
  const unknown = calledFor(course, heart).find(({ prices }) => prices === null);
  if (unknown === undefined) return null;
  const message = `The price of \`${unknown.name}\` is not known, so an ask under a cap in dollars may not go to \`${course.alias}\`.`;
  return { problem: new Problem('price_unknown', message), inputTokens: 0 };
}

/** The tokens of a course; no more than a bound when that is at or below the cap. */
export async function countFor(course: Course, cap: number, heart: Heart): Promise<number> {
  const bound = boundTokens(course);
  if (bound <= cap) return bound;
  const models = calledFor(course, heart).map(({ model }) => model);
  return (await countInputTokens(course, { cap, models, tokenizer: heart.tokenizer })).tokens;
}

/** Longer than any prompt. */
const MANY_TOKENS = 2 ** 27;

/** The longest prompt that costs at most so much; -1 when even none would cost more. `costOf` never falls. */
export function mostTokens(limitNanoUsd: number, costOf: (inputTokens: number) => number): number {
  if (costOf(0) > limitNanoUsd) return -1;
  let fits = 0;
  let tooMany = MANY_TOKENS;
  if (costOf(tooMany) <= limitNanoUsd) return tooMany;
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (costOf(middle) <= limitNanoUsd) fits = middle;
    else tooMany = middle;
  }
  return fits;
}

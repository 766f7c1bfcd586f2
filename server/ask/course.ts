import { hash } from 'node:crypto';
import type { ChatMessage } from '#shared/chat.ts';
import type { Deployment } from '../config/configuration.ts';
import { groupsOf } from '../routing/fallbacks.ts';
import type { Heart } from './heart.ts';
import type { Ask } from './identify.ts';

/** How an ask goes to a provider: as it was asked, or as the guardrails let it. */
export interface Course {
  alias: string;
  messages: ChatMessage[];
  parameters: Record<string, unknown>;
  /** Under which its answer is remembered; null when it is not. */
  cacheKey: string | null;
  /** What was done to it, in order; empty for an ask as it came. */
  degraded: string[];
  /** What was set aside for it; null where nothing caps it. */
  setAsideNanoUsd: number | null;
}

/** The ask as it came. */
export function plainCourse({ alias, messages, parameters, cacheKey }: Ask): Course {
  return { alias, messages, parameters, cacheKey, degraded: [], setAsideNanoUsd: null };
}

/** The course after a step. Its answer is remembered apart: nobody who asks for all of it may get the less. */
export function degrade(course: Course, step: string, change: Partial<Pick<Course, 'alias' | 'messages'>>): Course {
  const next = { ...course, ...change };
  const degraded = course.degraded.includes(step) ? course.degraded : [...course.degraded, step];
  if (course.cacheKey === null) return { ...next, degraded };
  const form = JSON.stringify([course.cacheKey, next.alias, next.messages.length, degraded]);
  return { ...next, degraded, cacheKey: hash('sha256', form) };
}

/** Who may be called for it, those of its fallbacks too. */
export function calledFor({ alias }: Pick<Course, 'alias'>, { configuration, deployments }: Heart): Deployment[] {
  const of = (name: string): readonly Deployment[] => deployments.of(name, configuration);
  const { groups, whenTooLong, whenRefused } = groupsOf(alias, configuration.routing, of);
  const all = new Set([...groups, ...whenTooLong, ...whenRefused].flat());
  return [...all].filter(({ state }) => state.kind === 'ready');
}

import type { FinishReason } from '#shared/answer.ts';
import type { ChatMessage } from '#shared/chat.ts';
import type { Clock, Random } from '#shared/clock.ts';
import type { Usage } from '#shared/money.ts';
import type { Problem } from '#shared/problem.ts';
import type { Log } from '#shared/log.ts';
import type { Configuration, Deployment, StreamPolicy } from '../config/configuration.ts';
import { pinnedAmong } from '../config/pinned.ts';
import type { PromptCache } from '../providers/provider.ts';
import type { AttemptRecord, ContentEvent, OpenProvider } from './attempt.ts';
import { Course } from './course.ts';
import type { AttemptRole } from '../store/ledger.ts';
import type { Deployments } from './deployments.ts';
import type { Faults } from './faults.ts';
import { createFirstTokenTimes, type FirstTokenTimes } from './first-token-times.ts';
import { createHedges, type Hedges } from './hedges.ts';
import { estimateUsage, isSurelyTooLong } from './estimate.ts';
import { groupsOf } from './fallbacks.ts';
import { createPlan, pickFastest, type PlanParts } from './plan.ts';

/** Brings an ask to a provider that answers it. Rules: docs/behaviour.md, R1–R5 and R11–R14. */
export interface Router {
  /** Never throws; an aborted signal ends it as `stopped`, with the upstream call. */
  route(ask: RoutedAsk, sink: RouteSink, signal: AbortSignal): Promise<RouteEnd>;
}

export interface RoutedAsk {
  /** For the log. */
  askId: string;
  /** The log gets no word of a provider, which may quote the ask. */
  discreet: boolean;
  alias: string;
  /** The configuration that the ask began with. */
  under: Pick<Configuration, 'deployments' | 'routing'>;
  messages: ChatMessage[];
  parameters: Record<string, unknown>;
  /** What the provider's prompt cache should keep; left out: nothing is said of it. */
  promptCache?: PromptCache | null;
  /** Monotonic ms by which the first content must be there. */
  deadlineMonotonicMs: number;
  /** What follows when it breaks off after content. `error-if-seen`: nothing, unless nobody has seen any of it. */
  onBreak: 'continue' | 'restart' | 'error' | 'error-if-seen';
  delivery: StreamPolicy['delivery'];
  /** Only the deployment of its alias that this means may answer; null for any. */
  pin: string | null;
  /** A second deployment may be asked beside one that is slow. */
  hedge: boolean;
}

export interface RouteSink {
  /** Content in order; `by` is the same from the first piece to the last, or to where it begins anew. */
  content(event: ContentEvent, by: Commitment): void;
  /** What comes from here on stands in place of all content before. */
  beginAnew(by: Commitment): void;
  /** From here on, after so many characters, the deployment of this name goes on. */
  continued(joint: { provider: string; at: number }): void;
  /** What readers have of the content: `unseen` nothing yet · `resettable` they can take an answer that begins anew · `fixed` they cannot. */
  readers(): 'unseen' | 'resettable' | 'fixed';
  /** A call is about to be sent. */
  calling(call: Calling): void;
  /** Each attempt as it ends. */
  attempted(record: AttemptRecord): void;
}

/** A call that is about to be sent. */
export interface Calling {
  ordinal: number;
  deployment: Deployment;
  role: AttemptRole;
  /** Unix ms. */
  startedAtMs: number;
  /** Counted by us. */
  inputTokens: number;
}

/** Who answers, and what it took to get there. */
export interface Commitment {
  deployment: Deployment;
  /** The model as the provider names it. */
  model: string;
  attempts: number;
  /** How often an attempt went to another deployment than the one before. */
  hops: number;
}

export type RouteEnd =
  | { kind: 'answered'; by: Commitment; finishReason: FinishReason; usage: Usage }
  | { kind: 'failed'; outcome: 'failed' | 'refused' | 'incomplete'; problem: Problem }
  | { kind: 'stopped' };

/** What a router is made of. */
export interface RouterParts {
  deployments: Deployments;
  faults: Pick<Faults, 'of'>;
  openProvider: OpenProvider;
  clock: Clock;
  random: Random;
  log: Log;
  times: FirstTokenTimes;
  hedges: Hedges;
}

/** A router over these deployments. */
export function createRouter(
  deps: Omit<RouterParts, 'times' | 'hedges'> & {
    /** Whether asks may be hedged at present: not while the error budget is burned. */
    hedgeAllowed: () => boolean;
  },
): Router {
  const { deployments, random, hedgeAllowed } = deps;
  const times = createFirstTokenTimes(deps);
  const parts: RouterParts = { ...deps, times, hedges: createHedges({ times, hedgeAllowed }) };
  return {
    route(ask, sink, signal) {
      const { routing } = ask.under;
      const { strategy } = routing;
      const tokens = estimateUsage(ask.messages, 0).inputTokens;
      const groups = groupsOf(ask.alias, routing, (alias) => {
        const served = deployments.of(alias, ask.under);
        return routing.preCallChecks ? served.filter((one) => !isSurelyTooLong(one, ask.messages)) : served;
      });
      const only = ask.pin === null ? null : pinnedAmong(deployments.of(ask.alias, ask.under), ask.pin);
      const plan = createPlan({
        ...(only === null ? groups : { groups: [only], whenTooLong: [], whenRefused: [] }),
        ...{ routing, random },
        standing: (deployment) => deployments.standing(deployment, tokens),
        ...(strategy.kind === 'weights' ? {} : { pick: fastest(strategy, times) }),
      });
      return new Course(ask, sink, { ...parts, plan, tokens, signal }).run();
    },
  };
}

/** Picks by how soon the first token came of late. */
function fastest(
  { ttlMs, buffer }: { ttlMs: number; buffer: number },
  times: FirstTokenTimes,
): NonNullable<PlanParts['pick']> {
  const meanMs = ({ id }: Deployment): number | null => times.recentMs(id, ttlMs);
  return (deployments, random) => pickFastest(deployments, { meanMs, buffer }, random);
}

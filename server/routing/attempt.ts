import type { FinishReason, ToolCallDelta } from '#shared/answer.ts';
import type { ChatMessage } from '#shared/chat.ts';
import { wait, type Clock } from '#shared/clock.ts';
import type { Usage } from '#shared/money.ts';
import type { Deployment } from '../config/configuration.ts';
import {
  ProviderFailure,
  type PromptCache,
  type Provider,
  type ProviderCall,
  type ProviderEvent,
} from '../providers/provider.ts';
import type { AttemptRole } from '../store/ledger.ts';
import { bill, bytesOf } from './bill.ts';
import { REVOKED_KEY, type Fault } from './faults.ts';
import { parametersFor } from './parameters.ts';
import { AttemptTimers, type AttemptLimits } from './timers.ts';

/** Gives the provider of a deployment: the kept one, or with `apiKey` a fresh one that whoever asked for it closes. */
export type OpenProvider = (deployment: Deployment, override?: { apiKey: string }) => Provider;

/** One call to one deployment. */
export interface AttemptCall {
  deployment: Deployment;
  role: AttemptRole;
  /** 1 for the ask's first attempt, 2, 3 … */
  ordinal: number;
  fault: Fault | null;
  messages: ChatMessage[];
  parameters: Record<string, unknown>;
  /** What the provider's prompt cache should keep; left out: nothing is said of it. */
  promptCache?: PromptCache | null;
  /** Ms left of the ask's limit to its first content. */
  leftMs: number;
  /** Ms left of the stream's limit to its end. */
  totalLeftMs: number;
  openProvider: OpenProvider;
  clock: Clock;
}

export type ContentEvent =
  | { type: 'text-delta'; text: string; refusal?: true }
  | { type: 'reasoning-delta'; text: string }
  | { type: 'tool-delta'; toolCalls: ToolCallDelta[] };

/** Why we stopped an attempt ourselves: another one was faster, or it did not fit what was sent. */
export class Stopped extends Error {
  readonly status: 'lost' | 'misfit';

  constructor(status: Stopped['status']) {
    super(`The attempt was stopped: ${status}.`);
    this.name = 'Stopped';
    this.status = status;
  }
}

/** What one attempt took; becomes its row in the ledger. */
export interface AttemptRecord {
  deployment: Deployment;
  role: AttemptRole;
  ordinal: number;
  startedAtMs: number;
  startedMonotonicMs: number;
  headersMs: number | null;
  firstTokenMs: number | null;
  totalMs: number;
  status: string;
  httpStatus: number | null;
  skippedChunks: number;
  usage: Usage;
  costNanoUsd: number | null;
}

export type AttemptEnd =
  | { kind: 'finished'; reason: FinishReason; model: string }
  /** `blame` says whether the failure tells something of the deployment, or only of the ask's own limits. */
  | { kind: 'failed'; failure: ProviderFailure; blame: boolean; afterContent: boolean }
  /** The signal was aborted. */
  | { kind: 'stopped' };

type Finish = Extract<ProviderEvent, { type: 'finish' }>;

/** What is known of an attempt under way. */
interface Progress {
  headersMs: number | null;
  firstTokenMs: number | null;
  outputBytes: number;
  model: string;
  finish: Finish | null;
}

/** Makes one attempt. Never throws: how it ended is in `end`. Content goes to `onContent` in order. */
export async function attempt(
  call: AttemptCall,
  onContent: (event: ContentEvent, model: string) => void,
  signal: AbortSignal,
): Promise<{ record: AttemptRecord; end: AttemptEnd }> {
  const { clock, deployment } = call;
  const startedAtMs = clock.now();
  const startedMonotonicMs = clock.monotonic();
  const since = (): number => Math.round(clock.monotonic() - startedMonotonicMs);
  const { model } = deployment;
  const progress: Progress = { headersMs: null, firstTokenMs: null, outputBytes: 0, model, finish: null };
  const timers = new AttemptTimers(clock, limitsOf(call), signal);
  let thrown: unknown = null;
  try {
    for await (const event of open(call, timers.signal)) {
      if (event.type === 'accepted') {
        progress.headersMs = since();
        progress.model = event.model ?? model;
        continue;
      }
      timers.content();
      progress.firstTokenMs ??= since();
      if (event.type === 'finish') {
        progress.finish = event;
        continue;
      }
      progress.outputBytes += bytesOf(event);
      onContent(event, progress.model);
    }
  } catch (cause) {
    thrown = cause;
  } finally {
    timers.takeBack();
  }
  const end = endOf(progress, { thrown, passed: timers.passed, signal });
  const status = statusOf(end, call.fault, signal);
  return { end, record: recordOf(call, progress, { end, status, startedAtMs, startedMonotonicMs, totalMs: since() }) };
}

/** Until the first content the smallest of three limits holds; a long answer that flows is not cut off by them. */
function limitsOf({ deployment, leftMs, totalLeftMs }: AttemptCall): AttemptLimits {
  const ownMs = Math.min(deployment.firstTokenTimeoutMs, deployment.timeoutMs);
  const firstContent =
    ownMs <= leftMs
      ? { sentence: `No first word within ${ownMs} ms.`, blame: true }
      : { sentence: 'No first word within what was left of the ask’s own limit.', blame: false };
  return {
    firstContentMs: Math.min(ownMs, leftMs),
    firstContent,
    idleMs: deployment.idleTimeoutMs,
    totalMs: Math.min(deployment.streamTotalMs, totalLeftMs),
  };
}

/** The provider's events, as the fault that lies on the deployment lets them through. */
function open(call: AttemptCall, signal: AbortSignal): AsyncIterable<ProviderEvent> {
  const { deployment, fault, messages, promptCache = null } = call;
  const { model, extras } = deployment;
  const parameters = parametersFor(deployment, call.parameters);
  const more = { headers: extras?.headers ?? {}, refuseUnsaid: extras?.refuseUnsaid ?? false };
  if (fault?.kind === 'blocked') throw new ProviderFailure('unreachable', 'No connection: a fault was laid over it.');
  // The provider's silence is one of bytes. It must not judge the wait for the first content, which has its own limit.
  const idleTimeoutMs = Math.max(deployment.idleTimeoutMs, deployment.firstTokenTimeoutMs);
  const stream = { model, messages, parameters, idleTimeoutMs, promptCache, ...more };
  if (fault?.kind === 'revoked-key') return refused(call, stream, signal);
  const events = call.openProvider(deployment).stream(stream, signal);
  return fault?.kind === 'slow-first-token' ? heldBack(events, call, signal) : events;
}

/** By a provider of its own, with a key that nobody knows. */
async function* refused(
  { deployment, openProvider }: AttemptCall,
  stream: ProviderCall,
  signal: AbortSignal,
): AsyncGenerator<ProviderEvent, void, undefined> {
  const provider = openProvider(deployment, { apiKey: REVOKED_KEY });
  try {
    yield* provider.stream(stream, signal);
  } finally {
    await provider.close();
  }
}

/** Holds the first content until `delayMs` after the call, so that the router's own timer judges it. */
async function* heldBack(
  events: AsyncIterable<ProviderEvent>,
  { clock, fault }: AttemptCall,
  signal: AbortSignal,
): AsyncGenerator<ProviderEvent, void, undefined> {
  const opensAt = clock.monotonic() + (fault?.delayMs ?? 0);
  for await (const event of events) {
    const leftMs = event.type === 'accepted' ? 0 : opensAt - clock.monotonic();
    if (leftMs > 0) await wait(clock, leftMs, signal);
    yield event;
  }
}

function endOf(
  progress: Progress,
  how: { thrown: unknown; passed: AttemptTimers['passed']; signal: AbortSignal },
): AttemptEnd {
  if (progress.finish !== null) return { kind: 'finished', reason: progress.finish.reason, model: progress.model };
  if (how.signal.aborted) return { kind: 'stopped' };
  const afterContent = progress.firstTokenMs !== null;
  if (how.passed !== null) return { kind: 'failed', ...how.passed, afterContent };
  const { thrown } = how;
  if (thrown === null) {
    const failure = new ProviderFailure('cut', 'The stream ended without an end.');
    return { kind: 'failed', failure, blame: true, afterContent };
  }
  if (thrown instanceof ProviderFailure) return { kind: 'failed', failure: thrown, blame: true, afterContent };
  // A fault of ours: another deployment may still answer, and `cause` carries what really happened into the log.
  const failure = new ProviderFailure('rejected', 'The call failed inside Layover.', { cause: thrown });
  return { kind: 'failed', failure, blame: false, afterContent };
}

function statusOf(end: AttemptEnd, fault: Fault | null, { reason }: { reason: unknown }): string {
  const stopped = reason instanceof Stopped ? reason.status : 'cancelled';
  const status = end.kind === 'finished' ? 'ok' : end.kind === 'stopped' ? stopped : end.failure.kind;
  return fault === null ? status : `fault:${fault.kind}/${status}`;
}

function recordOf(
  call: AttemptCall,
  { headersMs, firstTokenMs, finish, outputBytes }: Progress,
  ended: { end: AttemptEnd; status: string; startedAtMs: number; startedMonotonicMs: number; totalMs: number },
): AttemptRecord {
  const { deployment, messages, role, ordinal } = call;
  const { end, ...told } = ended;
  const accepted = headersMs !== null;
  return {
    ...told,
    deployment,
    role,
    ordinal,
    headersMs,
    // A finish without content opens an empty answer, but is no first token.
    firstTokenMs: outputBytes > 0 ? firstTokenMs : null,
    httpStatus: accepted ? 200 : end.kind === 'failed' ? end.failure.status : null,
    skippedChunks: finish?.skippedChunks ?? 0,
    ...bill({
      ...{ deployment, messages, accepted, outputBytes },
      usage: finish?.usage ?? null,
      keptFor: call.promptCache?.ttl ?? null,
      ended: end.kind === 'failed' ? end.failure.kind : end.kind,
    }),
  };
}

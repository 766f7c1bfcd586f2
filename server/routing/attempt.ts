import type { FinishReason, ToolCallDelta } from '#shared/answer.ts';
import type { ChatMessage } from '#shared/chat.ts';
import { wait, type Clock } from '#shared/clock.ts';
import { costNanoUsd, type Usage } from '#shared/money.ts';
import type { Deployment } from '../config/configuration.ts';
import { ProviderFailure, type FailureKind, type Provider, type ProviderEvent } from '../providers/provider.ts';
import { estimateUsage, isCredible, NO_USAGE } from './estimate.ts';
import { REVOKED_KEY, type Fault } from './faults.ts';

/** Longest stream, ms, from the sending of its call. */
const MAX_STREAM_MS = 300_000;

const STILL_WRITING = `It was still writing after ${MAX_STREAM_MS / 1000} s.`;

/** Gives the provider of a deployment: the kept one, or with `apiKey` a fresh one that whoever asked for it closes. */
export type OpenProvider = (deployment: Deployment, override?: { apiKey: string }) => Provider;

/** One call to one deployment. */
export interface AttemptCall {
  deployment: Deployment;
  fault: Fault | null;
  messages: ChatMessage[];
  parameters: Record<string, unknown>;
  /** Ms left of the ask's limit to its first content. */
  leftMs: number;
  openProvider: OpenProvider;
  clock: Clock;
}

export type ContentEvent = { type: 'text-delta'; text: string } | { type: 'tool-delta'; toolCalls: ToolCallDelta[] };

/** What one attempt took; becomes its row in the ledger. */
export interface AttemptRecord {
  deployment: Deployment;
  startedAtMs: number;
  startedMonotonicMs: number;
  headersMs: number | null;
  firstTokenMs: number | null;
  totalMs: number;
  status: string;
  httpStatus: number | null;
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

/** The time an attempt may take until its first content, and whose limit that is. */
interface FirstContentLimit {
  ms: number;
  sentence: string;
  blame: boolean;
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
  const limit = firstContentLimit(call);
  const deadline = new Deadline(clock, limit);
  let thrown: unknown = null;
  try {
    for await (const event of open(call, AbortSignal.any([signal, deadline.signal]))) {
      if (event.type === 'accepted') {
        progress.headersMs = since();
        progress.model = event.model ?? model;
        continue;
      }
      if (progress.firstTokenMs === null) {
        progress.firstTokenMs = since();
        deadline.move({ ms: MAX_STREAM_MS - since(), sentence: STILL_WRITING });
      }
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
    deadline.takeBack();
  }
  const end = endOf(progress, { thrown, overtime: deadline.passed, signal, limit });
  return { end, record: recordOf(call, progress, { end, startedAtMs, startedMonotonicMs, totalMs: since() }) };
}

/** A moment that can be moved; when it passes, its signal is aborted and the work it bounds with it. */
class Deadline {
  /** The failure it stands for, once it has passed. */
  passed: ProviderFailure | null = null;
  readonly #clock: Clock;
  readonly #controller = new AbortController();
  #cancel: () => void = () => undefined;

  constructor(clock: Clock, limit: { ms: number; sentence: string }) {
    this.#clock = clock;
    this.move(limit);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  move({ ms, sentence }: { ms: number; sentence: string }): void {
    this.#cancel();
    this.#cancel = this.#clock.after(ms, () => {
      this.passed = new ProviderFailure('timeout', sentence);
      this.#controller.abort(this.passed);
    });
  }

  takeBack(): void {
    this.#cancel();
  }
}

/**
 * Until the first content the smallest of three limits holds; from then on only `MAX_STREAM_MS`, and the provider's own
 * limit on silence: a long answer that flows is not cut off.
 */
function firstContentLimit({ deployment, leftMs }: AttemptCall): FirstContentLimit {
  const ownMs = Math.min(deployment.firstTokenTimeoutMs, deployment.timeoutMs);
  return ownMs <= leftMs
    ? { ms: ownMs, sentence: `No first word within ${ownMs} ms.`, blame: true }
    : { ms: leftMs, sentence: 'No first word within what was left of the ask’s own limit.', blame: false };
}

/** The provider's events, as the fault that lies on the deployment lets them through. */
async function* open(call: AttemptCall, signal: AbortSignal): AsyncGenerator<ProviderEvent, void, undefined> {
  const { deployment, fault, messages, parameters } = call;
  const { model, idleTimeoutMs } = deployment;
  if (fault?.kind === 'blocked') throw new ProviderFailure('unreachable', 'No connection: a fault was laid over it.');
  const override = fault?.kind === 'revoked-key' ? { apiKey: REVOKED_KEY } : undefined;
  const provider = call.openProvider(deployment, override);
  try {
    const events = provider.stream({ model, messages, parameters, idleTimeoutMs }, signal);
    yield* fault?.kind === 'slow-first-token' ? heldBack(events, call, signal) : events;
  } finally {
    if (override !== undefined) await provider.close();
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
  how: { thrown: unknown; overtime: ProviderFailure | null; signal: AbortSignal; limit: FirstContentLimit },
): AttemptEnd {
  if (progress.finish !== null) return { kind: 'finished', reason: progress.finish.reason, model: progress.model };
  if (how.signal.aborted) return { kind: 'stopped' };
  const afterContent = progress.firstTokenMs !== null;
  if (how.overtime !== null)
    return { kind: 'failed', failure: how.overtime, blame: !afterContent && how.limit.blame, afterContent };
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

function statusOf(end: AttemptEnd, fault: Fault | null): string {
  const status = end.kind === 'finished' ? 'ok' : end.kind === 'stopped' ? 'cancelled' : end.failure.kind;
  return fault === null ? status : `fault:${fault.kind}/${status}`;
}

function recordOf(
  call: AttemptCall,
  { headersMs, firstTokenMs, ...progress }: Progress,
  ended: { end: AttemptEnd; startedAtMs: number; startedMonotonicMs: number; totalMs: number },
): AttemptRecord {
  const { end, ...times } = ended;
  return {
    ...times,
    deployment: call.deployment,
    headersMs,
    // A finish without content opens an empty answer, but is no first token.
    firstTokenMs: progress.outputBytes > 0 ? firstTokenMs : null,
    status: statusOf(end, call.fault),
    httpStatus: headersMs !== null ? 200 : end.kind === 'failed' ? end.failure.status : null,
    ...bill(call, { ...progress, headersMs, firstTokenMs }, end),
  };
}

/** Failures in which a provider may have worked, and bills, without telling us how much. */
const UNTOLD = new Set<FailureKind>(['cut', 'stalled', 'timeout']);

/** What the attempt used and cost. Refused before the stream opened: nothing. Broken off after it: estimated. */
function bill(call: AttemptCall, progress: Progress, end: AttemptEnd): { usage: Usage; costNanoUsd: number | null } {
  const worked =
    end.kind === 'finished' ||
    (progress.headersMs !== null &&
      (end.kind === 'stopped' || progress.outputBytes > 0 || UNTOLD.has(end.failure.kind)));
  if (!worked) return { usage: NO_USAGE, costNanoUsd: 0 };
  const told = progress.finish?.usage ?? null;
  const usage = told !== null && isCredible(told) ? told : estimateUsage(call.messages, progress.outputBytes);
  return { usage, costNanoUsd: costNanoUsd(usage, call.deployment.prices) };
}

function bytesOf(event: ContentEvent): number {
  if (event.type === 'text-delta') return Buffer.byteLength(event.text);
  return event.toolCalls.reduce((sum, call) => sum + Buffer.byteLength((call.name ?? '') + (call.arguments ?? '')), 0);
}

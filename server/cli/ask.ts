import { mintAskId } from '#shared/ask-id.ts';
import { chatChunkSchema, provenanceSchema } from '#shared/chat.ts';
import { readJson } from '#shared/json.ts';
import { readSse } from '#shared/sse.ts';
import type * as z from 'zod/mini';
import { CommandProblem } from './command-problem.ts';
import { connectRouter, type RouterClient } from './router-client.ts';
import type { Terminal } from './terminal.ts';

export interface Question {
  question: string;
  feature: string | null;
  isJson: boolean;
  noCache: boolean;
}

type Told = z.infer<typeof provenanceSchema>;

/** What `layover ask` ends with. A shell knows 130 as "stopped by Ctrl-C". */
const WHOLE = 0;
const FAILED = 1;
const NOT_WHOLE = 3;
const STOPPED = 130;

/** `layover ask`: the answer to stdout, where it came from to stderr. Gives the exit code. */
export async function askRouter(asked: Question, terminal: Terminal): Promise<number> {
  const router = await connectRouter(terminal);
  const id = mintAskId(terminal.clock, terminal.random);
  const stopped = new AbortController();
  let stopping: Promise<void> | null = null;
  const takeBack = terminal.onInterrupt(() => {
    stopping ??= stopAsk(id, router, terminal);
    stopped.abort(new Error('Stopped by Ctrl-C.'));
  });
  try {
    return await (asked.isJson ? printWhole : printStream)({ asked, id, router, terminal }, stopped.signal);
  } catch (failure) {
    if (!stopped.signal.aborted) throw failure;
    return STOPPED;
  } finally {
    takeBack();
    // Both ends of it: an ask that still ran would still cost.
    await (stopping ?? Promise.resolve());
  }
}

async function stopAsk(id: string, router: RouterClient, terminal: Terminal): Promise<void> {
  try {
    await router.call(`/ai/${id}`, { method: 'DELETE' });
    terminal.tell('\nStopped.\n');
  } catch (failure) {
    // It may be over already, or not have begun; in both cases there is nothing to stop.
    terminal.tell(`\nStopped here. The router says: ${failure instanceof Error ? failure.message : String(failure)}\n`);
  }
}

interface Asking {
  asked: Question;
  id: string;
  router: RouterClient;
  terminal: Terminal;
}

function post({ asked, id, router }: Asking, signal: AbortSignal): Promise<Response> {
  const { question, feature, isJson, noCache } = asked;
  return router.call(
    '/ai',
    {
      method: 'POST',
      headers: { 'idempotency-key': id, ...(noCache ? { 'cache-control': 'no-cache' } : {}) },
      body: { prompt: question, ...(feature === null ? {} : { feature }), stream: !isJson },
    },
    signal,
  );
}

async function printWhole(asking: Asking, signal: AbortSignal): Promise<number> {
  const response = await post(asking, signal);
  const body: unknown = await response.json();
  asking.terminal.print(`${JSON.stringify(body, null, 2)}\n`);
  const completion = body as { choices?: { finish_reason?: string | null }[] };
  return isWhole(completion.choices?.[0]?.finish_reason ?? null) ? WHOLE : NOT_WHOLE;
}

async function printStream(asking: Asking, signal: AbortSignal): Promise<number> {
  const { terminal } = asking;
  const response = await post(asking, signal);
  if (response.body === null) throw new CommandProblem('The router sent no answer.');
  let reason: string | null = null;
  let problem: string | null = null;
  let told: Told | null = null;
  let hasText = false;
  for await (const { data } of readSse(response.body as ReadableStream<Uint8Array>)) {
    const chunk = data === '[DONE]' ? null : readJson(chatChunkSchema, data);
    if (chunk === null) continue;
    const text = chunk.choices[0]?.delta?.content ?? '';
    hasText ||= text !== '';
    terminal.print(text);
    reason = chunk.choices[0]?.finish_reason ?? reason;
    problem = chunk.error?.message ?? problem;
    const provenance = provenanceSchema.safeParse(chunk.layover);
    if (provenance.success) told = provenance.data;
  }
  if (hasText) terminal.print('\n');
  terminal.tell(`${provenanceLine(asking.id, told, response.headers)}\n`);
  if (problem === null && isWhole(reason)) return WHOLE;
  terminal.tell(`${problem ?? `The answer is not whole: it ended with \`${reason ?? 'nothing'}\`.`}\n`);
  return hasText ? NOT_WHOLE : FAILED;
}

function isWhole(reason: string | null): boolean {
  return reason === 'stop' || reason === 'tool_calls';
}

/** `openai/north · north-2026 · 1 attempt · first word 412 ms · $0.000012345 · id …` */
function provenanceLine(id: string, told: Told | null, headers: Headers): string {
  const degraded = told?.degraded.join(', ') ?? headers.get('x-layover-degraded') ?? '';
  const cost = told?.cost_usd ?? null;
  const parts = [
    told?.provider ?? headers.get('x-layover-provider'),
    told?.model ?? null,
    told?.source === 'router-cache' ? `from memory, ${told.age_seconds} s old` : null,
    told === null ? null : `${told.attempts} ${told.attempts === 1 ? 'attempt' : 'attempts'}`,
    told === null || told.hops === 0 ? null : `${told.hops} ${told.hops === 1 ? 'hop' : 'hops'}`,
    told === null || told.first_token_ms === null ? null : `first word ${told.first_token_ms} ms`,
    told === null ? null : cost === null ? 'cost unknown' : `$${cost}${told.cost_estimated ? ' (estimated)' : ''}`,
    degraded === '' ? null : degraded,
    told?.demo === true ? 'demo' : null,
    `id ${id}`,
  ];
  return parts.filter((part) => part !== null).join(' · ');
}

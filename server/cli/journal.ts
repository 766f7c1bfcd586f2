import { isAskId } from '#shared/ask-id.ts';
import { chatChunkSchema } from '#shared/chat.ts';
import { recentAsksSchema } from '#shared/console-wire.ts';
import { readJson } from '#shared/json.ts';
import { usdFromNano } from '#shared/money.ts';
import { readSse } from '#shared/sse.ts';
import * as z from 'zod/mini';
import { CommandProblem } from './command-problem.ts';
import { connectRouter, type RouterClient } from './router-client.ts';
import type { Terminal } from './terminal.ts';

/** As many asks as the router tells of at once. */
const NEWEST = 200;

type Booked = z.infer<typeof recentAsksSchema>['asks'][number];

/** What is known of an ask. */
export interface JournalEntry {
  id: string;
  /** Null when it is not ours: then only the ledger tells how it ended. */
  state: string | null;
  /** The journal's numbers with what each brought, words included; null when it is not ours, or still running. */
  events: { seq: number; text: string; finish: string | null; problem: string | null }[] | null;
  /** Its runs in the ledger, the newest first; empty while it runs, when it is too old, and for whoever is no operator. */
  booked: Booked[];
}

/** `layover journal`. Throws a CommandProblem when nothing is known of it here. */
export async function readJournal(id: string, terminal: Terminal): Promise<JournalEntry> {
  if (!isAskId(id))
    throw new CommandProblem(
      'The id of an ask is what `x-request-id` says, such as `01890a5d-ac96-774b-bcce-b302099a8057`.',
      {
        kind: 'usage',
      },
    );
  const router = await connectRouter(terminal);
  const booked = router.caller.role === 'operator' ? await readBooked(id, router) : [];
  const state = await readState(id, router);
  const events = state === null || state === 'running' || state === 'expired' ? null : await readEvents(id, router);
  if (state !== null || booked.length > 0) return { id, state, events, booked };
  const known = router.caller.role === 'operator' ? ` among the newest ${NEWEST}, and none` : '';
  throw new CommandProblem(`There is no ask with this id${known} of ${router.caller.user} of ${router.caller.tenant}.`);
}

async function readBooked(id: string, router: RouterClient): Promise<Booked[]> {
  const { asks } = await router.read(recentAsksSchema, { path: `/api/asks?limit=${NEWEST}` });
  return asks.filter(({ ask }) => ask.request_id === id);
}

const errorSchema = z.object({ error: z.object({ code: z.string() }) });
const stateSchema = z.object({ layover: z.looseObject({ state: z.optional(z.string()) }) });

/** Null for an ask of nobody, or of somebody else: the router does not tell them apart. */
async function readState(id: string, router: RouterClient): Promise<string | null> {
  const response = await router.look(`/ai/${id}`);
  const text = await response.text();
  if (response.status === 404) return null;
  if (response.status === 410) return 'expired';
  if (!response.ok) return readJson(errorSchema, text)?.error.code === 'cancelled' ? 'cancelled' : 'failed';
  return readJson(stateSchema, text)?.layover.state ?? 'answered';
}

async function readEvents(id: string, router: RouterClient): Promise<JournalEntry['events']> {
  const response = await router.look(`/ai/${id}`, { accept: 'text/event-stream' });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    return null;
  }
  const events: NonNullable<JournalEntry['events']> = [];
  for await (const { data, id: seq } of readSse(response.body as ReadableStream<Uint8Array>)) {
    const chunk = data === '[DONE]' ? null : readJson(chatChunkSchema, data);
    if (chunk === null) continue;
    const [choice] = chunk.choices;
    events.push({
      seq: Number(seq),
      text: choice?.delta?.content ?? '',
      finish: choice?.finish_reason ?? null,
      problem: chunk.error?.message ?? null,
    });
  }
  return events;
}

/** For people. */
export function writeJournal({ id, state, events, booked }: JournalEntry): string {
  const head = [`Ask ${id}: ${state ?? 'of somebody else'}`];
  const words = (events ?? []).map(
    ({ seq, text, finish, problem }) =>
      `  ${String(seq).padStart(4)}  ${problem ?? JSON.stringify(text)}${finish === null ? '' : `  ends: ${finish}`}`,
  );
  const runs = booked.flatMap(({ ask, attempts }) => [
    `Run ${ask.run}: ${ask.outcome}${ask.problem === null ? '' : ` (${ask.problem})`}, feature ${ask.feature} of ${ask.tenant_id}, ${ask.latency_ms ?? '?'} ms, ${costOf(ask.cost_nano_usd)}, ${ask.delivery}`,
    ...attempts.map(
      (one) =>
        `  ${one.attempt}. ${one.provider} (${one.model}): ${one.status}${one.http_status === null ? '' : `, ${one.http_status}`}, first word ${one.ttft_ms ?? '-'} ms, ${one.total_ms} ms, ${costOf(one.cost_nano_usd)}`,
    ),
  ]);
  return `${[...head, ...(words.length === 0 ? [] : ['Events:', ...words]), ...runs].join('\n')}\n`;
}

function costOf(nanoUsd: number | null): string {
  return nanoUsd === null ? 'cost unknown' : `$${usdFromNano(nanoUsd)}`;
}

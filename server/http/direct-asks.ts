import * as z from 'zod/mini';
import { chatMessageSchema } from '#shared/chat.ts';
import { mintAskId } from '#shared/ask-id.ts';
import { parseJson } from '#shared/json.ts';
import { Problem } from '#shared/problem.ts';
import { checkMayAsk, defaultFeatureOf, userNamed } from '../ask/entitlement.ts';
import type { DirectAnswer, DirectAsk } from '../bypass/bypass.ts';
import { writeProvenance } from './answer-headers.ts';
import { readJsonText } from './body.ts';
import type { HttpContext, HttpParts } from './parts.ts';

/** What of a body we look at ourselves; whatever is wrong with the rest, the provider says. */
const lookedAt = z.looseObject({
  model: z.catch(z.optional(z.string()), undefined),
  feature: z.catch(z.optional(z.string()), undefined),
  metadata: z.catch(z.optional(z.looseObject({ feature: z.optional(z.string()) })), undefined),
  stream: z.catch(z.optional(z.boolean()), undefined),
  stream_options: z.catch(z.optional(z.looseObject({ include_usage: z.optional(z.boolean()) })), undefined),
  messages: z.catch(z.optional(z.array(chatMessageSchema)), undefined),
  prompt: z.catch(z.optional(z.string()), undefined),
  user: z.catch(z.optional(z.string()), undefined),
});

type Told = Pick<DirectAsk, 'hasKey' | 'caller' | 'arrivedAtMs' | 'arrivedMonotonicMs'> & { feature: string | null };

/** Reads an ask while the router is bypassed. */
export async function readDirectAsk(
  c: HttpContext,
  parts: HttpParts,
  told: Told,
): Promise<{ ask: DirectAsk; includeUsage: boolean }> {
  const text = await readJsonText(c.req.raw, parts.configuration.general.bodyBytes);
  const json = parseJson(text);
  if (!json.ok) throw new Problem('body_malformed', 'The body is not JSON.');
  const body = lookedAt.safeParse(json.value);
  if (!body.success) throw new Problem('body_malformed', 'The body is not a JSON object.');
  const { model, metadata, stream, stream_options: options, messages, prompt, user } = body.data;
  const named = told.feature ?? body.data.feature ?? metadata?.feature ?? null;
  const feature = named ?? defaultFeatureOf(told.caller, parts.configuration);
  checkMayAsk(told.caller, feature);
  const ask: DirectAsk = {
    ...told,
    id: c.get('requestId') ?? mintAskId(parts.clock, parts.random),
    text,
    model: model ?? null,
    caller: userNamed(told.caller, user),
    feature,
    isStream: stream === true,
    messages: messages ?? (prompt === undefined ? [] : [{ role: 'user', content: prompt }]),
  };
  return { ask, includeUsage: options?.include_usage === true };
}

/** The provider's own answer, with where it came from beside it. */
export function respondPassed({ status, headers, provenance, body }: DirectAnswer & { kind: 'passed' }): Response {
  return new Response(body, {
    status,
    headers: {
      ...headers,
      ...writeProvenance(provenance, 'stream'),
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    },
  });
}

import { parseJson } from '#shared/json.ts';
import * as z from 'zod/mini';
import type { FailureKind } from './provider.ts';
import type { Complaint } from './wire.ts';

const errorSchema = z.looseObject({
  message: z.optional(z.nullable(z.string())),
  type: z.optional(z.nullable(z.string())),
  code: z.optional(z.nullable(z.union([z.string(), z.number()]))),
});

/** `{error: {…}}` on both wires; some servers send `{error: "…"}`, `{message}` or `{detail}`. */
const bodySchema = z.looseObject({
  error: z.optional(z.union([errorSchema, z.string()])),
  message: z.optional(z.string()),
  detail: z.optional(z.string()),
});

/** The status that an error type stands for when it comes inside a 200 stream. */
const STATUS_OF_TYPE = new Map(
  Object.entries({
    invalid_request_error: 400,
    authentication_error: 401,
    billing_error: 402,
    insufficient_quota: 429,
    permission_error: 403,
    invalid_api_key: 401,
    request_forbidden: 403,
    not_found_error: 404,
    conflict_error: 409,
    request_too_large: 413,
    rate_limit_error: 429,
    rate_limit_exceeded: 429,
    tokens: 429,
    requests: 429,
    api_error: 500,
    server_error: 500,
    timeout_error: 504,
    overloaded_error: 529,
  }),
);

const QUOTA_WORDS = new Set([
  'insufficient_quota',
  'credit_balance_exhausted',
  'billing_hard_limit_reached',
  'billing_not_active',
  'billing_error',
  'spend_limit_reached',
  'spend_limit_exceeded',
  'usage_limit_reached',
  'usage_limit_exceeded',
]);
const RATE_WORDS = new Set(['rate_limit_exceeded', 'rate_limit_error', 'slow_down', 'tokens', 'requests']);
const CONTEXT_WORDS = new Set(['context_length_exceeded', 'string_above_max_length']);
const POLICY_WORDS = new Set(['content_policy_violation', 'content_filter', 'moderation_blocked', 'invalid_prompt']);
const MODEL_WORDS = new Set(['model_not_found', 'model_decommissioned', 'DeploymentNotFound']);

/** Anthropic says these with a 400, and so do proxies; no code goes with them. */
const QUOTA_TEXT = /credit balance|spend(ing)? limit|usage limit|out of credits|insufficient (credits|balance|funds)/i;
const CONTEXT_TEXT =
  /maximum context|context (length|window|size)|context limit|prompt is too long|too many (input )?tokens/i;
const POLICY_TEXT = /content (management )?polic|content filter|safety system|flagged/i;

/** What an error body says; a body that is no JSON says nothing. */
export function readComplaint(status: number, body: string): Complaint {
  const json = parseJson(body);
  return complaintOf(json.ok ? json.value : null, status);
}

/** What a parsed error body or in-band error object says. `status` is null inside a stream: then the type tells it. */
export function complaintOf(value: unknown, status: number | null): Complaint {
  const read = bodySchema.safeParse(value);
  if (!read.success) return { status, type: '', code: '', message: '' };
  const { error, message, detail } = read.data;
  if (typeof error !== 'object') return { status, type: '', code: '', message: error ?? message ?? detail ?? '' };
  const type = error.type ?? '';
  const code = String(error.code ?? '');
  return { status: status ?? inBandStatus(type, code), type, code, message: error.message ?? '' };
}

/** Gateways put the HTTP status into `code`. */
function inBandStatus(type: string, code: string): number | null {
  if (/^[45]\d\d$/.test(code)) return Number(code);
  return STATUS_OF_TYPE.get(code) ?? STATUS_OF_TYPE.get(type) ?? null;
}

/** What the router may do about it. Words go before statuses: a 400 may mean an empty purse, and a 429 too. */
export function kindOf({ status, type, code, message }: Complaint): FailureKind {
  const says = (words: Set<string>): boolean => words.has(code) || words.has(type);
  if (says(QUOTA_WORDS) || status === 402) return 'quota';
  if (says(CONTEXT_WORDS)) return 'context-length';
  if (says(POLICY_WORDS)) return 'content-policy';
  if (says(MODEL_WORDS)) return 'model-missing';
  switch (status) {
    case 400:
    case 422:
      if (QUOTA_TEXT.test(message)) return 'quota';
      if (CONTEXT_TEXT.test(message)) return 'context-length';
      return POLICY_TEXT.test(message) ? 'content-policy' : 'caller';
    case 401:
      return 'unauthorized';
    case 403:
      if (QUOTA_TEXT.test(message)) return 'quota';
      return POLICY_TEXT.test(message) ? 'content-policy' : 'unauthorized';
    // 405 and 410 say of an address what 404 says: the deployment points at the wrong place.
    case 404:
    case 405:
    case 410:
      return 'model-missing';
    case 429:
      return !says(RATE_WORDS) && QUOTA_TEXT.test(message) ? 'quota' : 'rate-limited';
    case 408:
    case 409:
    case null:
      return 'rejected';
    default:
      return status >= 400 && status < 500 ? 'caller' : 'rejected';
  }
}

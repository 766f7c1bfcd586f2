/** Every code we ever answer with, and its HTTP status. What to do about each stands in `problem.ts`. */
const STATUS = {
  body_malformed: 400,
  feature_unknown: 400,
  header_malformed: 400,
  provider_refused: 400,
  context_too_long: 400,
  signed_out: 401,
  key_unknown: 401,
  key_revoked: 401,
  key_expired: 401,
  person_forgotten: 401,
  link_spent: 401,
  budget_spent: 402,
  too_costly: 402,
  price_unknown: 402,
  not_allowed: 403,
  origin_unknown: 403,
  model_unknown: 404,
  ask_unknown: 404,
  route_unknown: 404,
  method_unknown: 405,
  cancelled: 409,
  limit_reached: 409,
  ask_expired: 410,
  too_large: 413,
  key_reused: 422,
  configuration_wrong: 422,
  too_many_asks: 429,
  broken: 500,
  not_served: 501,
  providers_down: 503,
  stopping: 503,
  storage_failed: 503,
  offline: 503,
  portal: 503,
  stream_incomplete: 502,
  timeout: 504,
} as const;

/** A stable code of a failure. */
export type ProblemCode = keyof typeof STATUS;

/** What a retry may cure. */
const CURABLE: ReadonlySet<ProblemCode> = new Set([
  'too_many_asks',
  'broken',
  'providers_down',
  'stopping',
  'storage_failed',
  'stream_incomplete',
  'timeout',
] as const);

/** What to do about the failures that a device itself reports: it carries no other hints. */
export const DEVICE_HINTS = {
  cancelled: 'It was stopped on request. Ask again under a new id.',
  offline: 'Go online, or let the ask wait: send `Prefer: respond-async`.',
  portal: 'Open any web page and sign in to this Wi-Fi.',
  stream_incomplete: 'What arrived is kept as a partial answer. Ask again for the whole.',
} as const satisfies Partial<Record<ProblemCode, string>>;

/** OpenAI's error object, all four keys present. */
export interface ErrorBody {
  error: { message: string; type: string; param: string | null; code: string };
}

/** Every code, in the order of their statuses. */
export function problemCodes(): ProblemCode[] {
  return Object.keys(STATUS) as ProblemCode[];
}

/** Whether `code` is one of ours. */
export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(STATUS, code);
}

export function statusOf(code: ProblemCode): number {
  return STATUS[code];
}

/** Whether sending the same again can succeed. */
export function isCurable(code: ProblemCode): boolean {
  return CURABLE.has(code);
}

/** OpenAI's error object for a code: the sentence of what happened and what to do, in one message. */
export function writeError(code: ProblemCode, message: string, param: string | null = null): ErrorBody {
  return {
    error: { message, type: statusOf(code) >= 500 ? 'server_error' : 'invalid_request_error', param, code },
  };
}

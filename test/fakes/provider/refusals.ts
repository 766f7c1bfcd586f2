import { fail, refuse, type Step } from './script.ts';

export type FakeWire = 'openai' | 'anthropic';

/** An error as a provider words it: the same object stands in the body of a status and inside a stream. */
export interface Complaint {
  status: number;
  type: string;
  code: string | null;
  message: string;
}

/** What providers refuse with, in the words of each wire. */
export const COMPLAINTS = {
  openai: {
    'rate limit': wordsOf(429, 'requests', 'rate_limit_exceeded', 'Rate limit reached for requests.'),
    'slow down': wordsOf(429, 'rate_limit_error', 'slow_down', 'You ramped up too fast.'),
    quota: wordsOf(429, 'insufficient_quota', 'insufficient_quota', 'You exceeded your current quota.'),
    'no credit': wordsOf(402, 'billing_error', null, 'Insufficient credits.'),
    'wrong key': wordsOf(401, 'invalid_request_error', 'invalid_api_key', 'Incorrect API key provided.'),
    forbidden: wordsOf(403, 'request_forbidden', 'unsupported_country_region_territory', 'Country not supported.'),
    'no such model': wordsOf(404, 'invalid_request_error', 'model_not_found', 'The model does not exist.'),
    timeout: wordsOf(408, 'server_error', null, 'Request timed out.'),
    conflict: wordsOf(409, 'server_error', null, 'Try again.'),
    'too large': wordsOf(413, 'invalid_request_error', null, 'Request too large.'),
    unprocessable: wordsOf(422, 'invalid_request_error', null, 'Unprocessable.'),
    malformed: wordsOf(400, 'invalid_request_error', null, 'Invalid value for `messages`.'),
    'too long': wordsOf(400, 'invalid_request_error', 'context_length_exceeded', 'The maximum context length is 8192.'),
    policy: wordsOf(400, 'invalid_request_error', 'content_policy_violation', 'Rejected by the safety system.'),
    'server error': wordsOf(500, 'server_error', null, 'The server had an error.'),
    'bad gateway': wordsOf(502, 'server_error', null, 'Bad gateway.'),
    unavailable: wordsOf(503, 'server_error', 'server_is_overloaded', 'Overloaded.'),
    'gateway timeout': wordsOf(504, 'server_error', null, 'Gateway timeout.'),
    overloaded: wordsOf(529, 'overloaded_error', null, 'Overloaded.'),
  },
  anthropic: {
    'rate limit': wordsOf(429, 'rate_limit_error', null, 'Number of request tokens has exceeded your rate limit.'),
    'slow down': wordsOf(429, 'rate_limit_error', null, 'Ramp up more slowly.'),
    quota: wordsOf(400, 'invalid_request_error', null, 'You have reached your specified spend limit.'),
    'no credit': wordsOf(402, 'billing_error', null, 'Your credit balance is too low.'),
    'wrong key': wordsOf(401, 'authentication_error', null, 'invalid x-api-key'),
    forbidden: wordsOf(403, 'permission_error', null, 'Your key may not use this.'),
    'no such model': wordsOf(404, 'not_found_error', null, 'model: nowhere'),
    timeout: wordsOf(408, 'timeout_error', null, 'Request timed out.'),
    conflict: wordsOf(409, 'conflict_error', null, 'Try again.'),
    'too large': wordsOf(413, 'request_too_large', null, 'Request too large.'),
    unprocessable: wordsOf(422, 'invalid_request_error', null, 'Unprocessable.'),
    malformed: wordsOf(400, 'invalid_request_error', null, 'messages.0: wrong'),
    'too long': wordsOf(400, 'invalid_request_error', null, 'prompt is too long: 210000 tokens > 200000 maximum'),
    policy: wordsOf(400, 'invalid_request_error', null, 'Output blocked by content filtering policy'),
    'server error': wordsOf(500, 'api_error', null, 'Internal server error.'),
    'bad gateway': wordsOf(502, 'api_error', null, 'Bad gateway.'),
    unavailable: wordsOf(503, 'api_error', null, 'Unavailable.'),
    'gateway timeout': wordsOf(504, 'timeout_error', null, 'Timed out.'),
    overloaded: wordsOf(529, 'overloaded_error', null, 'Overloaded.'),
  },
} as const satisfies Record<FakeWire, Record<string, Complaint>>;

export type ComplaintName = keyof (typeof COMPLAINTS)['openai'];

export const COMPLAINT_NAMES = Object.keys(COMPLAINTS.openai) as ComplaintName[];

/** Refused with the complaint's own status before anything is said. */
export function complain(wire: FakeWire, name: ComplaintName, headers: Record<string, string> = {}): Step[] {
  const { status, ...said } = COMPLAINTS[wire][name];
  const { type, code, message } = said;
  const body =
    wire === 'openai'
      ? { error: { message, type, param: null, code } }
      : { type: 'error', error: { type, message }, request_id: 'req-fake' };
  return refuse(status, body, headers);
}

/** The same complaint as an error object inside a 200 stream. Statuses have no place there: only its words can tell. */
export function complainInside(wire: FakeWire, name: ComplaintName): Step {
  const { type, code, message } = COMPLAINTS[wire][name];
  return fail(type, message, code);
}

/** The forms in which providers say when to come back; each means `ms`, counted from `nowMs`. */
export function retryAfterForms(ms: number, nowMs: number): Record<string, string>[] {
  const seconds = String(ms / 1000);
  return [
    { 'retry-after': seconds },
    { 'retry-after': new Date(nowMs + ms).toUTCString() },
    { 'retry-after-ms': String(ms), 'retry-after': '99' },
  ];
}

function wordsOf(status: number, type: string, code: string | null, message: string): Complaint {
  return { status, type, code, message };
}

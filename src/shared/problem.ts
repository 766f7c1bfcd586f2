/** Every code we ever answer with: its HTTP status, the sentence that says what to do, and whether a retry can cure it. */
const TABLE = {
  body_malformed: {
    status: 400,
    retry: false,
    hint: 'Send a JSON object as OpenAI chat completions describes it, or {"feature": "…", "prompt": "…"}.',
  },
  feature_unknown: {
    status: 400,
    retry: false,
    hint: 'Use a feature that the configuration declares, or leave it out.',
  },
  header_malformed: { status: 400, retry: false, hint: 'Correct the header, or leave it out.' },
  provider_refused: {
    status: 400,
    retry: false,
    hint: 'The provider does not accept this ask as it is. Change it; sending it again will not help.',
  },
  context_too_long: { status: 400, retry: false, hint: 'Shorten the conversation, or start a new one.' },
  signed_out: {
    status: 401,
    retry: false,
    hint: 'Open a sign-in link: `npm start` prints one, `layover link` makes another.',
  },
  key_unknown: { status: 401, retry: false, hint: 'Send a valid key as `Authorization: Bearer …`.' },
  link_spent: {
    status: 401,
    retry: false,
    hint: 'A sign-in link works once. Make another with `layover link`, or start the router again.',
  },
  budget_spent: { status: 402, retry: false, hint: 'Raise the cap in the configuration, or wait for the next month.' },
  not_allowed: { status: 403, retry: false, hint: 'Sign in as an operator.' },
  origin_unknown: {
    status: 403,
    retry: false,
    hint: 'Open Layover at its own address, or list the host under `general_settings.hosts`.',
  },
  model_unknown: {
    status: 404,
    retry: false,
    hint: 'Ask for a model that `GET /v1/models` lists, or leave `model` out.',
  },
  ask_unknown: { status: 404, retry: false, hint: 'Check the id. Answers can be read only by whoever asked.' },
  route_unknown: { status: 404, retry: false, hint: 'See `GET /v1/models` and the README for what is served.' },
  method_unknown: { status: 405, retry: false, hint: 'Use the method that the README names for this address.' },
  cancelled: { status: 409, retry: false, hint: 'It was stopped on request. Ask again under a new id.' },
  ask_expired: { status: 410, retry: false, hint: 'Its journal was removed when its time was up. Ask again.' },
  too_large: { status: 413, retry: false, hint: 'Send less text.' },
  key_reused: { status: 422, retry: false, hint: 'Use a new `Idempotency-Key` for a different ask.' },
  too_many_asks: { status: 429, retry: true, hint: 'Wait as long as `retry-after` says.' },
  broken: { status: 500, retry: true, hint: 'Try again. The router log names the request id.' },
  not_served: { status: 501, retry: false, hint: 'Use `POST /v1/chat/completions`.' },
  providers_down: {
    status: 503,
    retry: true,
    hint: 'Try again in a while. The Console shows what each provider said.',
  },
  stopping: { status: 503, retry: true, hint: 'The router is about to stop. Try again in a few seconds.' },
  storage_failed: { status: 503, retry: true, hint: 'Check that the data folder is writable and its disk not full.' },
  offline: { status: 503, retry: false, hint: 'Go online, or let the ask wait: send `Prefer: respond-async`.' },
  portal: { status: 503, retry: false, hint: 'Open any web page and sign in to this Wi-Fi.' },
  stream_incomplete: {
    status: 502,
    retry: true,
    hint: 'What arrived is kept as a partial answer. Ask again for the whole.',
  },
  timeout: { status: 504, retry: true, hint: 'Try again, or raise the limit in the configuration.' },
} as const satisfies Record<string, { status: number; retry: boolean; hint: string }>;

/** A stable code of a failure. */
export type ProblemCode = keyof typeof TABLE;

/** OpenAI's error object, all four keys present. */
export interface ErrorBody {
  error: { message: string; type: string; param: string | null; code: string };
}

/**
 * A failure that somebody is told about. `message` is what happened and to what, in one sentence;
 * what to do comes from the table. Holds no secret and no prompt text.
 */
export class Problem extends Error {
  readonly code: ProblemCode;
  /** Field or header at fault, when there is one. */
  readonly param: string | null;
  /** When a retry may succeed; exact. */
  readonly retryAfterMs: number | null;

  constructor(
    code: ProblemCode,
    message: string,
    details: { param?: string; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.name = 'Problem';
    this.code = code;
    this.param = details.param ?? null;
    this.retryAfterMs = details.retryAfterMs ?? null;
  }

  get status(): number {
    return TABLE[this.code].status;
  }

  get hint(): string {
    return TABLE[this.code].hint;
  }

  /** Whether sending the same again can succeed; goes out as `x-should-retry`. */
  get canRetry(): boolean {
    return TABLE[this.code].retry;
  }
}

/** Every code with its status, for documents and tests. */
export function problemTable(): { code: ProblemCode; status: number; retry: boolean; hint: string }[] {
  return (Object.keys(TABLE) as ProblemCode[]).map((code) => ({ code, ...TABLE[code] }));
}

/** Whether `code` is one of ours. */
export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(TABLE, code);
}

/** OpenAI's error object for a problem: the sentence and what to do, in one message. */
export function errorBody(problem: Problem): ErrorBody {
  return {
    error: {
      message: `${problem.message} ${problem.hint}`,
      type: problem.status >= 500 ? 'server_error' : 'invalid_request_error',
      param: problem.param,
      code: problem.code,
    },
  };
}

/** Any thrown thing as a problem: ours stay, the rest become `broken` with the original as cause. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  return new Problem('broken', 'Something in Layover itself failed.', { cause: thrown });
}

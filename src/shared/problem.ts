import {
  DEVICE_HINTS,
  isCurable,
  isProblemCode,
  problemCodes,
  statusOf,
  writeError,
  type ErrorBody,
  type ProblemCode,
} from '#shared/problem-codes.ts';

export { isProblemCode, type ErrorBody, type ProblemCode };

/** What to do about each failure. Apart from the codes, because the worker needs few of these sentences. */
const HINTS: Record<ProblemCode, string> = {
  ...DEVICE_HINTS,
  body_malformed: 'Send a JSON object as OpenAI chat completions describes it, or {"feature": "…", "prompt": "…"}.',
  feature_unknown: 'Use a feature that the configuration declares, or leave it out.',
  header_malformed: 'Correct the header, or leave it out.',
  provider_refused: 'The provider does not accept this ask as it is. Change it; sending it again will not help.',
  context_too_long: 'Shorten the conversation, or start a new one.',
  signed_out: 'Open a sign-in link: `npm start` prints one, `layover link` makes another.',
  key_unknown: 'Send a valid key as `Authorization: Bearer …`.',
  key_revoked: 'Ask whoever runs Layover for another key.',
  key_expired: 'Ask whoever runs Layover for another key.',
  person_forgotten: 'Ask whoever runs Layover for a sign-in link.',
  link_spent: 'A sign-in link works once. Make another with `layover link`, or start the router again.',
  budget_spent: 'Raise the cap in the configuration, or wait for the next month.',
  too_costly: 'Shorten the ask or the answer that it asks for, or raise `limits.cost_usd` of the feature.',
  price_unknown: 'Give the model its prices in the configuration, or set `unknown_price: allow`.',
  not_allowed: 'Sign in as somebody who may, or use a key that is made for it.',
  origin_unknown: 'Open Layover at its own address, or list the host under `general_settings.hosts`.',
  model_unknown: 'Ask for a model that `GET /v1/models` lists, or leave `model` out.',
  ask_unknown: 'Check the id. Answers can be read only by whoever asked.',
  route_unknown: 'See `GET /v1/models` and the README for what is served.',
  method_unknown: 'Use the method that the README names for this address.',
  limit_reached: 'Remove some that are not needed any more.',
  ask_expired: 'Its journal was removed when its time was up. Ask again.',
  too_large: 'Send less text.',
  configuration_wrong: 'Nothing was changed. Correct the file, and have it read again.',
  key_reused: 'Use a new `Idempotency-Key` for a different ask.',
  too_many_asks: 'Wait as long as `retry-after` says.',
  broken: 'Try again. The router log names the request id.',
  not_served: 'Use `POST /v1/chat/completions`.',
  providers_down: 'Try again in a while. The Console shows what each provider said.',
  stopping: 'The router is about to stop. Try again in a few seconds.',
  storage_failed: 'Check that the data folder is writable and its disk not full.',
  timeout: 'Try again, or raise the limit in the configuration.',
};

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
    return statusOf(this.code);
  }

  get hint(): string {
    return HINTS[this.code];
  }

  /** Whether sending the same again can succeed; goes out as `x-should-retry`. */
  get canRetry(): boolean {
    return isCurable(this.code);
  }
}

/** Every code with its status, for documents and tests. */
export function problemTable(): { code: ProblemCode; status: number; retry: boolean; hint: string }[] {
  return problemCodes().map((code) => ({ code, status: statusOf(code), retry: isCurable(code), hint: HINTS[code] }));
}

/** OpenAI's error object for a problem: the sentence and what to do, in one message. */
export function errorBody(problem: Problem): ErrorBody {
  return writeError(problem.code, `${problem.message} ${problem.hint}`, problem.param);
}

/** Any thrown thing as a problem: ours stay, the rest become `broken` with the original as cause. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  return new Problem('broken', 'Something in Layover itself failed.', { cause: thrown });
}

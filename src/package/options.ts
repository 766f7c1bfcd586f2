/** An address that asks are sent to: a whole URL as it is asked, a pattern for it, or a function that knows. */
export type Endpoint = string | RegExp | ((url: string) => boolean);

/** How one ask ended, without a word of question or answer. Exactly one per ask. */
export interface AskEvent {
  readonly ask_id: string;
  readonly outcome: 'answered' | 'partial' | 'failed' | 'refused' | 'stopped' | 'expired';
  /** `saved`: this device gave it. */
  readonly source: 'provider' | 'router-cache' | 'saved' | 'on-device' | 'none';
  /** Why the network did not give it; `ok` when it did. */
  readonly network: 'ok' | 'offline' | 'slow' | 'portal' | 'bad-answer' | 'cut' | 'router' | 'not-tried';
  /** Unix milliseconds. */
  readonly asked_at_ms: number;
  /** Milliseconds from asking to the first content, and to the end; null when there was none. */
  readonly first_token_ms: number | null;
  readonly total_ms: number | null;
  /** Milliseconds it waited on the device; 0 when it did not. */
  readonly waited_ms: number;
  readonly tries: number;
  /** Age of the saved answer; null when it was none. */
  readonly saved_age_ms: number | null;
  /** The network simulator was on. */
  readonly simulated: boolean;
}

/** What plays scenarios: the export of `layover/simulator`. Left out, it is not in your bundle either. */
export type NetworkSimulator = (kept: unknown, stage: never) => unknown;

/** Travel mode in front of a Layover router: the router says what may be kept and for how long. */
export interface RouterOptions {
  /** Origin of the router: `https://ai.example.com`. Another origin than the page's must be in its `cors_origins`. */
  router: string;
  /** Scenarios may be played, where the router's policy allows it too. Default: none. */
  simulator?: NetworkSimulator;
}

/** Travel mode in front of any OpenAI-compatible API: what may be kept is said here. */
export interface ApiOptions {
  /** Which `POST` requests are asks. Chat completions only; everything else goes to the network untouched. */
  endpoints: readonly Endpoint[];
  /**
   * Whether a 2xx answer was given by your API, and not by something between. Do not read the body, or read a clone. A redirect, a
   * 511 and a page of HTML are taken for a Wi-Fi that wants a sign-in before this is called; a body that is no completion is never
   * taken for one, whatever this says. Default: status 200 with JSON or an event stream.
   */
  proof?: (response: Response) => boolean | Promise<boolean>;
  /**
   * What may be kept of question and answer. `store`: all; `store_unless_pii`: nothing that looks personal is given again;
   * `never`: no answer at all. Default `store_unless_pii`.
   */
  store?: 'store' | 'store_unless_pii' | 'never';
  /** Days for which a saved answer is kept. Default 30. */
  keepDays?: number;
  /** Seconds after which a saved answer is said to be old, by `x-layover-stale: 1`. Default 86,400. */
  freshSeconds?: number;
  /** Whether an ask with `Prefer: respond-async` may wait for the network. Sent again at least once. Default true. */
  queue?: boolean;
  /** Days after which a waiting ask is no longer sent by itself. Default 6. */
  queueDays?: number;
  /** Milliseconds to the first token after which a saved answer is given instead. Default 3,000. */
  firstTokenSavedMs?: number;
  /** Milliseconds to the first token where nothing is saved. Default 30,000. */
  firstTokenMs?: number;
  /** Milliseconds of silence in a stream after which it counts as cut. Default 60,000. */
  gapMs?: number;
  /** Raise it when your instructions change: what was saved before is not given any more. Default 1. */
  version?: number;
  /**
   * Whose ask it is. What one person keeps here is sealed from every other. Look at headers only: when waiting asks are sent, it
   * gets a request with the headers that the page supplies. Only a keyed hash of what it says is kept. Default: `Authorization`.
   */
  scopeOf?: (request: Request) => string | Promise<string>;
  /** Whether your API can be reached, where that can be found out for less than an ask. Default: the next ask finds out. */
  probe?: () => boolean | Promise<boolean>;
  /** Hears how each ask ended. Nothing is sent anywhere. */
  onEvent?: (event: AskEvent) => void;
  /** Scenarios may be played. Default: none. */
  simulator?: NetworkSimulator;
}

export type TravelModeOptions = RouterOptions | ApiOptions;

/** The least of a worker's events that travel mode needs, whatever library of types you use. */
export interface WorkerEvent {
  readonly type: string;
  waitUntil(work: Promise<unknown>): void;
}

/** What listens for a worker's events: `self`. */
export interface WorkerScope {
  addEventListener(type: 'fetch' | 'message' | 'sync', listener: (event: WorkerEvent) => void): void;
}

export interface TravelMode {
  /** Answers a `fetch` of an ask, a `message` of `layover/page`, or a `sync` of ours. True when it was one: leave it alone then. */
  handle(event: WorkerEvent): boolean;
  /** Listens for all three. */
  listen(scope: WorkerScope): void;
}

/** Bounds of every number: name, least, most. */
const NUMBERS = [
  ['keepDays', 0, 3_650],
  ['freshSeconds', 0, 315_360_000],
  ['queueDays', 0, 365],
  ['firstTokenSavedMs', 0, 600_000],
  ['firstTokenMs', 1, 600_000],
  ['gapMs', 1, 600_000],
  ['version', 0, Number.MAX_SAFE_INTEGER],
] as const;

/** Throws a TypeError that names the first option that cannot be meant. */
export function checkOptions(options: TravelModeOptions): void {
  if ('router' in options) {
    if (!URL.canParse(options.router) || new URL(options.router).pathname !== '/')
      throw new TypeError('travelMode: `router` must be an origin such as `https://ai.example.com`.');
    return;
  }
  const given: unknown = options.endpoints;
  if (!Array.isArray(given) || given.length === 0)
    throw new TypeError('travelMode: `endpoints` must name at least one address, or give `router`.');
  const relative = options.endpoints.find((each) => typeof each === 'string' && !URL.canParse(each));
  if (relative !== undefined)
    throw new TypeError(`travelMode: the endpoint \`${String(relative)}\` must be a whole URL.`);
  if (!['store', 'store_unless_pii', 'never', undefined].includes(options.store))
    throw new TypeError('travelMode: `store` must be `store`, `store_unless_pii` or `never`.');
  for (const [name, least, most] of NUMBERS) {
    const value = options[name];
    if (value !== undefined && !(Number.isFinite(value) && value >= least && value <= most))
      throw new TypeError(`travelMode: \`${name}\` must be a number from ${least} to ${most}.`);
  }
}

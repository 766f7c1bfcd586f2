import type { Prices } from '#shared/money.ts';
import type { DevicePolicy } from '#shared/travel-policy.ts';
import type { Normalization } from '#shared/prompt.ts';

/** The checked and resolved configuration; read once, at the start. See docs/config.md. */
export interface Configuration {
  /** Path of the file it came from; null when it is the built-in demo. */
  source: string | null;
  /** No provider key anywhere: the two demo providers serve. */
  demo: boolean;
  deployments: Deployment[];
  /** By name; always holds `defaultFeature`. */
  features: Map<string, Feature>;
  defaultFeature: string;
  /** Features were declared by the file, so an undeclared name is an error. */
  featuresDeclared: boolean;
  /** By name; one that is not here has no limit. */
  tenants: Map<string, TenantLimits>;
  /** Whether an ask under a dollar cap may go to a deployment whose price is not known. */
  unknownPrice: 'allow' | 'refuse';
  routing: Routing;
  slo: SloTargets;
  /** What the router's own tests of deployments may cost in an hour; 0: it makes none. Default 10,000,000, a cent. */
  canary: { costNanoUsdPerHour: number };
  travel: { firstTokenSavedMs: number; firstTokenNoneMs: number; simulator: boolean };
  retention: { asksDays: number; attemptsDays: number; journalDays: number };
  general: {
    /** Null: use the environment's, else the file made at the first start. */
    masterKey: string | null;
    /** Host names, beside the loopback ones and HOST, under which this router may be reached. */
    hosts: string[];
    corsOrigins: string[];
    /** Most bytes of a request body. Default 1,000,000. */
    bodyBytes: number;
    /** Answers and journal are sealed on the disk. Default false. */
    encrypt: boolean;
  };
  /** Where alerts go, as far as it is said. Secrets: never printed. */
  alerts?: { slackUrl: string | null; heartbeatUrl: string | null };
  /** One line each, to be printed at the start: unknown keys, keys set but not used yet, meanings that differ. */
  notices: string[];
}

/** One model at one provider, under an alias that clients use. */
export interface Deployment {
  /** Stable id, unique: `<alias>#<n>` or `model_info.id`. */
  id: string;
  /** `model_name`: what clients ask for. */
  alias: string;
  /** What people read, such as `openai/gpt-6-luna`. */
  name: string;
  wire: 'openai' | 'anthropic';
  /** Upstream model id, without the provider prefix. */
  model: string;
  /** Base URL; the wire adds `/chat/completions` or `/v1/messages`. */
  apiBase: string;
  /** Null where none is needed (Ollama, demo). Never printed. */
  apiKey: string | null;
  /** Lower goes first. Default 1. */
  order: number;
  /** Share inside its order. Default 1. */
  weight: number;
  /** `timeout`: bounds the wait for the first content too, ms. Default 30,000. */
  timeoutMs: number;
  /** Limit to the first content, ms. Default 2,000. */
  firstTokenTimeoutMs: number;
  /** Longest silence between pieces of content, ms. Default 15,000. */
  idleTimeoutMs: number;
  /** Longest stream, ms, from the sending of its call. Default 300,000. */
  streamTotalMs: number;
  /** The model goes on from a last turn of the assistant. */
  prefill: boolean;
  /** Null when nobody knows them: then its costs are unknown, never 0. */
  prices: Prices | null;
  /** The list that they were taken from, and its date; absent when the file gives them, or nobody does. */
  pricedBy?: string;
  /** Longest prompt in tokens; null when nobody said. */
  maxInputTokens: number | null;
  /** Most calls and tokens in a minute; null for no limit. */
  perMinute: { requests: number | null; tokens: number | null };
  /** How its failures are judged, where it says otherwise than the router's settings. */
  judged: {
    allowedFails: number | null;
    allowedFailsPolicy: ReadonlyMap<string, number> | null;
    cooldownMs: number | null;
  };
  /** What its calls get beside the ask; undefined for nothing. */
  extras?: RequestExtras | undefined;
  demo: boolean;
  /** `unconfigured`: its key or base is not in the environment; the sentence says which. */
  state: { kind: 'ready' } | { kind: 'unconfigured'; why: string };
}

/** What the calls of a deployment get beside the ask. */
export interface RequestExtras {
  /** Parameters for an ask that says nothing of them. */
  defaults: Record<string, unknown>;
  /** In lower case. Never printed. */
  headers: Record<string, string>;
  /** Names of parameters that it must not get. */
  drop: string[];
  /** An ask with a parameter that its wire has no word for is refused, in place of going without it. */
  refuseUnsaid: boolean;
}

export interface Feature {
  name: string;
  /** For people; the name with a capital when not given. */
  title: string;
  /** Alias the feature asks for. */
  model: string;
  /** Put in front of the messages by the router; null for none. */
  system: string | null;
  promptVersion: number;
  /** Cap written into the ask when it has none; null for the provider's own. */
  maxOutputTokens: number | null;
  limits: FeatureLimits;
  cache: {
    /** Seconds a whole answer is given again; 0 switches the cache off. */
    ttlSeconds: number;
    scope: 'tenant' | 'user';
  };
  /** Seconds for which an answer may stand in while no provider can be reached; 0 for never. */
  staleIfDownSeconds: number;
  normalization: Normalization;
  /** What providers' prompt caches should keep of its asks; null or left out: nothing is said of it. */
  promptCache?: { ttl: '5m' | '1h'; blocks: readonly ('system' | 'tools' | 'history')[] } | null;
  device: DevicePolicy;
  stream: StreamPolicy;
  /** The one deployment of its model that answers: its id, its name, `primary` or `secondary`; null for any. */
  pin: string | null;
}

/** What one ask of a feature may be, and what is done when it is more. */
export interface FeatureLimits {
  /** Longest prompt; null for any. */
  inputTokens: number | null;
  /** The most that one call may cost; null for any. */
  costNanoUsd: number | null;
  /** Taken in this order until nothing is in the way; at its end the ask is refused. */
  ladder: readonly LadderStep[];
  /** Alias of the step `cheaper_model`; null to leave that step out. */
  cheaperModel: string | null;
}

export type LadderStep = 'truncate_context' | 'cheaper_model' | 'cached_answer' | 'refuse';

/** How answers of a feature are delivered, and what follows when one breaks off. */
export interface StreamPolicy {
  /** Null: `continue` for prose, `error` for tools and JSON. */
  onBreak: 'continue' | 'restart' | 'error' | null;
  /** `buffered`: nothing is passed on before the answer is complete. */
  delivery: 'live' | 'buffered';
  /** A second deployment may be asked while the first is slow. */
  hedge: boolean;
}

/** What a tenant and each of its people may do; null where nothing limits it. */
export interface TenantLimits {
  /** Of one calendar month in UTC. */
  monthlyCostNanoUsd: number | null;
  userMonthlyCostNanoUsd: number | null;
  /** Asks per second in the long run, and at once. */
  rate: { perSecond: number; burst: number } | null;
  userRate: { perSecond: number; burst: number } | null;
}

export interface Routing {
  /** Fails in a window of one minute after which a deployment opens; more than this many. Default 3. */
  allowedFails: number;
  /** Fails one after the other after which it opens, however far apart. 3. */
  failsInARow: number;
  /** Allowed fails by kind of failure, in place of `allowedFails`. */
  allowedFailsPolicy: ReadonlyMap<string, number>;
  /** How long it is left alone at first, ms. Default 30,000. */
  cooldownMs: number;
  /** False: no deployment is ever left alone. Default true. */
  cooldowns: boolean;
  /** Repeats at the same deployment, over a whole ask. Default 2. */
  numRetries: number;
  /** Steps to another deployment, over a whole ask. Default 5. */
  maxFallbacks: number;
  /** Least wait before a repeat at the same deployment, ms. Default 0. */
  retryAfterMs: number;
  /** Repeats by kind of failure, in place of `numRetries`. */
  retryPolicy: ReadonlyMap<string, number>;
  /** Aliases that follow an alias, in their order, by what happened; `*` for every alias without an entry. */
  fallbacks: Record<'any' | 'whenTooLong' | 'whenRefused', ReadonlyMap<string, readonly string[]>>;
  /** Other names of an alias; a hidden one is not listed. */
  modelAliases: ReadonlyMap<string, { model: string; hidden: boolean }>;
  /** An ask goes past deployments that are known to take less. Default false. */
  preCallChecks: boolean;
  /** Who is taken of an order: by chance and weight, or whose first token came soonest of late. */
  strategy: { kind: 'weights' } | { kind: 'latency'; ttlMs: number; buffer: number };
  /** Limit of one ask over all its attempts, ms. Default 30,000. */
  totalTimeoutMs: number;
  /** How long an ask without a key goes on after its client left, ms. Default 60,000. */
  graceMs: number;
}

export interface SloTargets {
  successPercent: number;
  firstTokenP95Seconds: number;
  costAverageUsd: number;
  windowDays: number;
  expectedAsksPerMonth: number;
}

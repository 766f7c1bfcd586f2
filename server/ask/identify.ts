import { hash } from 'node:crypto';
import { isAskId, mintAskId } from '#shared/ask-id.ts';
import { canonicalAsk, exactAsk } from '#shared/ask-key.ts';
import { messagesOf, notReusable, type ChatMessage, type ChatRequest } from '#shared/chat.ts';
import type { Clock, Random } from '#shared/clock.ts';
import { Problem } from '#shared/problem.ts';
import type { Configuration, Feature } from '../config/configuration.ts';
import { aliasNamed } from '../config/alias-named.ts';
import { pinnedAmong } from '../config/pinned.ts';
import type { Owner } from '../store/journal.ts';
import type { AskRequest } from './asks.ts';
import { checkMayAsk, defaultFeatureOf } from './entitlement.ts';

/** An ask, known: whose it is, what it wants, of which model. */
export interface Ask {
  /** Its UUIDv7: its key when that is one, else minted. */
  id: string;
  request: AskRequest;
  owner: Owner;
  feature: Feature;
  /** The model alias to be routed. */
  alias: string;
  /** As they go to a provider, the feature's system prompt in front. */
  messages: ChatMessage[];
  /** Every parameter for the provider. */
  parameters: Record<string, unknown>;
  /** SHA-256 of the exact ask: what its key is bound to. */
  bodyHash: string;
  /** Under which its answer is remembered; null when it may not be reused. */
  cacheKey: string | null;
}

/** Fields of the body that are ours or decide on delivery: no provider gets them. */
const OUR_FIELDS = new Set(['feature', 'prompt', 'metadata', 'model', 'messages', 'stream', 'stream_options', 'user']);

/** Most aliases that are named to whoever asked for one that is not served. */
const ALIASES_NAMED = 5;

/** Finds out what is asked. Throws `feature_unknown`, `model_unknown` and `body_malformed`. */
export function identify(
  request: AskRequest,
  deps: { configuration: Configuration; clock: Clock; random: Random },
): Ask {
  const { body, key } = request;
  const owner = { tenant: request.caller.tenant, user: request.caller.user };
  const feature = featureOf(request, deps.configuration);
  const alias = aliasOf(body, feature, deps.configuration);
  checkPin(request.pin ?? null, alias, deps.configuration);
  const typed = messagesOf(body);
  if (typed === null) throw new Problem('body_malformed', 'The body needs either `messages` or `prompt`.');
  if (typeof body.n === 'number' && body.n !== 1)
    throw new Problem('body_malformed', `\`n\` is ${body.n}, and an ask has exactly one answer.`, { param: 'n' });
  const messages: ChatMessage[] =
    feature.system === null ? typed : [{ role: 'system', content: feature.system }, ...typed];
  const parameters = parametersOf(body, feature);
  return {
    id: key !== null && isAskId(key) ? key : mintAskId(deps.clock, deps.random),
    request,
    owner,
    feature,
    alias,
    messages,
    parameters,
    ...keysOf({ body, owner, feature, alias, messages, parameters }),
    // Who pins an ask wants to know what that deployment says now.
    ...((request.pin ?? null) === null ? {} : { cacheKey: null }),
  };
}

function checkPin(pin: string | null, alias: string, { deployments }: Configuration): void {
  if (pin === null) return;
  const served = deployments.filter((deployment) => deployment.alias === alias);
  if (pinnedAmong(served, pin).length > 0) return;
  const ids = served.slice(0, ALIASES_NAMED).map(({ id }) => `\`${id}\``);
  const message = `\`x-layover-pin\` is \`${pin}\`, which is no deployment of \`${alias}\`. There are: ${ids.join(', ')}.`;
  throw new Problem('header_malformed', message, { param: 'x-layover-pin' });
}

/** Whether no word of an ask may reach a disk or the log: its feature is never stored. */
export function isDiscreet({ feature }: Pick<Ask, 'feature'>): boolean {
  return feature.device.store === 'never';
}

/** Whether its client asked for the chunk of usage. */
export function asksUsage({ stream_options: options }: ChatRequest): boolean {
  return options?.include_usage === true;
}

function featureOf({ caller, feature: name }: AskRequest, configuration: Configuration): Feature {
  const { features, featuresDeclared } = configuration;
  const defaultFeature = defaultFeatureOf(caller, configuration);
  checkMayAsk(caller, name ?? defaultFeature);
  const feature = features.get(name ?? defaultFeature);
  if (feature !== undefined) return feature;
  const fallback = features.get(configuration.defaultFeature);
  if (name === null || featuresDeclared || fallback === undefined)
    throw new Problem('feature_unknown', `Feature \`${name ?? defaultFeature}\` is not declared.`, {
      param: 'feature',
    });
  // Nothing is declared, so any name is only a tag: the ledger and the cache keep it apart.
  return { ...fallback, name };
}

function aliasOf(body: ChatRequest, feature: Feature, { deployments, routing }: Configuration): string {
  const asked = body.model ?? feature.model;
  const alias = aliasNamed(asked, routing);
  if (deployments.some((deployment) => deployment.alias === alias)) return alias;
  const served = [...new Set(deployments.map((deployment) => deployment.alias))];
  const named = served.slice(0, ALIASES_NAMED).map((name) => `\`${name}\``);
  const more = served.length > ALIASES_NAMED ? ` and ${served.length - ALIASES_NAMED} more` : '';
  throw new Problem('model_unknown', `Model \`${alias}\` is not served. Served: ${named.join(', ')}${more}.`, {
    param: 'model',
  });
}

function parametersOf(body: ChatRequest, { maxOutputTokens }: Feature): Record<string, unknown> {
  const parameters = Object.fromEntries(
    Object.entries(body).filter(([name, value]) => !OUR_FIELDS.has(name) && value !== undefined && value !== null),
  );
  if (maxOutputTokens === null) return parameters;
  const { max_tokens: old, max_completion_tokens: recent, ...others } = parameters;
  // Some servers read a limit below 1 as none at all.
  const wanted = [recent, old].filter((value): value is number => typeof value === 'number' && value >= 1);
  // Under the name that the ask used, as some servers know only the older one; without one the newer, as OpenAI's
  // reasoning models refuse the older.
  const isOld = old !== undefined && recent === undefined;
  const name = isOld ? 'max_tokens' : 'max_completion_tokens';
  return { ...others, [name]: Math.min(maxOutputTokens, ...wanted) };
}

/**
 * The ask's two hashes. The key of the cache is made of what the provider gets: a changed system prompt or cap gives
 * another answer, also where its author forgot to raise the prompt version.
 */
function keysOf(ask: {
  body: ChatRequest;
  owner: Owner;
  feature: Feature;
  alias: string;
  messages: ChatMessage[];
  parameters: Record<string, unknown>;
}): { bodyHash: string; cacheKey: string | null } {
  const { body, owner, feature, alias } = ask;
  try {
    const bodyHash = hash('sha256', exactAsk(body, feature.name, alias));
    const isKept = (feature.cache.ttlSeconds > 0 || feature.staleIfDownSeconds > 0) && !isDiscreet(ask);
    if (!isKept || notReusable(body) !== null) return { bodyHash, cacheKey: null };
    const canonical = canonicalAsk(
      { ...ask.parameters, messages: ask.messages },
      {
        tenant: owner.tenant,
        scope: feature.cache.scope === 'user' ? { kind: 'user', user: owner.user } : { kind: 'tenant' },
        feature: feature.name,
        promptVersion: feature.promptVersion,
        modelAlias: alias,
        normalization: feature.normalization,
      },
    );
    return { bodyHash, cacheKey: hash('sha256', canonical) };
  } catch (cause) {
    if (cause instanceof RangeError) throw new Problem('body_malformed', cause.message, { cause });
    throw cause;
  }
}

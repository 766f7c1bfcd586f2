import { pricesFrom } from '../pricing/price.ts';
import { pricesOf, rowOf, type PriceTable } from '../pricing/price-table.ts';
import type { Deployment } from './configuration.ts';
import { readExtras } from './deployment-request.ts';
import { pathName, type Findings } from './findings.ts';
import { guessedPrefix, providerNamed, servedPrefixes, type KnownProvider } from './known-providers.ts';
import { takesPrefill } from './prefill.ts';
import { readFailsPolicy } from './failure-policies.ts';
import type { DeploymentEntry, FileSettings } from './schema.ts';
import type { Environment } from './variables.ts';
import type { Path } from './yaml-tree.ts';

/** What `timeout`, `stream_timeout`, `stream_idle_timeout` and `stream_total_timeout` are when nothing says otherwise, ms. */
export const TIMER_DEFAULTS = {
  timeoutMs: 30_000,
  firstTokenTimeoutMs: 2_000,
  idleTimeoutMs: 15_000,
  streamTotalMs: 300_000,
};

/** Above it a price per token is more likely one per million tokens: $10,000 a million. In pico-dollars. */
const SUSPICIOUS_PRICE = 10_000_000_000;

interface Sources {
  settings: FileSettings;
  environment: Environment;
  findings: Findings;
  /** What providers list. */
  priceTable: PriceTable;
}

/** The deployments of `model_list`, in its order. What cannot be called for want of a key or base is `unconfigured`. */
export function readDeployments(sources: Sources): Deployment[] {
  const counts = new Map<string, number>();
  const ids = new Set<string>();
  const deployments: Deployment[] = [];
  sources.settings.model_list.forEach((entry, index) => {
    const path: Path = ['model_list', index];
    if (entry.model_name.includes('*') || entry.litellm_params.model?.includes('*') === true) {
      sources.findings.notice(
        path,
        'a `*` in a model name is not served yet: write one entry for each model. This one is left out.',
      );
      return;
    }
    const count = (counts.get(entry.model_name) ?? 0) + 1;
    counts.set(entry.model_name, count);
    const deployment = readDeployment(entry, { ...sources, path, id: `${entry.model_name}#${count}` });
    if (deployment === null) return;
    if (ids.has(deployment.id)) {
      sources.findings.mistake(
        [...path, 'model_info', 'id'],
        `\`${pathName([...path, 'model_info', 'id'])}\` is the id of another deployment too; ids must differ.`,
      );
    }
    ids.add(deployment.id);
    deployments.push(deployment);
  });
  return withShares(deployments, sources.settings);
}

interface Entry extends Sources {
  path: Path;
  id: string;
}

function readDeployment(entry: DeploymentEntry, at: Entry): Deployment | null {
  const target = readTarget(entry, at);
  if (target === null) return null;
  const params = entry.litellm_params;
  const router = at.settings.router_settings ?? {};
  const request = at.settings.litellm_settings?.request_timeout;
  return {
    id: entry.model_info?.id ?? at.id,
    alias: entry.model_name,
    ...target,
    order: params.order ?? entry.model_info?.order ?? 1,
    weight: params.weight ?? 1,
    timeoutMs: params.timeout ?? router.timeout ?? request ?? TIMER_DEFAULTS.timeoutMs,
    firstTokenTimeoutMs:
      params.ttft_timeout ??
      params.stream_timeout ??
      router.ttft_timeout ??
      router.stream_timeout ??
      TIMER_DEFAULTS.firstTokenTimeoutMs,
    idleTimeoutMs: params.stream_idle_timeout ?? router.stream_idle_timeout ?? TIMER_DEFAULTS.idleTimeoutMs,
    streamTotalMs: params.stream_total_timeout ?? router.stream_total_timeout ?? TIMER_DEFAULTS.streamTotalMs,
    prefill: entry.model_info?.supports_assistant_prefill ?? takesPrefill(target),
    ...readPrices(entry, target, at),
    maxInputTokens: entry.model_info?.max_input_tokens ?? null,
    perMinute: { requests: params.rpm ?? entry.rpm ?? null, tokens: params.tpm ?? entry.tpm ?? null },
    judged: judgedOf(entry),
    extras: readExtras(entry, { ...at, wire: target.wire }),
    demo: false,
  };
}

/** How its failures are judged, where the entry says so. */
function judgedOf({ litellm_params: params, model_info: info }: DeploymentEntry): Deployment['judged'] {
  const cooldown = params.cooldown_time ?? info?.cooldown_time ?? null;
  const policy = info?.allowed_fails_policy ?? null;
  return {
    allowedFails: info?.allowed_fails ?? null,
    allowedFailsPolicy: policy === null ? null : readFailsPolicy(policy),
    cooldownMs: cooldown === null ? null : Math.round(cooldown * 1000),
  };
}

/** Where no entry of an alias has a weight, `rpm` are the weights, else `tpm`, as in LiteLLM. */
function withShares(deployments: readonly Deployment[], { model_list: entries }: FileSettings): Deployment[] {
  return deployments.map((deployment) => {
    const { alias, perMinute } = deployment;
    const weighted = entries.some((one) => one.model_name === alias && (one.litellm_params.weight ?? null) !== null);
    const group = deployments.filter((one) => one.alias === alias);
    const limit = (['requests', 'tokens'] as const).find((key) => group.some((one) => one.perMinute[key] !== null));
    return weighted || limit === undefined ? deployment : { ...deployment, weight: perMinute[limit] ?? 0 };
  });
}

type Target = Pick<Deployment, 'name' | 'wire' | 'model' | 'apiBase' | 'apiKey' | 'state'>;

/** Whom to call, where and with which key; null when the entry is wrong. */
function readTarget(entry: DeploymentEntry, at: Entry): Target | null {
  const params = entry.litellm_params;
  const paramsPath = [...at.path, 'litellm_params'];
  const modelPath = [...paramsPath, 'model'];
  if (params.model === null || params.model === undefined) {
    const variable = at.findings.variable(modelPath);
    if (variable !== undefined)
      return unconfigured(entry.model_name, [`\`${variable.name}\` is not in the environment.`]);
    at.findings.wrongValue(modelPath, 'a provider and a model, such as `openai/gpt-6-luna`');
    return null;
  }
  const custom = params.api_base ?? params.base_url ?? null;
  const baseKey = params.api_base === null || params.api_base === undefined ? 'base_url' : 'api_base';
  const baseVariable =
    at.findings.variable([...paramsPath, 'api_base']) ?? at.findings.variable([...paramsPath, 'base_url']);
  const named = readModel(
    params.model,
    params.custom_llm_provider ?? null,
    custom !== null || baseVariable !== undefined,
  );
  const full = `${named.prefix}/${named.model}`;
  const provider = providerNamed(named.prefix);
  if (provider === 'not-served') {
    return unconfigured(full, [
      `Layover does not serve \`${named.prefix}\` yet; give the address of an OpenAI-compatible endpoint as \`api_base\`, and the prefix \`openai/\`.`,
    ]);
  }
  if (provider === 'unknown' || named.model === '') {
    at.findings.wrongValue(modelPath, `\`provider/model\` with one of the providers ${servedPrefixes().join(', ')}`);
    return null;
  }
  const why: string[] = [];
  if (custom === null && baseVariable?.found === false) why.push(`\`${baseVariable.name}\` is not in the environment.`);
  const base = custom ?? (why.length > 0 ? null : defaultBase(provider, at.environment));
  if (base === null && why.length === 0) {
    const hint = provider.baseVariables.length === 0 ? '' : ` or \`${provider.baseVariables[0] ?? ''}\``;
    why.push(`\`api_base\`${hint} must say where \`${named.prefix}\` is.`);
  }
  const apiBase = base === null ? '' : (readBase(base, named.prefix, provider) ?? '');
  if (base !== null && apiBase === '') {
    at.findings.wrongValue(
      [...paramsPath, baseKey],
      'an address such as `https://api.example.com/v1`, without user name, query or fragment',
    );
  }
  const key = readKey(entry, provider, custom !== null, at);
  if (key.why !== null) why.push(key.why);
  const state: Deployment['state'] =
    why.length === 0 ? { kind: 'ready' } : { kind: 'unconfigured', why: why.join(' ') };
  return { name: full, wire: provider.wire, model: named.model, apiBase, apiKey: key.value, state };
}

/** `provider/model`. Without a prefix that anybody knows, an entry with an address of its own is OpenAI-compatible. */
function readModel(text: string, provider: string | null, hasBase: boolean): { prefix: string; model: string } {
  const slash = text.indexOf('/');
  const prefix = slash === -1 ? '' : text.slice(0, slash);
  if (provider !== null) return { prefix: provider, model: prefix === provider ? text.slice(slash + 1) : text };
  if (prefix !== '' && providerNamed(prefix) !== 'unknown') return { prefix, model: text.slice(slash + 1) };
  if (prefix === '')
    return { prefix: hasBase && !text.startsWith('claude') ? 'openai' : guessedPrefix(text), model: text };
  return hasBase ? { prefix: 'openai', model: text } : { prefix, model: text.slice(slash + 1) };
}

function unconfigured(name: string, why: string[]): Target {
  return {
    name,
    wire: 'openai',
    model: name,
    apiBase: '',
    apiKey: null,
    state: { kind: 'unconfigured', why: why.join(' ') },
  };
}

function defaultBase(provider: KnownProvider, environment: Environment): string | null {
  return firstSet(provider.baseVariables, environment) ?? provider.apiBase;
}

function firstSet(names: readonly string[], environment: Environment): string | null {
  const name = names.find((candidate) => (environment[candidate] ?? '') !== '');
  return name === undefined ? null : (environment[name] ?? null);
}

/** The address without what the wire adds to it; null when it is none. */
function readBase(text: string, prefix: string, provider: KnownProvider): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.search + url.hash + url.username + url.password !== '')
    return null;
  let path = url.pathname.replace(/\/+$/, '').replace(/\/chat\/completions$/, '');
  if (provider.wire === 'anthropic') path = path.replace(/\/v1(?:\/messages)?$/, '');
  // LiteLLM names Ollama by its root, where its own API is; the OpenAI-compatible one is below /v1.
  else if (path === '' && prefix.startsWith('ollama')) path = '/v1';
  return url.origin + path;
}

function readKey(
  entry: DeploymentEntry,
  provider: KnownProvider,
  customBase: boolean,
  at: Entry,
): { value: string | null; why: string | null } {
  const path = [...at.path, 'litellm_params', 'api_key'];
  const variable = at.findings.variable(path);
  if (variable?.found === false) return { value: null, why: `\`${variable.name}\` is not in the environment.` };
  const key = (entry.litellm_params.api_key ?? firstSet(provider.keyVariables, at.environment))?.trim() ?? null;
  if (key !== null && !/^[\x21-\x7e]+$/.test(key)) {
    at.findings.wrongValue(path, 'letters, digits and signs of ASCII, without blanks');
    return { value: null, why: null };
  }
  // An address of one's own may well need no key; a provider's own address does.
  const needed = key === null && !customBase && provider.keyVariables.length > 0;
  return { value: key, why: needed ? `\`${provider.keyVariables[0] ?? ''}\` is not in the environment.` : null };
}

/** The file's own prices, else those that its provider lists. Null when nobody knows: then costs are unknown, never 0. */
function readPrices(entry: DeploymentEntry, target: Target, at: Entry): Pick<Deployment, 'prices' | 'pricedBy'> {
  const from = { ...withoutNulls(entry.model_info ?? {}), ...withoutNulls(entry.litellm_params) };
  const { input_cost_per_token: input, output_cost_per_token: output } = from;
  const others = {
    cached: from.cache_read_input_token_cost,
    write: from.cache_creation_input_token_cost,
    writeHour: from.cache_creation_input_token_cost_above_1hr,
    reasoning: from.output_cost_per_reasoning_token,
  };
  const given = [input, output, ...Object.values(others)];
  if (given.every((price) => price === undefined)) return listedPrices(target, at.priceTable);
  if (input === undefined || output === undefined) {
    at.findings.notice(
      at.path,
      'only a part of the prices is given: costs stay unknown until `input_cost_per_token` and `output_cost_per_token` are there.',
    );
    return { prices: null };
  }
  if (given.some((price) => price !== undefined && price > SUSPICIOUS_PRICE)) {
    at.findings.notice(
      at.path,
      'a price is above $10,000 for a million tokens. Prices are per token: $2 a million is written 0.000002.',
    );
  }
  return { prices: pricesFrom({ input, output, ...others }, target.wire) };
}

/** What a provider lists holds at its own address only: nobody knows what a server of somebody else's asks for the same model. */
function listedPrices({ name, wire, apiBase }: Target, table: PriceTable): Pick<Deployment, 'prices' | 'pricedBy'> {
  const provider = providerNamed(name.slice(0, name.indexOf('/')));
  const isOwn =
    typeof provider === 'object' &&
    provider.apiBase !== null &&
    apiBase !== '' &&
    sameOrigin(apiBase, provider.apiBase);
  const row = isOwn ? rowOf(name, table) : null;
  return row === null ? { prices: null } : { prices: pricesOf(row, wire), pricedBy: `${row.source}, ${row.date}` };
}

function sameOrigin(one: string, other: string): boolean {
  return new URL(one).origin === new URL(other).origin;
}

function withoutNulls<T extends object>(from: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const kept = Object.entries(from).filter(([, value]) => value !== null && value !== undefined);
  // The entries are the object's own: only those without a value were left out.
  return Object.fromEntries(kept) as { [K in keyof T]?: NonNullable<T[K]> };
}

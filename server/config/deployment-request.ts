import type { Deployment, RequestExtras } from './configuration.ts';
import type { Findings } from './findings.ts';
import type { DeploymentEntry, FileSettings } from './schema.ts';
import type { Path } from './yaml-tree.ts';

/** Parameters that a deployment may have a value of its own for; one that the ask brings goes before it. */
const DEFAULTS = [
  'temperature',
  'top_p',
  'max_tokens',
  'max_completion_tokens',
  'presence_penalty',
  'frequency_penalty',
  'seed',
  'stop',
  'reasoning_effort',
] as const;

/** Headers that are the router's own: they decide who calls, and how the bytes are read. */
const OWN_HEADERS = new Set([
  'authorization',
  'x-api-key',
  'proxy-authorization',
  'cookie',
  'host',
  'origin',
  'connection',
  'content-length',
  'content-type',
  'transfer-encoding',
  'accept',
  'accept-encoding',
  'user-agent',
  'upgrade',
  'expect',
  'te',
  'trailer',
  'keep-alive',
]);

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
const MAX_HEADERS = 20;

interface Place {
  wire: Deployment['wire'];
  path: Path;
  settings: FileSettings;
  findings: Findings;
}

/** What a deployment's calls get beside the ask: own values, headers, and parameters that are left out. Undefined for nothing. */
export function readExtras(
  entry: DeploymentEntry,
  { wire, path, settings, findings }: Place,
): RequestExtras | undefined {
  const params = entry.litellm_params;
  const at = [...path, 'litellm_params'];
  const defaults = Object.fromEntries(
    DEFAULTS.flatMap((name) => ((params[name] ?? null) === null ? [] : [[name, params[name]]])),
  );
  const headers = { ...readHeaders(params.headers, [...at, 'headers'], findings) };
  Object.assign(headers, readHeaders(params.extra_headers, [...at, 'extra_headers'], findings));
  if ((params.organization ?? null) !== null) {
    if (wire === 'openai') headers['openai-organization'] = params.organization ?? '';
    else findings.notice([...at, 'organization'], '`organization` is for OpenAI; this provider is not told it.');
  }
  const drop = params.additional_drop_params ?? [];
  const refuseUnsaid = (params.drop_params ?? settings.litellm_settings?.drop_params) === false;
  const given = Object.keys(defaults).length + Object.keys(headers).length + drop.length > 0;
  return given || refuseUnsaid ? { defaults, headers, drop, refuseUnsaid } : undefined;
}

function readHeaders(
  given: Record<string, string> | null | undefined,
  path: Path,
  findings: Findings,
): Record<string, string> {
  const entries = Object.entries(given ?? {});
  if (entries.length > MAX_HEADERS) {
    findings.mistake(path, `\`${String(path.at(-1))}\` has too many entries; at most ${MAX_HEADERS} are allowed.`);
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of entries) {
    const at = [...path, name];
    if (!HEADER_NAME.test(name))
      findings.mistake(at, 'a header has a name that HTTP does not allow: letters, digits and `-`.', 'key');
    else if (!/^[\x20-\x7e]*$/.test(value)) findings.wrongValue(at, 'letters, digits and signs of ASCII');
    else if (OWN_HEADERS.has(name.toLowerCase()))
      findings.notice(at, `the header \`${name.toLowerCase()}\` is the router’s own and is left as it is.`);
    else headers[name.toLowerCase()] = value;
  }
  return headers;
}

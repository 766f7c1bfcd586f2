import { readConfiguration } from '../../../server/config/read-configuration.ts';
import { ConfigurationError } from '../../../server/config/configuration-error.ts';
import type { Configuration, Deployment } from '../../../server/config/configuration.ts';

export const demoDeployment: Deployment = {
  id: 'app/chat#1',
  alias: 'app/chat',
  name: 'demo/one',
  wire: 'openai',
  model: 'one',
  apiBase: 'http://127.0.0.1:1/v1',
  apiKey: null,
  order: 1,
  weight: 1,
  timeoutMs: 30_000,
  firstTokenTimeoutMs: 2_000,
  idleTimeoutMs: 15_000,
  streamTotalMs: 300_000,
  prefill: false,
  prices: null,
  maxInputTokens: null,
  perMinute: { requests: null, tokens: null },
  judged: { allowedFails: null, allowedFailsPolicy: null, cooldownMs: null },
  demo: true,
  state: { kind: 'ready' },
};

/** Reads `files` (path → text) as the working folder holds them. */
export function readFiles(files: Record<string, string>, environment: Record<string, string> = {}): Configuration {
  return readConfiguration({
    environment,
    readText: (path) => files[path] ?? null,
    demoDeployments: [demoDeployment, { ...demoDeployment, id: 'app/small#1', alias: 'app/small' }],
  });
}

/** Reads one layover.yaml; keys K1 and K2 are in the environment unless another one is given. */
export function read(text: string, environment: Record<string, string> = { K1: 'key-1', K2: 'key-2' }): Configuration {
  return readFiles({ 'layover.yaml': text }, environment);
}

/** What is wrong with it, one line for each mistake as it is printed; empty when nothing is. */
export function mistakesOf(text: string, environment?: Record<string, string>): string[] {
  try {
    read(text, environment);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof ConfigurationError)) throw thrown;
    return thrown.mistakes.map(({ place, sentence }) =>
      place === null ? sentence : `${place.line}:${place.column} ${sentence}`,
    );
  }
}

/** A file with one good deployment, and `more` below it, from line 6 on. */
export function withModel(more: string): string {
  return `model_list:
  - model_name: app/chat
    litellm_params:
      model: openai/gpt-6-luna
      api_key: os.environ/K1
${more}`;
}

/** A file with one deployment that has these lines among its parameters, the first of them on line 5. */
export function withParams(params: string): string {
  return `model_list:
  - model_name: app/chat
    litellm_params:
      model: openai/gpt-6-luna
      ${params.split('\n').join('\n      ')}
      api_key: os.environ/K1
`;
}

import type { Deployment } from './configuration.ts';

/** What the prefix of a `model` stands for. */
export interface KnownProvider {
  wire: Deployment['wire'];
  /** Where it is reached when neither file nor environment says; null when it has no common address. */
  apiBase: string | null;
  /** Environment variables that may hold its address, first found first. */
  baseVariables: readonly string[];
  /** Environment variables that may hold its key, first found first. None: it is called without a key unless one is given. */
  keyVariables: readonly string[];
}

function openai(apiBase: string | null, keyVariables: string[], baseVariables: string[] = []): KnownProvider {
  return { wire: 'openai', apiBase, baseVariables, keyVariables };
}

const PROVIDERS: Record<string, KnownProvider> = {
  openai: openai('https://api.openai.com/v1', ['OPENAI_API_KEY'], ['OPENAI_BASE_URL', 'OPENAI_API_BASE']),
  anthropic: {
    wire: 'anthropic',
    apiBase: 'https://api.anthropic.com',
    baseVariables: ['ANTHROPIC_API_BASE', 'ANTHROPIC_BASE_URL'],
    keyVariables: ['ANTHROPIC_API_KEY'],
  },
  openrouter: openai('https://openrouter.ai/api/v1', ['OPENROUTER_API_KEY', 'OR_API_KEY'], ['OPENROUTER_API_BASE']),
  groq: openai('https://api.groq.com/openai/v1', ['GROQ_API_KEY'], ['GROQ_API_BASE']),
  mistral: openai('https://api.mistral.ai/v1', ['MISTRAL_API_KEY'], ['MISTRAL_API_BASE']),
  deepseek: openai('https://api.deepseek.com/v1', ['DEEPSEEK_API_KEY'], ['DEEPSEEK_API_BASE']),
  together_ai: openai('https://api.together.xyz/v1', ['TOGETHERAI_API_KEY', 'TOGETHER_API_KEY', 'TOGETHER_AI_API_KEY']),
  gemini: openai('https://generativelanguage.googleapis.com/v1beta/openai', ['GEMINI_API_KEY', 'GOOGLE_API_KEY']),
  xai: openai('https://api.x.ai/v1', ['XAI_API_KEY'], ['XAI_API_BASE']),
  cerebras: openai('https://api.cerebras.ai/v1', ['CEREBRAS_API_KEY'], ['CEREBRAS_API_BASE']),
  perplexity: openai('https://api.perplexity.ai', ['PERPLEXITYAI_API_KEY', 'PERPLEXITY_API_KEY']),
  deepinfra: openai('https://api.deepinfra.com/v1/openai', ['DEEPINFRA_API_KEY']),
  nvidia_nim: openai('https://integrate.api.nvidia.com/v1', ['NVIDIA_NIM_API_KEY'], ['NVIDIA_NIM_API_BASE']),
  ollama: openai('http://127.0.0.1:11434/v1', [], ['OLLAMA_API_BASE']),
  ollama_chat: openai('http://127.0.0.1:11434/v1', [], ['OLLAMA_API_BASE']),
  hosted_vllm: openai(null, [], ['HOSTED_VLLM_API_BASE']),
  vllm: openai(null, [], ['HOSTED_VLLM_API_BASE']),
  lm_studio: openai(null, [], ['LM_STUDIO_API_BASE']),
  llamafile: openai(null, [], ['LLAMAFILE_API_BASE']),
  custom_openai: openai(null, []),
  openai_like: openai(null, ['OPENAI_LIKE_API_KEY'], ['OPENAI_LIKE_API_BASE']),
  litellm_proxy: openai(null, ['LITELLM_PROXY_API_KEY'], ['LITELLM_PROXY_API_BASE']),
};

/** Prefixes that LiteLLM serves over wires which Layover does not speak. */
const NOT_SERVED = new Set(
  (
    'azure azure_ai azure_text bedrock bedrock_converse sagemaker sagemaker_chat vertex_ai vertex_ai_beta palm cohere cohere_chat ' +
    'ai21 ai21_chat huggingface replicate watsonx watsonx_text databricks cloudflare predibase nlp_cloud aleph_alpha baseten ' +
    'clarifai petals oobabooga triton text-completion-openai text-completion-codestral codestral voyage jina_ai infinity ' +
    'fireworks_ai github github_copilot sambanova snowflake volcengine dashscope moonshot minimax zai anyscale friendliai ' +
    'galadriel novita nebius nscale featherless_ai hyperbolic lambda_ai meta_llama morph v0 vercel_ai_gateway oci topaz ' +
    'assemblyai deepgram elevenlabs bytez empower maritalk xinference gradient_ai heroku cometapi datarobot langgraph ' +
    'litellm_agent a2a_agent custom aiml wandb ovhcloud amazon_nova'
  ).split(' '),
);

/** What `prefix` stands for, that LiteLLM serves it and we do not, or that nobody knows it. */
export function providerNamed(prefix: string): KnownProvider | 'not-served' | 'unknown' {
  if (Object.hasOwn(PROVIDERS, prefix)) return PROVIDERS[prefix] ?? 'unknown';
  return NOT_SERVED.has(prefix) ? 'not-served' : 'unknown';
}

/** Every prefix that is served, for messages and documents. */
export function servedPrefixes(): string[] {
  return Object.keys(PROVIDERS);
}

/** The variables of the environment that are keys of the providers which a starter file is written for. */
export const STARTER_KEY_VARIABLES = ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY'] as const;

/** The provider of a model that is named without prefix, as LiteLLM guesses it. */
export function guessedPrefix(model: string): string {
  return model.startsWith('claude') ? 'anthropic' : 'openai';
}

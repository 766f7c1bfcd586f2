import { GENERAL_KEYS } from './litellm-general-keys.ts';
import { CACHE_KEYS, MODULE_KEYS } from './litellm-module-keys.ts';

/**
 * Keys of LiteLLM that Layover knows and does not follow, by section (list items and names as `*`), each with what it is there and
 * what happens here. A file that has them works; the start says so in one line each.
 */
const OWN_STORE = 'answers are kept in the data folder.';
const ONE_RETRY = 'use `router_settings.num_retries`.';
const NEVER_AGAIN = 'such a failure is never sent again to the same deployment.';
const OWN_FAULT = 'what is the ask’s own fault says nothing about a deployment.';
const NO_EXPORT = 'calls are not exported; the ledger and the Console hold them.';
const FROM_FILE = 'models come from this file.';
const FOR_PEOPLE = 'it is for people only.';

const SECTIONS: Record<string, Record<string, string>> = {
  '': {
    callback_settings: NO_EXPORT,
    guardrails: 'guardrails are not run.',
    mcp_servers: 'tool servers are not served.',
    credential_list: 'named credentials are not read; write `api_key` into the deployment.',
    vector_store_registry: 'vector stores are not served.',
    files_settings: 'files are not served.',
    finetune_settings: 'fine-tuning is not served.',
    include: 'other files are not read; put all into this one.',
    prompts: 'prompt templates are not read; use `features.*.system`.',
    search_tools: 'search tools are not served.',
    worker_registry: 'one router is one process.',
    assistant_settings: 'assistants are not served.',
    policies: 'guardrails are not run.',
    policy_attachments: 'guardrails are not run.',
    agents: 'agents are not served.',
    agent_list: 'agents are not served.',
    tools: 'tools come with the ask.',
  },
  'model_list.*.litellm_params': {
    max_retries: `inert in LiteLLM too; ${ONE_RETRY}`,
    num_retries: 'use `router_settings.num_retries`, which holds for a whole ask.',
    max_parallel_requests: 'calls are not limited per deployment.',
    keepalive_seconds: 'a silent stream gets a comment every 10 s anyway.',
    allow_client_keepalive_override: 'a silent stream gets a comment every 10 s anyway.',
    api_version: 'it belongs to Azure, which is not served.',
    extra_body: 'no fields are added.',
    tags: 'tags do not choose a deployment.',
    mock_response: 'no answers are made up; without a configuration Layover runs on its demo providers.',
    max_budget: 'a deployment has no budget of its own.',
    budget_duration: 'a deployment has no budget of its own.',
    litellm_credential_name: 'named credentials are not read; write `api_key`.',
    region_name: 'regions do not choose a deployment.',
    tenant_id: 'Azure is not served.',
    client_id: 'Azure is not served.',
    client_secret: 'Azure is not served.',
    configurable_clientside_auth_params: 'callers bring no keys of providers.',
    use_litellm_proxy: 'use the prefix `litellm_proxy/`.',
    model_config: 'write its keys into the deployment.',
    litellm_trace_id: 'every ask has an id of its own.',
    max_file_size_mb: 'files are not served.',
    vector_store_id: 'vector stores are not served.',
    guardrails: 'guardrails are not run.',
    prompt_id: 'prompt templates are not read; use `features.*.system`.',
    fallbacks: 'use `router_settings.fallbacks`.',
    allow_request_chat_template: 'chat templates are the server’s own.',
    ssl_verify: 'certificates are always checked.',
    cache_control_injection_points: 'use `features.*.prompt_cache`.',
    merge_reasoning_content_in_choices: 'reasoning is passed on beside the answer, as `reasoning_content`.',
    use_in_pass_through: 'there are no pass-through endpoints.',
  },
  'model_list.*.model_info': {
    mode: 'every deployment is asked as chat.',
    base_model: 'prices come from the file.',
    max_tokens: 'use `features.*.limits.output_tokens`.',
    max_output_tokens: 'use `features.*.limits.output_tokens`.',
    blocked: 'take the deployment out of the list instead.',
    tier: 'tiers do not choose a deployment.',
    team_id: 'teams do not choose a deployment.',
    team_public_model_name: 'teams do not choose a deployment.',
    db_model: FROM_FILE,
    created_at: FOR_PEOPLE,
    created_by: FOR_PEOPLE,
    updated_at: FOR_PEOPLE,
    updated_by: FOR_PEOPLE,
    version: FOR_PEOPLE,
    litellm_provider: 'the prefix of `model` says it.',
    health_check_timeout: 'deployments are judged by real calls.',
    health_check_voice: 'deployments are judged by real calls.',
    health_check_max_tokens: 'deployments are judged by real calls.',
    health_check_interval: 'deployments are judged by real calls.',
    input_modalities: FOR_PEOPLE,
    output_modalities: FOR_PEOPLE,
    access_groups: 'every alias may be asked by everybody who is signed in.',
    description: FOR_PEOPLE,
    health_check_model: 'deployments are judged by real calls.',
    disable_background_health_check: 'deployments are judged by real calls.',
  },
  'router_settings.retry_policy': {
    AuthenticationErrorRetries: NEVER_AGAIN,
    BadRequestErrorRetries: NEVER_AGAIN,
    ContentPolicyViolationErrorRetries: NEVER_AGAIN,
    NotFoundErrorRetries: NEVER_AGAIN,
  },
  'router_settings.allowed_fails_policy': {
    BadRequestErrorAllowedFails: OWN_FAULT,
    ContentPolicyViolationErrorAllowedFails: OWN_FAULT,
  },
  'model_list.*.model_info.allowed_fails_policy': {
    BadRequestErrorAllowedFails: OWN_FAULT,
    ContentPolicyViolationErrorAllowedFails: OWN_FAULT,
  },
  router_settings: {
    model_group_retry_policy: 'use `retry_policy`, which holds for every alias.',
    order_fallback_status_codes: 'the kind of failure decides what follows.',
    redis_host: 'health is kept in this process.',
    redis_port: 'health is kept in this process.',
    redis_password: 'health is kept in this process.',
    redis_db: 'health is kept in this process.',
    redis_url: 'health is kept in this process.',
    cache_responses: 'use `features.*.cache`.',
    caching_groups: 'answers are remembered under the alias asked for.',
    cache_kwargs: OWN_STORE,
    client_ttl: 'connections are kept as long as they are used.',
    polling_interval: 'there is no queue to poll.',
    set_verbose: 'the log has one level.',
    debug_level: 'the log has one level.',
    tag_filtering: 'tags do not choose a deployment.',
    enable_tag_filtering: 'tags do not choose a deployment.',
    assistants_config: 'assistants are not served.',
    provider_budget_config: 'a provider has no budget of its own.',
    alerting_config: 'no alerts are sent.',
    default_litellm_params: 'write them into each deployment.',
    optional_pre_call_checks: 'there are no checks before the call.',
    deployment_affinity_ttl_seconds: 'asks are not bound to a deployment; use `features.*.pin`.',
    model_group_affinity_config: 'asks are not bound to a deployment; use `features.*.pin`.',
    enable_pre_call_check: 'use `enable_pre_call_checks`.',
    routing_groups: 'every alias is routed alike.',
    ignore_invalid_deployments: 'what cannot be called is skipped while another deployment serves its alias.',
    tag_filtering_match_any: 'tags do not choose a deployment.',
    tag_routing_prefix: 'tags do not choose a deployment.',
    default_priority: 'there is no queue.',
    enable_health_check_routing: 'deployments are judged by real calls.',
    background_health_check_model_groups: 'deployments are judged by real calls.',
    health_check_staleness_threshold: 'deployments are judged by real calls.',
    health_check_ignore_transient_errors: 'deployments are judged by real calls.',
    search_tools: 'search tools are not served.',
    guardrail_list: 'guardrails are not run.',
    keepalive_seconds: 'a silent stream gets a comment every 10 s anyway.',
    allow_client_keepalive_override: 'a silent stream gets a comment every 10 s anyway.',
    router_general_settings: 'it is for LiteLLM’s own code.',
    plugins: 'it is for LiteLLM’s own code.',
    fallback_access_check: 'it is for LiteLLM’s own code.',
    fallback_budget_check: 'it is for LiteLLM’s own code.',
    auto_router_capability_limit: 'it is for LiteLLM’s own code.',
    heuristic_v2_router_limit: 'it is for LiteLLM’s own code.',
    default_max_parallel_requests: 'calls are not limited per deployment.',
    stream_timeout_policy: 'use `stream_timeout`.',
  },
  litellm_settings: MODULE_KEYS,
  'litellm_settings.cache_params': CACHE_KEYS,
  general_settings: GENERAL_KEYS,
};

/** Families of keys inside a deployment, each with what is true of all of them. */
const FAMILIES: [RegExp, string][] = [
  [/^supports_/, 'what a model can do is not checked before the call.'],
  [/^(?:aws|s3|sagemaker|bedrock)_/, 'AWS is not served.'],
  [/^(?:vertex|gcs|vertexai)_/, 'Vertex AI is not served.'],
  [/^azure_/, 'Azure is not served.'],
  [/^watsonx_/, 'watsonx is not served.'],
  [/^auto_router_/, 'the feature names the model.'],
  [/_cost(?:_|$)/, 'only prices per token are counted.'],
];

/** What happens with a key of LiteLLM that Layover does not follow; null when LiteLLM has no such key. `section` has `*` for indexes. */
export function litellmKeyMeaning(section: string, key: string): string | null {
  const keys = SECTIONS[section];
  if (keys !== undefined && Object.hasOwn(keys, key)) return keys[key] ?? null;
  if (!section.startsWith('model_list.*.')) return null;
  return FAMILIES.find(([pattern]) => pattern.test(key))?.[1] ?? null;
}

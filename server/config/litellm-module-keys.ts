/** Keys of LiteLLM's `litellm_settings` that Layover does not follow, with what happens here or stands in their place. */
const OWN_STORE = 'answers are kept in the data folder.';
const NO_EXPORT = 'calls are not exported; the ledger and the Console hold them.';
const NO_DATABASE = 'keys and spend live in the data folder.';
const ONE_LEVEL = 'the level of the log is `LAYOVER_LOG`.';
const NEVER_LOGGED = 'no prompt or answer is ever logged.';
const CAPS = 'caps on cost are `tenants.*.monthly_cost_usd` and `user_monthly_cost_usd`.';
const PRICES = 'costs are what the prices say.';
const NO_RULES = 'guardrails are not run.';
const OWN_LINE = 'the router’s own connections decide.';
const NOT_SERVED = 'what it is about is not served.';

export const MODULE_KEYS: Record<string, string> = {
  retry_after: 'use `router_settings.retry_after`.',
  cooldown_time: 'use `router_settings.cooldown_time`.',
  modify_params: 'parameters go to the provider as they came.',
  add_function_to_prompt: 'tools go to the provider as tools.',
  ...each(
    NO_EXPORT,
    'success_callback failure_callback callbacks service_callback service_callbacks callback_settings langfuse_default_tags ' +
      'langfuse_enable_update_trace_keys disable_end_user_cost_tracking disable_end_user_cost_tracking_prometheus_only ' +
      'enable_end_user_cost_tracking_prometheus_only store_audit_logs',
  ),
  ...each(ONE_LEVEL, 'set_verbose verbose suppress_debug_info'),
  json_logs: 'the log is JSON anyway.',
  request_correlation_in_logs: 'every line about an ask has its id.',
  ...each(NEVER_LOGGED, 'turn_off_message_logging redact_messages_in_exceptions'),
  redact_user_api_key_info: 'no key is ever logged.',
  telemetry: 'nothing is sent to anybody.',
  ...each(
    CAPS,
    'max_budget max_internal_user_budget default_max_internal_user_budget internal_user_budget_duration tag_budget_config',
  ),
  ...each('caps are by the calendar month, in UTC.', 'budget_duration budget_reset_time'),
  ...each(PRICES, 'cost_discount_config cost_margin_config'),
  database_url: NO_DATABASE,
  ...each(
    NO_DATABASE,
    'default_internal_user_params default_team_settings default_team_params default_key_generate_params ' +
      'upperbound_key_generate_params key_generation_settings enable_key_alias_format_validation enable_redis_auth_cache',
  ),
  max_ui_session_budget: 'the Console asks nothing by itself.',
  overwrite_user_with_key_hash: 'no provider is told who asks.',
  cache_config: OWN_STORE,
  enable_caching_on_provider_specific_optional_params: 'every parameter is part of the key of an answer.',
  enable_preview_features: 'there are no hidden features.',
  return_response_headers: 'see the `x-layover` headers.',
  ssl_verify: 'certificates are always checked.',
  force_ipv4: 'the system chooses the address.',
  ...each(OWN_LINE, 'disable_aiohttp_transport http2'),
  include_cost_in_streaming_usage: 'the cost stands in the `layover` object.',
  public_model_groups: 'every alias is listed.',
  model_group_settings: 'groups have no settings of their own.',
  forward_client_headers_to_llm_api: 'no header of a caller is passed on.',
  add_user_information_to_llm_headers: 'nothing about a user is passed on.',
  ...each(NO_RULES, 'guardrails skip_system_message_in_guardrail skip_tool_message_in_guardrail'),
  disable_stop_sequence_limit: 'stop sequences go to the provider as they came.',
  enable_json_schema_validation: 'an answer is passed on as the provider gave it.',
  disable_hf_tokenizer_download: 'tokens are counted by one tokenizer, which comes with Layover.',
  ...each(
    NOT_SERVED,
    'mcp_aliases require_managed_files user_url_validation user_url_allowed_hosts use_chat_completions_url_for_anthropic_messages ' +
      'route_all_chat_openai_to_responses disable_copilot_system_to_assistant disable_add_transform_inline_image_block',
  ),
};

/** Keys of `litellm_settings.cache_params`. */
export const CACHE_KEYS: Record<string, string> = {
  ...each(
    OWN_STORE,
    'host port password username url redis_url redis_startup_nodes service_name sentinel_nodes sentinel_password max_connections ssl ' +
      'ssl_cert_reqs ssl_check_hostname gcp_service_account gcp_ssl_ca_certs s3_bucket_name s3_region_name s3_api_version s3_use_ssl ' +
      's3_verify s3_endpoint_url s3_aws_access_key_id s3_aws_secret_access_key s3_aws_session_token s3_path gcs_bucket_name ' +
      'gcs_path_service_account gcs_path disk_cache_dir qdrant_api_base qdrant_api_key',
  ),
  namespace: 'answers are kept apart by tenant.',
  flush_size: 'answers are written at once.',
  redis_flush_size: 'answers are written at once.',
  ...each(
    'only equal prompts share an answer.',
    'similarity_threshold qdrant_semantic_cache_embedding_model redis_semantic_cache_embedding_model qdrant_collection_name ' +
      'qdrant_quantization_config qdrant_semantic_cache_vector_size redis_semantic_cache_index_name',
  ),
  disable_copilot_system_to_assistant: NOT_SERVED,
};

function each(meaning: string, keys: string): Record<string, string> {
  return Object.fromEntries(keys.split(' ').map((key) => [key, meaning]));
}

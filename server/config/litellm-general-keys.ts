/** Keys of LiteLLM's `general_settings` that Layover does not follow, with what happens here or stands in their place. */
const NO_DATABASE = 'keys and spend live in the data folder.';
const NO_CLEANING = 'use `retention`.';
const NO_ALERTS = 'no alerts are sent.';
const NO_COUNT = 'asks are limited by rate, see `tenants`, not in number at once.';
const REAL_CALLS = 'deployments are judged by real calls.';
const OWN_KEYS = 'sessions and keys are Layover’s own.';
const SEE_README = 'see the README for what is served.';
const NO_FILES = 'files and batches are not served.';
const NO_TOOLS = 'tool servers are not served.';
const NO_PASS_THROUGH = 'there are no pass-through endpoints.';
const NO_RESPONSES = 'the Responses API is not served.';
const OWN_CONSOLE = 'the Console signs in by one-time links.';
const SECRETS = 'secrets come from the environment: write `os.environ/NAME`.';
const FROM_FILE = 'models come from this file.';
const RESERVED = 'money is always set aside before a call, see `tenants`.';
const WHO = 'the user comes from the session or key.';

export const GENERAL_KEYS: Record<string, string> = {
  ...each('use `tenants` and `features`.', 'service_account_settings enforced_params'),
  ...each(
    NO_DATABASE,
    'database_url database_connection_pool_limit database_connection_timeout database_connection_pool_timeout database_connect_timeout ' +
      'database_socket_timeout database_statement_timeout database_lock_timeout database_extra_connection_params ' +
      'database_disable_prepared_statements allow_requests_on_db_unavailable disable_prisma_schema_update use_redis_transaction_buffer ' +
      'proxy_budget_rescheduler_min_time proxy_budget_rescheduler_max_time disable_adding_master_key_hash_to_db disable_error_logs ' +
      'scheduled_job_stagger default_team_disabled disable_auto_add_proxy_admin_to_teams',
  ),
  ...each('the ledger is always kept.', 'disable_spend_logs disable_spend_updates'),
  ...each('the ledger is written at once.', 'proxy_batch_write_at'),
  ...each('no prompt is ever logged.', 'store_prompts_in_spend_logs'),
  ...each(
    NO_CLEANING,
    'maximum_spend_logs_retention_period maximum_spend_logs_retention_interval maximum_spend_logs_cleanup_batch_size ' +
      'maximum_spend_logs_cleanup_max_batches maximum_spend_logs_cleanup_run_budget maximum_spend_logs_cleanup_batch_timeout ' +
      'maximum_spend_logs_cleanup_cron',
  ),
  ...each(
    'figures are for operators.',
    'scope_spend_list_endpoints_to_caller legacy_unscoped_spend_list_endpoints health_check_details',
  ),
  ...each(
    FROM_FILE,
    'store_model_in_db supported_db_objects infer_model_from_keys proxy_config_reload_interval_seconds',
  ),
  ...each('the feature names the model.', 'completion_model'),
  ...each(
    'images, embeddings and moderation are not served.',
    'image_generation_model embedding_model moderation_model',
  ),
  ...each(NO_ALERTS, 'alerting alerting_threshold alerting_args alert_types alert_type_config alert_to_webhook_url'),
  ...each('no reports are sent.', 'spend_report_frequency'),
  ...each(
    NO_COUNT,
    'max_parallel_requests global_max_parallel_requests max_in_flight_requests_per_worker ' +
      'disable_retry_on_max_parallel_request_limit_error token_rate_limit_type',
  ),
  ...each('asks do not queue in the router.', 'max_queued_requests_per_worker admission_queue_timeout_seconds'),
  ...each('use `body_bytes`.', 'max_request_size_mb'),
  ...each('answers are bounded by `features.*.limits.output_tokens`.', 'max_response_size_mb'),
  ...each(
    'an ask with a key is finished though its client left; see `disconnect_grace_seconds`, and `DELETE /ai/{id}` cancels.',
    'cancel_on_disconnect',
  ),
  ...each('Layover always asks the provider for a stream, with usage.', 'always_include_stream_usage'),
  ...each('a silent stream gets a comment every 10 s anyway.', 'sse_keepalive_ping_interval_seconds'),
  ...each('the router drains by itself when it is told to stop.', 'enable_drain_endpoint drain_endpoint_token'),
  ...each(
    REAL_CALLS,
    'background_health_checks background_health_check_model_groups health_check_interval health_check_concurrency ' +
      'health_check_staleness_threshold health_check_ignore_transient_errors health_check_skip_disabled_background_models ' +
      'enable_health_check_routing use_shared_health_check',
  ),
  ...each(RESERVED, 'disable_budget_reservation fail_closed_budget_enforcement enforce_fallback_budget'),
  ...each('caps are by the calendar month, in UTC.', 'disable_reset_budget'),
  ...each('a fallback is part of the alias that was asked for.', 'enforce_fallback_model_access'),
  ...each(SEE_README, 'allowed_routes public_routes'),
  ...each(
    'the Console and `/api/*` are for operators only.',
    'admin_only_routes ui_access_mode enforce_rbac role_permissions',
  ),
  ...each(
    NO_PASS_THROUGH,
    'pass_through_endpoints pass_through_request_timeout use_client_credentials_pass_through_routes',
  ),
  ...each(
    OWN_KEYS,
    'custom_auth custom_auth_run_common_checks allow_user_auth enable_jwt_auth litellm_jwtauth enable_oauth2_auth ' +
      'enable_oauth2_proxy_auth oauth2_config_mappings custom_key_generate custom_key_update custom_key_policy ' +
      'user_api_key_cache_ttl user_api_key_cache_max_size disable_master_key_return',
  ),
  ...each('keys come as `Authorization: Bearer …`.', 'litellm_key_header_name'),
  ...each('callers bring no keys of providers.', 'allow_client_side_credentials forward_llm_provider_auth_headers'),
  ...each('no header of a caller is passed on.', 'forward_client_headers_to_llm_api forward_openai_org_id'),
  ...each(
    OWN_CONSOLE,
    'custom_sso custom_ui_sso_sign_in_handler auto_redirect_ui_login_to_sso allow_cli_sso_verification_uri_complete ' +
      'disable_env_credential_login max_failed_login_attempts max_failed_login_attempts_per_source failed_login_window_seconds ' +
      'control_plane_url',
  ),
  ...each(SECRETS, 'key_management_system key_management_settings use_azure_key_vault use_google_kms'),
  ...each(WHO, 'enforce_user_param user_header_name user_header_mappings'),
  ...each('tags do not decide about budgets.', 'reject_clientside_metadata_tags'),
  ...each('every ask has an id of its own.', 'missing_session_id'),
  ...each('put it behind a firewall, and list its hosts under `hosts`.', 'allowed_ips'),
  ...each('`x-forwarded-proto` is believed from this computer only.', 'use_x_forwarded_for mcp_trusted_proxy_ranges'),
  ...each('Layover needs no license.', 'litellm_license'),
  ...each(
    NO_FILES,
    'max_file_size_mb max_batch_file_size_mb allowed_file_extensions blocked_file_extensions proxy_batch_polling_interval ' +
      'disable_batch_input_file_rate_limiting skip_batch_input_file_rate_limiting_for_providers ' +
      'skip_batch_input_file_rate_limiting_for_models',
  ),
  ...each(NO_RESPONSES, 'disable_responses_id_security allow_unmanaged_response_ids'),
  ...each(
    NO_TOOLS,
    'user_mcp_management_mode enable_mcp_registry mcp_client_side_auth_header_name mcp_internal_ip_ranges mcp_required_fields ' +
      'require_end_user_mcp_access_defined require_key_mcp_access_defined search_tools',
  ),
};

function each(meaning: string, keys: string): Record<string, string> {
  return Object.fromEntries(keys.split(' ').map((key) => [key, meaning]));
}

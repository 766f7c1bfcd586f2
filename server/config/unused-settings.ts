import type { Findings } from './findings.ts';
import type { FileSettings } from './schema.ts';

/** Says what is set and has no effect yet, so that nobody relies on it. */
export function noticeUnused(settings: FileSettings, findings: Findings): void {
  if (Object.values(settings.alerts ?? {}).some((value) => value !== null)) {
    findings.notice(['alerts'], '`alerts` is not used yet: no alert is sent.');
  }
  if ((settings.retention?.rollups_months ?? null) !== null) {
    findings.notice(
      ['retention', 'rollups_months'],
      '`retention.rollups_months` is not used yet: there are no rollups.',
    );
  }
  noticeRouting(settings, findings);
}

function noticeRouting(settings: FileSettings, findings: Findings): void {
  const router = settings.router_settings ?? {};
  const at = (key: string): string[] => ['router_settings', key];
  if (!['simple-shuffle', 'latency-based-routing'].includes(router.routing_strategy ?? 'simple-shuffle')) {
    findings.notice(
      at('routing_strategy'),
      'only the routing strategies `simple-shuffle` and `latency-based-routing` are followed: lowest `order` first, by `weight` inside it.',
    );
  }
  if (router.enable_weighted_failover === false) {
    findings.notice(
      at('enable_weighted_failover'),
      '`enable_weighted_failover: false` has no effect: after a failure the next deployment is always asked.',
    );
  }
  // A file of our own was written with our meanings in mind; LiteLLM's is told where they differ.
  if (settings.features === null || settings.features === undefined) noticeDifferences(settings, findings);
}

function noticeDifferences(settings: FileSettings, findings: Findings): void {
  if ((settings.router_settings?.allowed_fails ?? null) !== null) {
    findings.notice(
      ['router_settings', 'allowed_fails'],
      '`allowed_fails` counts failures of one minute here; LiteLLM counts over `cooldown_time`.',
    );
  }
  for (const section of ['router_settings', 'litellm_settings'] as const) {
    if ((settings[section]?.num_retries ?? null) === null) continue;
    findings.notice(
      [section, 'num_retries'],
      '`num_retries` counts repeats at the same deployment over a whole ask here; LiteLLM counts anew for each order. Steps to another deployment are counted by `max_fallbacks`.',
    );
  }
  settings.model_list.forEach(({ litellm_params: params, rpm, tpm }, index) => {
    for (const key of ['rpm', 'tpm'] as const) {
      if ((params[key] ?? { rpm, tpm }[key] ?? null) === null) continue;
      findings.notice(
        ['model_list', index, ...((params[key] ?? null) === null ? [] : ['litellm_params']), key],
        `\`${key}\` is a limit here: past it the next deployment is asked. LiteLLM takes it for a weight only.`,
      );
    }
    if ((params.stream_timeout ?? null) === null || (params.ttft_timeout ?? null) !== null) return;
    findings.notice(
      ['model_list', index, 'litellm_params', 'stream_timeout'],
      '`stream_timeout` limits the wait for the first token here, as LiteLLM documents it; it does not end a stream that flows.',
    );
  });
}

import type { Findings } from './findings.ts';
import type { FileSettings } from './schema.ts';

/** Says what is set and has no effect yet, so that nobody relies on it. */
export function noticeUnused(settings: FileSettings, findings: Findings): void {
  for (const [name, feature] of Object.entries(settings.features ?? {})) {
    if ((feature?.pin ?? null) !== null) {
      findings.notice(
        ['features', name, 'pin'],
        '`pin` of a feature is not used yet: all deployments of its alias may answer.',
      );
    }
  }
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
  if ((router.routing_strategy ?? 'simple-shuffle') !== 'simple-shuffle') {
    findings.notice(
      at('routing_strategy'),
      'only the routing strategy `simple-shuffle` is followed: lowest `order` first, by `weight` inside it.',
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
  settings.model_list.forEach(({ litellm_params: params }, index) => {
    if ((params.stream_timeout ?? null) === null || (params.ttft_timeout ?? null) !== null) return;
    findings.notice(
      ['model_list', index, 'litellm_params', 'stream_timeout'],
      '`stream_timeout` limits the wait for the first token here, as LiteLLM documents it; it does not end a stream that flows.',
    );
  });
}

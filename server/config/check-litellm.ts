import type { Deployment } from './configuration.ts';
import type { Findings } from './findings.ts';
import type { FileSettings } from './schema.ts';

/** Says where a setting of LiteLLM is followed in another way than its word may suggest. */
export function noticeLitellm(
  settings: FileSettings,
  { deployments, findings }: { deployments: readonly Deployment[]; findings: Findings },
): void {
  noticeCache(settings, findings);
  noticeDropped(settings, deployments, findings);
}

function noticeCache({ litellm_settings: litellm }: FileSettings, findings: Findings): void {
  const params = litellm?.cache_params;
  const at = (key: string): string[] => ['litellm_settings', 'cache_params', key];
  const type = params?.type ?? 'local';
  if (type.includes('semantic')) {
    findings.notice(at('type'), '`cache_params.type`: only equal prompts share an answer; similar ones do not.');
  } else if (type !== 'local' && type !== 'disk') {
    findings.notice(at('type'), '`cache_params.type`: answers are kept in the data folder, and by this router alone.');
  }
  if (params?.mode === 'default_off' && litellm?.cache === true) {
    findings.notice(
      at('mode'),
      '`mode: default_off`: no answer is remembered, and an ask cannot ask for it; set `features.*.cache.ttl_seconds` for those that may be.',
    );
  }
  if (litellm?.cache !== true && params !== null && params !== undefined) {
    findings.notice(['litellm_settings', 'cache_params'], '`cache_params` has no effect without `cache: true`.');
  }
}

/** Only where a wire has no word for some of OpenAI's parameters does it matter. */
function noticeDropped(settings: FileSettings, deployments: readonly Deployment[], findings: Findings): void {
  if (!deployments.some(({ wire }) => wire === 'anthropic')) return;
  const { litellm_settings: litellm } = settings;
  if (
    (litellm?.drop_params ?? null) !== null ||
    settings.model_list.some(({ litellm_params: own }) => (own.drop_params ?? null) !== null)
  )
    return;
  // A file of our own was written with our meaning in mind.
  if ((settings.features ?? null) !== null) return;
  findings.notice(
    ['litellm_settings'],
    'a parameter that Anthropic has no word for is left out here, so that it can stand in; LiteLLM refuses such an ask unless `drop_params` is true. With `drop_params: false` Layover does too.',
  );
}

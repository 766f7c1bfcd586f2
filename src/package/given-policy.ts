import { plainNormalization } from '#shared/prompt.ts';
import type { TravelPolicy } from '#shared/travel-policy.ts';
import type { ApiOptions } from './options.ts';

/** People are told apart by separate databases here: within one, nobody needs a name. */
const NOBODY = '0000000000000000';

/** The policy of an API that has none of its own: what the options say, in the form that the device goes by. */
export function givenPolicy(options: ApiOptions): TravelPolicy {
  return {
    epoch: 1,
    tenant_hash: NOBODY,
    user_hash: NOBODY,
    role: 'asker',
    guest: true,
    default_feature: 'default',
    features: [
      {
        name: 'default',
        title: 'default',
        prompt_version: options.version ?? 1,
        model_alias: '',
        scope: 'user',
        normalization: plainNormalization,
        device: {
          store: options.store ?? 'store_unless_pii',
          fresh_seconds: options.freshSeconds ?? 86_400,
          keep_days: options.keepDays ?? 30,
          queue: options.queue ?? true,
        },
      },
    ],
    limits: {
      first_token_saved_ms: options.firstTokenSavedMs ?? 3_000,
      first_token_none_ms: options.firstTokenMs ?? 30_000,
      headers_ms: 10_000,
      gap_ms: options.gapMs ?? 60_000,
      // An API without a journal has nothing to resume from: a cut stream stays cut.
      resume_ms: 0,
      outbox_days: options.queueDays ?? 6,
      saved_count: 10_000,
      saved_bytes: 50_000_000,
      body_bytes: 1_000_000,
    },
    simulator: options.simulator !== undefined,
    demo: false,
  };
}

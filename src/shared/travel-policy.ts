import * as z from 'zod/mini';
import { normalizationSchema } from '#shared/prompt.ts';

/** What a device may do with the answers of a feature. */
export const devicePolicySchema = z.object({
  /** `store_unless_pii` stores nothing that looks personal; `never` keeps no saved answer at all. */
  store: z.enum(['store', 'store_unless_pii', 'never']),
  /** Seconds for which a saved answer counts as fresh; past it it is still served offline, and said to be old. */
  fresh_seconds: z.number(),
  /** Days after which a saved answer is removed. */
  keep_days: z.number(),
  /** Whether an ask of this feature may wait on the device to be sent. */
  queue: z.boolean(),
});
export type DevicePolicy = z.infer<typeof devicePolicySchema>;

/** What the worker must know of one feature. */
export const travelFeatureSchema = z.object({
  name: z.string(),
  /** What the feature picker shows. */
  title: z.string(),
  prompt_version: z.number(),
  model_alias: z.string(),
  /** Whether answers are shared by the tenant or belong to one user. */
  scope: z.enum(['tenant', 'user']),
  normalization: normalizationSchema,
  device: devicePolicySchema,
});
export type TravelFeature = z.infer<typeof travelFeatureSchema>;

/** `GET /api/travel`: what the worker must know before it stores anything. */
export const travelPolicySchema = z.object({
  /** Rises whenever what devices hold may no longer be used; a device purges on a higher one. Also in `x-layover-policy`. */
  epoch: z.number(),
  /** Hashes, so that a device's database names tell nobody's name. */
  tenant_hash: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
  user_hash: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
  role: z.enum(['asker', 'operator']),
  /** A guest of this computer, not signed in. */
  guest: z.boolean(),
  default_feature: z.string(),
  features: z.array(travelFeatureSchema).check(z.minLength(1), z.maxLength(200)),
  limits: z.object({
    /** Milliseconds to the first token when a saved answer exists. Default 3,000. */
    first_token_saved_ms: z.number(),
    /** Milliseconds to the first token when none exists: the total limit. Default 30,000. */
    first_token_none_ms: z.number(),
    /** Milliseconds without any sign of life of the router, after which the line counts as dead. Default 10,000. */
    headers_ms: z._default(z.number(), 10_000),
    /** Milliseconds between two bytes of a stream, after which it counts as cut; the router sends a comment every 10 s. Default 20,000. */
    gap_ms: z._default(z.number(), 20_000),
    /** Milliseconds for which a cut stream is resumed. Default 20,000. */
    resume_ms: z.number(),
    /** Days after which a waiting ask goes back into the person's hands. 6. */
    outbox_days: z.number(),
    /** Most saved answers, and their bytes, on one device. */
    saved_count: z.number(),
    saved_bytes: z.number(),
    /** Most bytes of a body the router takes. */
    body_bytes: z.number(),
  }),
  /** The network simulator may be used. */
  simulator: z.boolean(),
  /** Answers come from the demo providers. */
  demo: z.boolean(),
});
export type TravelPolicy = z.infer<typeof travelPolicySchema>;

/** The feature of a policy by name; null for the default one when `name` is null, and for none when unknown. */
export function featureNamed(policy: TravelPolicy, name: string | null): TravelFeature | null {
  return policy.features.find((feature) => feature.name === (name ?? policy.default_feature)) ?? null;
}

import { canonicalAsk, hmacHex } from '#shared/ask-key.ts';
import { notReusable, type ChatRequest } from '#shared/chat.ts';
import { featureNamed, type TravelFeature, type TravelPolicy } from '#shared/travel-policy.ts';
import type { Ask } from '#device/ask.ts';
import type { Place } from '#device/database.ts';
import type { Device } from '#device/parts.ts';
import { placeOf, policyNow, SESSION, type Caller } from '#device/policy.ts';

/** What holds for one ask on this device: whose it is, what may be kept of it, and under which key. */
export interface Standing {
  caller: Caller;
  policy: TravelPolicy | null;
  feature: TravelFeature | null;
  /** Where its answer and its event are kept; null when nothing may be. */
  place: Place | null;
  /** Keyed hash of the ask; null when its answer may not be given again. */
  savedKey: string | null;
}

/** Limits that hold before any policy is known. */
const FIRST_LIMITS = {
  first_token_saved_ms: 3_000,
  first_token_none_ms: 30_000,
  headers_ms: 10_000,
  gap_ms: 20_000,
  resume_ms: 20_000,
} satisfies Partial<TravelPolicy['limits']>;

/** The limits for an ask. */
export function limitsOf({ policy }: Standing): Pick<TravelPolicy['limits'], keyof typeof FIRST_LIMITS> {
  return policy?.limits ?? FIRST_LIMITS;
}

/** Finds out. Storage that fails costs the person what it kept, never the ask. */
export async function standingOf(ask: Ask, device: Device): Promise<Standing> {
  try {
    return await lookUp(ask, device);
  } catch {
    // Closed or broken storage: the ask goes to the network as it would without travel mode.
    return { caller: SESSION, policy: null, feature: null, place: null, savedKey: null };
  }
}

async function lookUp(ask: Ask, device: Device): Promise<Standing> {
  const caller = await callerOf(ask, device);
  // A bearer without this device's key could not be told from another one.
  if (caller === null) return { caller: SESSION, policy: null, feature: null, place: null, savedKey: null };
  const policy = await policyNow(device, caller);
  const feature = policy === null ? null : featureNamed(policy, ask.feature);
  const place = await placeOf(device, policy, caller);
  const savedKey =
    policy === null || feature === null || place === null
      ? null
      : await savedKeyOf(ask.chat, device, { caller, policy, feature });
  return { caller, policy, feature, place, savedKey };
}

async function callerOf(ask: Ask, device: Device): Promise<Caller | null> {
  if (ask.authorization === null) return SESSION;
  const key = await device.key();
  if (key === null || device.subtle === null) return null;
  const hash = await hmacHex(`bearer:${ask.authorization}`, key, device.subtle);
  return { bearerHash: hash.slice(0, 16), authorization: ask.authorization };
}

/** The key under which the answer to these words is kept; null when it may not be given again. */
export async function savedKeyOf(
  chat: ChatRequest | null,
  device: Pick<Device, 'key' | 'subtle'>,
  { caller, policy, feature }: { caller: Caller; policy: TravelPolicy; feature: TravelFeature },
): Promise<string | null> {
  const key = await device.key();
  if (key === null || device.subtle === null || chat === null) return null;
  if (feature.device.store === 'never' || notReusable(chat) !== null) return null;
  const user = caller.bearerHash ?? policy.user_hash;
  try {
    const canonical = canonicalAsk(chat, {
      tenant: policy.tenant_hash,
      // A bearer names no user to us, so what it got is its own alone.
      scope: feature.scope === 'tenant' && caller.bearerHash === null ? { kind: 'tenant' } : { kind: 'user', user },
      feature: feature.name,
      promptVersion: feature.prompt_version,
      modelAlias: chat.model ?? feature.model_alias,
      normalization: feature.normalization,
    });
    return await hmacHex(canonical, key, device.subtle);
  } catch (thrown) {
    // Nested too deep, or a number JSON cannot hold: an ask without a canonical form has no saved answer.
    if (thrown instanceof RangeError || thrown instanceof SyntaxError) return null;
    throw thrown;
  }
}

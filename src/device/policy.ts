import * as z from 'zod/mini';
import { readJson } from '#shared/json.ts';
import { statusOf } from '#shared/problem-codes.ts';
import { travelPolicySchema, type TravelPolicy } from '#shared/travel-policy.ts';
import { databaseName, type Place } from '#device/database.ts';
import { runErrand } from '#device/errand.ts';
import { writeFailure, type Failure } from '#device/failure.ts';
import type { Device } from '#device/parts.ts';
import { proveResponse } from '#device/proof.ts';
import { dropOutdated, forgetAllSaved } from '#device/saved-answers.ts';
import { finishSignOut, signOutDue } from '#device/sign-out.ts';
import { dropSetting, readSetting, writeSetting } from '#device/settings.ts';

const keptSchema = z.object({ policy: travelPolicySchema, etag: z.nullable(z.string()) });

const NO_POLICY: Failure = {
  code: 'offline',
  message: 'There is no connection to the router, and this device knows no policy yet.',
};

/** Milliseconds the policy may take to come. */
const POLICY_LIMIT_MS = 5_000;

/** Whose policy: the session's, or that of a bearer, who is known by a keyed hash only. */
export interface Caller {
  bearerHash: string | null;
  authorization: string | null;
}

/** Whoever is signed in here. */
export const SESSION: Caller = { bearerHash: null, authorization: null };

/** The policy this device goes by; null until one was fetched. Without one nothing is kept. */
export async function knownPolicy(device: Device, caller = SESSION): Promise<TravelPolicy | null> {
  return (await readSetting(device.meta, settingName(caller), keptSchema))?.policy ?? null;
}

/** The known policy, or else a fetched one; null when the router cannot be asked either. */
export async function policyNow(device: Device, caller = SESSION): Promise<TravelPolicy | null> {
  const known = await knownPolicy(device, caller);
  if (known !== null) return known;
  const later = await device.later();
  return (await later.refreshPolicy(device, caller)) ?? (await knownPolicy(device));
}

/** Where what this caller keeps on the device is kept; null when nothing may be. */
export async function placeOf(device: Device, policy: TravelPolicy | null, caller = SESSION): Promise<Place | null> {
  if (policy === null || (await device.key()) === null) return null;
  const name = databaseName(policy.tenant_hash, caller.bearerHash ?? policy.user_hash);
  return { ...device.meta, name, vault: device.vault(name) };
}

/** Whether whoever keeps things there is still the one signed in here: else nothing is said or asked for them. */
export async function isStill(device: Device, place: Place): Promise<boolean> {
  return (await placeOf(device, await knownPolicy(device)))?.name === place.name;
}

/** Fetches the policy and keeps it; on a higher epoch what was saved is forgotten. When it cannot be had, the known one stays. */
export async function refreshPolicy(device: Device, caller = SESSION): Promise<TravelPolicy | null> {
  if (caller.bearerHash === null && !(await finishSignOut(device))) return null;
  const since = device.comings;
  const kept = await readSetting(device.meta, settingName(caller), keptSchema);
  const headers = new Headers({ accept: 'application/json' });
  if (kept?.etag != null) headers.set('if-none-match', kept.etag);
  if (caller.authorization !== null) headers.set('authorization', caller.authorization);
  const answer = await runErrand(device, {
    to: '/api/travel',
    init: { headers, cache: 'no-store' },
    limitMs: POLICY_LIMIT_MS,
    take: async (response) => ({ response, text: await response.text() }),
  });
  if (answer !== null && caller.bearerHash === null && (await heedForgetting(device, answer.response, answer.text)))
    return null;
  const fresh = answer?.response.status === 200 ? readJson(travelPolicySchema, answer.text) : null;
  if (answer === null || fresh === null) {
    // A bearer that the router tells no policy goes by the session's from now on, under its own scope.
    const session = answer !== null && caller.bearerHash !== null ? await knownPolicy(device) : null;
    if (session !== null) await keepPolicy(device, { policy: session, etag: null }, caller, since);
    return kept?.policy ?? session;
  }
  await keepPolicy(device, { policy: fresh, etag: answer.response.headers.get('etag') }, caller, since);
  return fresh;
}

/** Keeps the policy that a page of ours just received from `/api/travel`; `since` is what `device.comings` was when it asked. */
export async function keepPolicyResponse(device: Device, response: Response, since = device.comings): Promise<void> {
  if (proveResponse(response) !== 'ok') return;
  const text = await response.text();
  if ((await heedForgetting(device, response, text)) || response.status !== 200) return;
  const policy = readJson(travelPolicySchema, text);
  if (policy !== null) await keepPolicy(device, { policy, etag: response.headers.get('etag') }, SESSION, since);
}

/** Whether the router says that whoever is signed in here was erased there: then all that they left here goes, too. */
async function heedForgetting(device: Device, { status }: Response, text: string): Promise<boolean> {
  if (status !== 401 || !text.includes('"person_forgotten"')) return false;
  const place = await placeOf(device, await knownPolicy(device));
  const { wipePerson } = await device.later();
  await wipePerson(device, place?.name ?? '');
  return true;
}

/** Answers a page's `GET /api/travel`: network first, and the fresh one is kept; else the known one, labelled as saved. */
export async function givePolicy(device: Device, request: Request): Promise<Response> {
  const since = device.comings;
  const given = await runErrand(device, {
    to: request,
    limitMs: POLICY_LIMIT_MS,
    async take(response) {
      const copy = response.clone();
      // Where it cannot be kept it is given all the same.
      await device.later().then(
        (later) => later.keepPolicyResponse(device, copy, since),
        () => undefined,
      );
      return response;
    },
  });
  if (given !== null) return given;
  const known = await knownPolicy(device);
  const headers = { 'content-type': 'application/json', 'x-layover': '1', 'cache-control': 'no-store' };
  return known === null
    ? new Response(writeFailure(NO_POLICY), { status: statusOf(NO_POLICY.code), headers })
    : new Response(JSON.stringify(known), { headers: { ...headers, 'x-layover-source': 'saved' } });
}

/** Reads `x-layover-policy`: a higher epoch than the known one means that the policy must be fetched again. */
export async function heedEpoch(device: Device, headers: Headers, caller: Caller): Promise<void> {
  const told = headers.get('x-layover-policy');
  const known = await knownPolicy(device, caller);
  if (told !== null && (known === null || Number(told) > known.epoch)) await refreshPolicy(device, caller);
}

/** Somebody signed in or out. What was kept stays in that person's own database. */
export async function forgetPolicy(device: Device): Promise<void> {
  device.comings += 1;
  await dropSetting(device.meta, settingName(SESSION));
}

async function keepPolicy(
  device: Device,
  fresh: z.infer<typeof keptSchema>,
  caller: Caller,
  since: number,
): Promise<void> {
  const { policy } = fresh;
  // An answer to somebody who signed out before it came.
  if (caller.bearerHash === null && (await signOutDue(device)) !== null) return;
  const before = await knownPolicy(device, caller);
  const place = await placeOf(device, policy, caller);
  if (place !== null) {
    // Noted per database, so that a sign-out in between does not hide that the epoch rose.
    const name = `epoch:${place.name}`;
    const epoch = await readSetting(device.meta, name, z.number());
    if (epoch !== null && policy.epoch > epoch) await forgetAllSaved(place);
    if (policy.epoch !== epoch) await writeSetting(device.meta, name, policy.epoch);
    const rules = `rules:${place.name}`;
    const now = JSON.stringify(policy.features.map((each) => [each.name, each.prompt_version, each.device.store]));
    if (now !== (await readSetting(device.meta, rules, z.string()))) {
      await dropOutdated(place, policy);
      await writeSetting(device.meta, rules, now);
    }
  }
  // Somebody else came before it did.
  if (caller.bearerHash === null && since !== device.comings) return;
  await writeSetting(device.meta, settingName(caller), fresh);
  if (before?.epoch !== policy.epoch || before.user_hash !== policy.user_hash) {
    device.tell({ type: 'policy-changed', epoch: policy.epoch });
  }
}

function settingName(caller: Caller): string {
  return caller.bearerHash === null ? 'policy' : `policy:${caller.bearerHash}`;
}

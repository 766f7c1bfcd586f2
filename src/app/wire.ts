import * as z from 'zod/mini';
import { parseJson, readJson } from '#shared/json.ts';
import { travelPolicySchema } from '#shared/travel-policy.ts';
import { DEVICE_CHANNEL, fromDeviceSchema, type FromDevice } from '#shared/worker-messages.ts';
import type { AskCall, Failure } from './api.ts';

/**
 * What comes from outside, parsed at the door. A lazy chunk that is asked for at the start: nothing of it is needed before the
 * first question can be typed.
 */
export { readAnswer } from '../ask/read-answer.ts';
export { databaseName } from '#device/database.ts';
export { DEVICE_CHANNEL, travelPolicySchema };

const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** A router's error body, as far as it can be read. */
export function readFailure(text: string, status: number): Failure {
  const json = parseJson(text);
  const parsed = json.ok ? errorSchema.safeParse(json.value) : null;
  if (parsed?.success === true) return { ...parsed.data.error, status };
  return { code: 'bad_answer', message: `The router answered ${status} without a reason.`, status };
}

const askBodySchema = z.object({
  messages: z.array(z.object({ role: z.enum(['user', 'assistant']), content: z.string() })),
});

/** What was said in an ask of ours, from the body that waited; nothing where it is not of a page's making. */
export function messagesIn(body: string): AskCall['messages'] {
  return readJson(askBodySchema, body)?.messages ?? [];
}

/** A message of the device modules; null for anything else, for an older worker may be in charge. */
export function readFromDevice(raw: unknown): FromDevice | null {
  const message = fromDeviceSchema.safeParse(raw);
  return message.success ? message.data : null;
}

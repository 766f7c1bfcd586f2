import * as z from 'zod/mini';
import { provenanceSchema } from '#shared/chat.ts';
import type { Schema } from '#shared/json.ts';
import { askEndedSchema } from '#shared/telemetry.ts';

/**
 * The rows of the stores of `database.ts`, as the device works with them; `sealed-rows.ts` says what of them stands in the clear.
 * Every row is parsed when it is read; a broken one counts as absent.
 */
export const conversationRowSchema = z.object({
  id: z.string(),
  /** The first words asked, until the person gives another name. */
  title: z.string(),
  /** Of its first question. */
  feature: z.string(),
  createdAtMs: z.number(),
  updatedAtMs: z.number(),
});
export type ConversationRow = z.infer<typeof conversationRowSchema>;

/** One question. Its id is the ask's id, so its answer is found under the same. */
export const turnRowSchema = z.object({
  id: z.string(),
  conversationId: z.string(),
  position: z.number(),
  prompt: z.string(),
  feature: z.string(),
  askedAtMs: z.number(),
});
export type TurnRow = z.infer<typeof turnRowSchema>;

export const draftRowSchema = z.object({ conversationId: z.string(), text: z.string(), updatedAtMs: z.number() });
export type DraftRow = z.infer<typeof draftRowSchema>;

/** Why the network did not give an answer; `ok` when it did. */
export const networkSchema = z.enum(['ok', 'offline', 'slow', 'portal', 'bad-answer', 'cut', 'router', 'not-tried']);
export type Network = z.infer<typeof networkSchema>;

const usageRowSchema = z.object({
  inputTokens: z.number(),
  outputTokens: z.number(),
  cachedInputTokens: z.number(),
  cacheWriteTokens: z.number(),
  reasoningTokens: z.number(),
  estimated: z.boolean(),
});

export const answerSchema = z.object({
  id: z.string(),
  model: z.string(),
  createdSeconds: z.number(),
  text: z.string(),
  toolCalls: z.array(z.object({ id: z.string(), name: z.string(), arguments: z.string() })),
  finishReason: z.enum(['stop', 'tool_calls', 'length', 'content_filter']),
  usage: z.nullable(usageRowSchema),
  provenance: provenanceSchema,
});

export const answerStateSchema = z.discriminatedUnion('kind', [
  /** It is being written; `text` is what had arrived at the last checkpoint. `resuming` since the line was cut. */
  z.object({ kind: z.literal('open'), text: z.string(), resuming: z.boolean() }),
  /** It was cut or stopped, and given up: this much is there. */
  z.object({ kind: z.literal('partial'), text: z.string(), code: z.string(), message: z.string() }),
  /** It came to its end. Only `stop` and `tool_calls` are whole answers; the finish reason tells. */
  z.object({
    kind: z.literal('whole'),
    answer: answerSchema,
    /** Why it is not live; `ok` when it is. */
    network: networkSchema,
    /** Milliseconds it waited in the outbox; 0 when it did not. */
    waitedMs: z.number(),
    firstTokenMs: z.nullable(z.number()),
    totalMs: z.nullable(z.number()),
    /** The live answer that came after a saved one had been given in its place. */
    fresh: z.nullable(answerSchema),
  }),
  /** Nothing came, for this reason. */
  z.object({
    kind: z.literal('problem'),
    code: z.string(),
    message: z.string(),
    status: z.number(),
    network: networkSchema,
  }),
]);
export type AnswerState = z.infer<typeof answerStateSchema>;

/** One step in the life of an ask, for its timeline. `atMs` counts from the moment it was asked, by a clock that never jumps. */
export const stepSchema = z.object({
  what: z.enum([
    'worker-started',
    'keyed',
    'looked-up',
    'tried',
    'first-token',
    'cut',
    'resumed',
    'saved-given',
    'queued',
    'sent',
    'ended',
    'kept',
  ]),
  atMs: z.number(),
  /** What is worth saying of it, such as the reason of a failed try; null for nothing. */
  note: z.nullable(z.string()),
});
export type Step = z.infer<typeof stepSchema>;

/** Most steps kept of one ask. */
export const MAX_STEPS = 60;

/** An answer that may be given again, under the keyed hash of its ask. */
export const savedRowSchema = z.object({
  key: z.string(),
  feature: z.string(),
  /** The last thing asked, as it was typed. */
  question: z.string(),
  answer: answerSchema,
  savedAtMs: z.number(),
  usedAtMs: z.number(),
  bytes: z.number(),
  promptVersion: z.number(),
});
export type SavedRow = z.infer<typeof savedRowSchema>;

export const outboxStateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('queued') }),
  /** Somebody is sending it; the lease ends by itself should they die. */
  z.object({ kind: z.literal('sending'), untilMs: z.number() }),
  /** The router refused it finally; it waits for the person. */
  z.object({ kind: z.literal('refused'), code: z.string(), message: z.string(), status: z.number() }),
  z.object({ kind: z.literal('needs-sign-in') }),
  /** It waited too long to be sent unasked; it waits for the person. */
  z.object({ kind: z.literal('expired') }),
  /** It came to an end in its conversation, and nobody has looked yet. */
  z.object({ kind: z.literal('answered'), atMs: z.number(), what: z.enum(['whole', 'partial', 'problem']) }),
  /** The person took it back, and may think better of it until then. */
  z.object({ kind: z.literal('cancelled'), untilMs: z.number() }),
]);
export type OutboxState = z.infer<typeof outboxStateSchema>;

/** An ask that waits to be sent. Holds no header and no credential. */
export const outboxRowSchema = z.object({
  askId: z.string(),
  /** `Idempotency-Key` of the first attempt and of every later one. */
  key: z.string(),
  path: z.string(),
  /** The JSON body as it came. */
  body: z.string(),
  feature: z.string(),
  /** What was asked, for the list. */
  question: z.string(),
  askedAtMs: z.number(),
  queuedAtMs: z.number(),
  /** Why it had to wait. */
  network: networkSchema,
  simulated: z.boolean(),
  notBeforeMs: z.number(),
  tries: z.number(),
  /** Sent in this order, lowest first. */
  order: z.number(),
  state: outboxStateSchema,
  /** The conversation that a notification is to open, where one was asked for. */
  notify: z.optional(z.string()),
});
export type OutboxRow = z.infer<typeof outboxRowSchema>;

export const answerRowSchema = z.object({
  askId: z.string(),
  feature: z.string(),
  askedAtMs: z.number(),
  updatedAtMs: z.number(),
  state: answerStateSchema,
  /** What happened to it on this device, in order; absent where nobody noted it. */
  timeline: z.optional(z.array(stepSchema)),
  /** While it is open: what to send again, should whoever is writing it be lost, and the router with them. */
  resend: z.optional(outboxRowSchema),
});
export type AnswerRow = z.infer<typeof answerRowSchema>;

/** A travel pack; what is in it is sealed. What is saved under `keys`, now or later, is pinned by it. */
export const packRowSchema = z.looseObject({ id: z.string(), updatedAtMs: z.number(), keys: z.array(z.string()) });
export type PackRow = z.infer<typeof packRowSchema>;

export const eventRowSchema = askEndedSchema;

/** A body that only this device can read, with the number of its form; its vault finds out what is in it. */
export const sealedSchema = z.looseObject({ v: z.literal(1) });

/** Any row as it stands on the disk. */
export const sealedRowSchema = z.looseObject({ sealed: sealedSchema });

/** What decisions inside of a transaction go by, for there no body can be opened. */
export const answerHeadSchema = z.looseObject({
  askId: z.string(),
  updatedAtMs: z.number(),
  state: z.looseObject({ kind: z.string() }),
  sealed: sealedSchema,
});

/** Of any row that a policy has a say in. */
export const ruledHeadSchema = z.looseObject({ feature: z.string(), promptVersion: z.optional(z.number()) });

export const outboxHeadSchema = z.looseObject({
  askId: z.string(),
  feature: z.string(),
  askedAtMs: z.number(),
  queuedAtMs: z.number(),
  network: networkSchema,
  simulated: z.boolean(),
  notBeforeMs: z.number(),
  tries: z.number(),
  order: z.number(),
  notify: z.optional(z.string()),
  state: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('queued') }),
    z.object({ kind: z.literal('sending'), untilMs: z.number() }),
    /** With which words is sealed. */
    z.object({ kind: z.literal('refused') }),
    z.object({ kind: z.literal('needs-sign-in') }),
    z.object({ kind: z.literal('expired') }),
    z.object({ kind: z.literal('answered'), atMs: z.number(), what: z.enum(['whole', 'partial', 'problem']) }),
    z.object({ kind: z.literal('cancelled'), untilMs: z.number() }),
  ]),
  sealed: sealedSchema,
});
export type OutboxHead = z.infer<typeof outboxHeadSchema>;

/** A row as its schema has it, or null for an absent and for a broken one: a bad row costs itself, nothing else. */
export function readRow<T>(schema: Schema<T>, raw: unknown): T | null {
  const parsed = schema.safeParse(raw);
  return parsed.success ? (parsed.data ?? null) : null;
}

export function readRows<T>(schema: Schema<T>, raws: readonly unknown[]): T[] {
  return raws.map((raw) => readRow(schema, raw)).filter((row) => row !== null);
}

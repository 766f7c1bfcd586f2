import * as z from 'zod/mini';

/** Most prompts of one pack, most characters of one prompt and of a whole list, most packs on one device. */
export const MAX_PROMPTS = 100;
export const MAX_PROMPT_CHARS = 20_000;
export const MAX_LIST_CHARS = 100_000;
export const MAX_PACKS = 20;
export const MAX_NAME_CHARS = 80;

/** One prompt that is to be answered before a journey. Whether it is answered is read from the saved answers, never noted here. */
export const packItemSchema = z.object({
  id: z.string(),
  feature: z.string().check(z.minLength(1), z.maxLength(100)),
  prompt: z.string().check(z.minLength(1), z.maxLength(MAX_PROMPT_CHARS)),
  /** An ask that is wanted and has not had its answer; its id is kept, so that asking again costs nothing twice. Null for none. */
  work: z.nullable(
    z.object({
      askId: z.string(),
      /** Saved answers' key when the id was made: under other instructions the id must not be used again. */
      key: z.string(),
      /** Replaces what is saved: reads no saved answer on the way. */
      refresh: z.boolean(),
      wantedAtMs: z.number(),
    }),
  ),
  /** Why the last ask left nothing here; null when it did, or was never made. */
  trouble: z.nullable(z.object({ code: z.string(), message: z.string(), atMs: z.number() })),
  /** When its answer came in from a file, made elsewhere; null when this device asked. */
  importedAtMs: z.nullable(z.number()),
});
export type PackItem = z.infer<typeof packItemSchema>;

/** What getting ready has cost so far. */
export const spentSchema = z.object({
  nanoUsd: z.number(),
  /** Answers whose cost nobody knows. */
  unknown: z.number(),
  asks: z.number(),
});
export type Spent = z.infer<typeof spentSchema>;

export const packSchema = z.object({
  id: z.string(),
  name: z.string().check(z.minLength(1), z.maxLength(MAX_NAME_CHARS)),
  /** When it is needed; null for no date. */
  demoAtMs: z.nullable(z.number()),
  items: z.array(packItemSchema).check(z.maxLength(MAX_PROMPTS)),
  spent: spentSchema,
  /** What getting ready was expected to cost when it began; null while that is unknown. */
  expectedNanoUsd: z.nullable(z.number()),
  /** The last rehearsal; null when there was none. */
  rehearsed: z.nullable(
    z.object({ atMs: z.number(), passed: z.number(), of: z.number(), slowestMs: z.nullable(z.number()) }),
  ),
  createdAtMs: z.number(),
});
export type Pack = z.infer<typeof packSchema>;

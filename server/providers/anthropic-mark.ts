import * as z from 'zod/mini';
import type { Markable } from './prompt-cache.ts';
import type { CacheControl } from './provider.ts';

const markSchema = z.object({ type: z.literal('ephemeral'), ttl: z.optional(z.enum(['5m', '1h'])) });

/** The mark that a caller has put on a part or a tool; null for none. */
export function markOf(part: Readonly<Record<string, unknown>>): CacheControl | null {
  const read = markSchema.safeParse(part['cache_control']);
  if (!read.success) return null;
  const { type, ttl } = read.data;
  return ttl === undefined ? { type } : { type, ttl };
}

/** The block with the mark of the part that it was made of. */
export function withMark<B extends object>(block: B, part: Readonly<Record<string, unknown>>): B & Markable {
  const mark = markOf(part);
  return mark === null ? block : { ...block, cache_control: mark };
}

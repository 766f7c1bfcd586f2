import * as z from 'zod';
import { fileSchema } from './schema.ts';

/** Every key of the schema as a dotted path, list items and names as `*`; sections before what is in them. */
export function schemaKeys(): string[] {
  const found: string[] = [];
  collect(fileSchema, '', found);
  return found;
}

/** The key of the section at `section` (dotted, with `*`) that is nearest to what was written; null when none is near. */
export function nearestKey(section: string, written: string): string | null {
  const start = section === '' ? '' : `${section}.`;
  const keys = schemaKeys().filter((key) => key.startsWith(start) && !key.slice(start.length).includes('.'));
  const near = keys
    .map((key) => key.slice(start.length))
    .filter((key) => key !== '*')
    .map((key) => ({ key, distance: editDistance(written.toLowerCase(), key) }))
    .filter(({ key, distance }) => distance <= Math.max(1, Math.floor(key.length / 4)))
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.key ?? null;
}

function collect(schema: unknown, at: string, found: string[]): void {
  const start = at === '' ? '' : `${at}.`;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return collect(schema.unwrap(), at, found);
  if (schema instanceof z.ZodArray && schema.element instanceof z.ZodObject)
    return collect(schema.element, `${start}*`, found);
  if (schema instanceof z.ZodRecord) return collect(schema.valueType, `${start}*`, found);
  if (!(schema instanceof z.ZodObject)) return;
  for (const [key, inner] of Object.entries(schema.shape)) {
    found.push(start + key);
    collect(inner, start + key, found);
  }
}

/** Levenshtein's distance, with words longer than any key of ours taken as far away. */
function editDistance(a: string, b: string): number {
  if (a.length > 60) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let at = 1; at <= a.length; at++) {
    const next = [at];
    for (let to = 1; to <= b.length; to++) {
      const swap = (row[to - 1] ?? 0) + (a[at - 1] === b[to - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

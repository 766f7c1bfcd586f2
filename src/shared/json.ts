/** What reads a value at a door: any schema of zod's. */
export interface Schema<T> {
  safeParse(raw: unknown): { success: boolean; data?: T };
}

/** JSON, or the reason why it is none. Bound the text before calling: this reads all of it. */
export function parseJson(text: string): { ok: true; value: unknown } | { ok: false; reason: string } {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (cause) {
    return { ok: false, reason: cause instanceof Error ? cause.message : 'not JSON' };
  }
}

/** The value of a JSON text as its schema has it; null when the text is no JSON, or not of that form. */
export function readJson<T>(schema: Schema<T>, text: string): T | null {
  const json = parseJson(text);
  const parsed = schema.safeParse(json.ok ? json.value : null);
  return parsed.success ? (parsed.data ?? null) : null;
}

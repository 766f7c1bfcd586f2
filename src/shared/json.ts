/** JSON, or the reason why it is none. Bound the text before calling: this reads all of it. */
export function parseJson(text: string): { ok: true; value: unknown } | { ok: false; reason: string } {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (cause) {
    return { ok: false, reason: cause instanceof Error ? cause.message : 'not JSON' };
  }
}

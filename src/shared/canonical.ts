/** Deepest nesting that a canonical form may have; deeper input is refused, so that no body can exhaust the stack. */
const MAX_DEPTH = 64;

/**
 * JSON with sorted keys and `undefined` dropped, so that equal values give equal text.
 * Throws a RangeError beyond 64 levels and for numbers that JSON cannot hold.
 */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > MAX_DEPTH) throw new RangeError(`The value is nested deeper than ${MAX_DEPTH} levels.`);
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new RangeError(`${value} has no JSON form.`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map((item: unknown) => canonicalJson(item === undefined ? null : item, depth + 1)).join(',')}]`;
  }
  if (typeof value === 'object') {
    const members = value as Record<string, unknown>;
    let text = '';
    for (const name of Object.keys(members).sort()) {
      if (members[name] === undefined) continue;
      text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(members[name], depth + 1)}`;
    }
    return `{${text}}`;
  }
  throw new RangeError(`A ${typeof value} has no JSON form.`);
}

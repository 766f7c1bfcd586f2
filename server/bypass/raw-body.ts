import type { Deployment } from '../config/configuration.ts';

/** A member of the outermost object, by its places in the text. */
interface Member {
  name: string;
  start: number;
  valueStart: number;
  end: number;
}

/**
 * The body as a direct call would have it: only the deployment's model name is put in, and our own sugar taken out (`feature`;
 * `prompt` becomes one user message). Whatever else there is stays as it was written, unknown fields and forms of numbers
 * included. `text` must be the JSON of an object.
 */
export function writeDirectBody(text: string, model: Deployment['model']): string {
  const members = readMembers(text);
  const first = members[0];
  const last = members.at(-1);
  const name = JSON.stringify(model);
  if (first === undefined || last === undefined) return text.replace('{', () => `{"model":${name}`);
  const hasMessages = members.some((member) => member.name === 'messages');
  const pieces: string[] = [];
  let written = 0;
  members.forEach((member, at) => {
    if (member.name === 'feature') return;
    const before = members[at - 1];
    // What stands between two members goes with the later one, so that the first one kept has nothing before it.
    if (written > 0 && before !== undefined) pieces.push(text.slice(before.end, member.start));
    written++;
    if (member.name === 'model') pieces.push(text.slice(member.start, member.valueStart), name);
    else if (member.name === 'prompt' && !hasMessages)
      pieces.push(`"messages":[{"role":"user","content":${text.slice(member.valueStart, member.end)}}]`);
    else pieces.push(text.slice(member.start, member.end));
  });
  if (!members.some((member) => member.name === 'model'))
    pieces.unshift(written === 0 ? `"model":${name}` : `"model":${name},`);
  return text.slice(0, first.start) + pieces.join('') + text.slice(last.end);
}

/** The members of the object that a valid JSON text is, in time proportional to its length. */
function readMembers(text: string): Member[] {
  const members: Member[] = [];
  let at = skipBlanks(text, text.indexOf('{') + 1);
  while (text[at] === '"') {
    const start = at;
    at = endOfString(text, at);
    const name = JSON.parse(text.slice(start, at)) as string;
    const valueStart = skipBlanks(text, skipBlanks(text, at) + 1);
    at = endOfValue(text, valueStart);
    members.push({ name, start, valueStart, end: at });
    at = skipBlanks(text, at);
    if (text[at] === ',') at = skipBlanks(text, at + 1);
  }
  return members;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++;
  return at;
}

/** The place after the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const sign = text[at];
    if (sign === '"') {
      at = endOfString(text, at);
      if (depth === 0) return at;
      continue;
    }
    if (depth === 0 && (sign === ',' || sign === '}' || isBlank(sign))) return at;
    if (sign === '{' || sign === '[') depth++;
    if (sign === '}' || sign === ']') depth--;
    at++;
    if (depth === 0 && (sign === '}' || sign === ']')) return at;
  }
  return at;
}

function isBlank(sign: string | undefined): boolean {
  return sign === ' ' || sign === '\n' || sign === '\r' || sign === '\t';
}

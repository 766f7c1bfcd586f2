import { MAX_LIST_CHARS, MAX_PROMPT_CHARS, MAX_PROMPTS } from '#device/pack.ts';

/** One prompt of a list; `feature` null for the default one. */
export interface Wish {
  feature: string | null;
  prompt: string;
}

/** A list of prompts, or why it is none; `line` counts from 1 and is null when the whole is meant. */
export type PackList =
  | { ok: true; name: string | null; demoAtMs: number | null; wishes: Wish[]; repeated: number }
  | { ok: false; problem: string; line: number | null };

/** Marks in front of the lines of a pasted list. */
const LIST_MARK = /^(?:[-*•–]|\d{1,3}[.)])\s+/u;

/** Reads what was typed or pasted: one prompt per line. */
export function readLines(text: string, feature: string | null): PackList {
  if (text.length > MAX_LIST_CHARS) return tooLong();
  const wishes: Wish[] = [];
  for (const [at, line] of text.split(/\r\n|\r|\n/).entries()) {
    const prompt = line.trim().replace(LIST_MARK, '').trim();
    if (prompt === '') continue;
    if (prompt.length > MAX_PROMPT_CHARS) return tooLongPrompt(at + 1);
    wishes.push({ feature, prompt });
  }
  return boundList({ name: null, demoAtMs: null, wishes });
}

/** Drops what is asked twice, and holds the list to its bound. */
export function boundList(list: { name: string | null; demoAtMs: number | null; wishes: Wish[] }): PackList {
  const seen = new Set<string>();
  const wishes = list.wishes.filter(({ feature, prompt }) => {
    const same = JSON.stringify([feature, prompt]);
    return !seen.has(same) && seen.add(same);
  });
  if (wishes.length === 0) return { ok: false, problem: 'There is no prompt in it. Write one per line.', line: null };
  if (wishes.length > MAX_PROMPTS) {
    const problem = `It has ${wishes.length} prompts, and a pack takes ${MAX_PROMPTS}. Make two packs of it.`;
    return { ok: false, problem, line: null };
  }
  return { ok: true, ...list, wishes, repeated: list.wishes.length - wishes.length };
}

export function tooLong(): PackList {
  return { ok: false, problem: 'The list is longer than 100 kB. Make two packs of it.', line: null };
}

export function tooLongPrompt(line: number): PackList {
  const problem = `A prompt is longer than ${MAX_PROMPT_CHARS.toLocaleString('en')} characters. Shorten it.`;
  return { ok: false, problem, line };
}

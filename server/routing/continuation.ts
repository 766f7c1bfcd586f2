import type { ChatMessage } from '#shared/chat.ts';
import type { Deployment } from '../config/configuration.ts';

/** About so many of the last characters are to be said again: enough to find the place without a doubt. */
const ANCHOR = 60;

/** UTF-8 bytes of an answer that count as one of its tokens; many rather than few, so that a cap is not reached too soon. */
const BYTES_PER_TOKEN = 5;

/** Least tokens that are asked for. */
const LEAST_TOKENS = 16;

interface Asked {
  messages: ChatMessage[];
  parameters: Record<string, unknown>;
}

/** The ask for the rest of an answer of which `sent` has gone out, in the way that a deployment can take it. */
export function askToGoOn(asked: Asked, sent: string, { prefill }: Pick<Deployment, 'prefill'>): Asked {
  const parameters = lessOf(asked.parameters, sent);
  // A last turn may not end in blanks; and blanks alone are no beginning.
  const said = sent.trimEnd();
  if (said === '') return { messages: asked.messages, parameters };
  if (prefill) return { messages: [...asked.messages, { role: 'assistant', content: said }], parameters };
  const messages: ChatMessage[] = [
    ...asked.messages,
    { role: 'assistant', content: sent },
    { role: 'user', content: instruction(anchorOf(said)) },
  ];
  return { messages, parameters };
}

function instruction(anchor: string): string {
  return `Your answer broke off on its way. The last words that arrived are:

${anchor}

Say exactly these words once more, and then go on with your answer from there to its end, in the same language and form. No greeting, no excuse, no word about this break.`;
}

/** The last words, from the beginning of one where there is one. */
function anchorOf(said: string): string {
  const tail = said.slice(-ANCHOR);
  if (tail.length === said.length) return said;
  const blank = tail.slice(0, ANCHOR / 2).search(/\s/);
  const anchor = blank === -1 ? tail : tail.slice(blank).trimStart();
  // Not from the middle of a character.
  return /^[\uDC00-\uDFFF]/.test(anchor) ? anchor.slice(1) : anchor;
}

/** A cap on the whole answer is one on what is left of it. */
function lessOf(parameters: Record<string, unknown>, sent: string): Record<string, unknown> {
  const used = Math.floor(Buffer.byteLength(sent) / BYTES_PER_TOKEN);
  const left = { ...parameters };
  for (const name of ['max_tokens', 'max_completion_tokens']) {
    const cap = left[name];
    if (typeof cap === 'number') left[name] = Math.max(LEAST_TOKENS, cap - used);
  }
  return left;
}

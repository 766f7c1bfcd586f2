import { tokenPercent } from '../providers/model-facts.ts';
import { boundTokens, countedTokens, isTextOnly, partsOf, type Prompt } from './token-bound.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Tokens of a prompt before it is sent. */
export interface TokenCount {
  /** At least as many as the provider will count, as far as that can be known: text surely, images and tools by experience. */
  tokens: number;
  /** The model's own tokenizer counted plain text. Else it is a bound, or an estimate that leans upwards. */
  exact: boolean;
}

/**
 * The input tokens of an ask that has to stay at or below `cap`. Reads the text once; only when that leaves it open whether
 * the cap holds is the tokenizer asked, in its own thread. So an ask that is surely below costs no more than its length, and a
 * hostile one never holds the event loop.
 *
 * `models` are the upstream models that may answer: the one whose tokenizer makes most of the text counts.
 */
export async function countInputTokens(
  prompt: Prompt,
  { cap, models, tokenizer }: { cap: number; models: readonly string[]; tokenizer: Pick<Tokenizer, 'count'> },
): Promise<TokenCount> {
  const bound = boundTokens(prompt);
  if (bound <= cap) return { tokens: bound, exact: false };
  const parts = partsOf(prompt);
  const counted = await tokenizer.count(parts.texts);
  if (counted === null) return { tokens: bound, exact: false };
  const percent = Math.max(100, ...models.map(tokenPercent));
  const tokens = Math.min(bound, countedTokens(parts, counted, percent));
  return { tokens, exact: percent === 100 && models.length > 0 && isTextOnly(parts) };
}

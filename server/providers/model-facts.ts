/** What is known of a model by its name alone: its maker says it nowhere in an answer. */

/** Models of OpenAI's whose text is cut into tokens by the public `o200k_base`. */
const O200K = /^(?:gpt-4o|gpt-4\.[15]|gpt-[5-9]|gpt-oss|chatgpt-|o[134](?:-|$))/;

const CLAUDE = /^claude/;

/**
 * How many tokens of this model stand against 100 of `o200k_base`, at most. Claude's tokenizer is not public: measured were
 * 1.1 for English prose up to Claude 4.6, and up to 1.47 times that since. Of others 1.3 is more than was measured.
 */
export function tokenPercent(model: string): number {
  const name = ownName(model);
  if (O200K.test(name)) return 100;
  return CLAUDE.test(name) ? 160 : 130;
}

/** Shortest prefix, in tokens, that Claude's prompt cache keeps, by model; the shortest of all where it is not known. A mark below it is skipped in silence. */
const LEAST_PREFIX: [model: RegExp, tokens: number][] = [
  [/^claude-(?:haiku-4-5|opus-4-[567])/, 4096],
  [/^claude-3(?:-5)?-haiku/, 2048],
  [/^claude-(?:3|sonnet-4|sonnet-5(?!-5)|opus-4)/, 1024],
];

export function leastCachedTokens(model: string): number {
  const name = ownName(model);
  return LEAST_PREFIX.find(([pattern]) => pattern.test(name))?.[1] ?? 512;
}

/** Without the maker that gateways put in front: `anthropic/claude-haiku-5-5`. */
function ownName(model: string): string {
  return model.slice(model.lastIndexOf('/') + 1).toLowerCase();
}

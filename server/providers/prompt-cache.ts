import type { CacheControl, PromptCache } from './provider.ts';

/** Marks that Anthropic takes in one request. */
const MOST_MARKS = 4;

/** Bytes of UTF-8 for each token of a prefix's least length: prose makes no more tokens than that of them. */
const BYTES_PER_TOKEN = 2;

/** A block that can carry a mark. */
export interface Markable {
  cache_control?: CacheControl;
}

/** A request in the order in which its prefix is read: tools, then the system text, then the turns. */
export interface MarkedRequest {
  tools: Markable[];
  system: Markable[];
  turns: { role: 'user' | 'assistant'; content: Markable[] }[];
}

/**
 * Marks the ends of the stable blocks for the provider's prompt cache. A caller's own marks stay, and go before ours: of four at
 * most in all, and what is kept for an hour before what is kept for five minutes. A prefix too short to be kept gets none.
 */
export function markStable(request: MarkedRequest, cache: PromptCache, minimumTokens: number): void {
  const blocks = [...request.tools, ...request.system, ...request.turns.flatMap(({ content }) => content)];
  const wanted = [...new Set(stableEnds(request, cache.blocks))].filter((block) => block.cache_control === undefined);
  const own = blocks.filter((block) => block.cache_control !== undefined);
  const minimumBytes = minimumTokens * BYTES_PER_TOKEN;
  for (const block of wanted.slice(0, Math.max(0, MOST_MARKS - own.length))) {
    const at = blocks.indexOf(block);
    if (isShorter(blocks.slice(0, at + 1), minimumBytes)) continue;
    // Without `ttl` it is kept for five minutes.
    const isAfterShort = blocks.slice(0, at).some((before) => isMarked(before) && !isHour(before));
    const isBeforeHour = blocks.slice(at + 1).some((after) => own.includes(after) && isHour(after));
    if (cache.ttl === '1h' && !isAfterShort) block.cache_control = { type: 'ephemeral', ttl: '1h' };
    else if (!isBeforeHour) block.cache_control = { type: 'ephemeral' };
  }
}

/** The blocks at which something stable ends; what is worth most comes first. */
function stableEnds({ tools, system, turns }: MarkedRequest, blocks: PromptCache['blocks']): Markable[] {
  const history = turns.findLast(({ role }) => role === 'user')?.content.at(-1);
  return [
    // The first system text is the feature's own; what an app adds behind it may change with each ask.
    blocks.includes('system') ? system[0] : undefined,
    blocks.includes('tools') ? tools.at(-1) : undefined,
    blocks.includes('system') ? system.at(-1) : undefined,
    blocks.includes('history') ? history : undefined,
  ].filter((block) => block !== undefined);
}

function isMarked(block: Markable): boolean {
  return block.cache_control !== undefined;
}

function isHour(block: Markable): boolean {
  return block.cache_control?.ttl === '1h';
}

function isShorter(blocks: readonly Markable[], bytes: number): boolean {
  let seen = 0;
  for (const block of blocks) {
    seen += Buffer.byteLength(JSON.stringify(block));
    if (seen >= bytes) return false;
  }
  return true;
}

/** Tools by name, so that an app that lists them in another order has the same prefix. What has no name stays as it is. */
export function inStableOrder(tools: readonly unknown[]): unknown[] {
  const named = tools.map((tool) => ({ tool, name: nameOf(tool) }));
  if (named.some(({ name }) => name === null)) return [...tools];
  return named.sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1)).map(({ tool }) => tool);
}

function nameOf(tool: unknown): string | null {
  const described = typeof tool === 'object' && tool !== null && 'function' in tool ? tool.function : null;
  const name = typeof described === 'object' && described !== null && 'name' in described ? described.name : null;
  return typeof name === 'string' ? name : null;
}

/** How a call says that only its beginning is to be kept: Anthropic takes 0 for it, others write at least one token. */
export function warmingParameters(wire: 'openai' | 'anthropic'): Record<string, unknown> {
  return wire === 'anthropic' ? { max_tokens: 0 } : { max_completion_tokens: 1 };
}

import * as z from 'zod/mini';
import { withMark } from './anthropic-mark.ts';
import type { Markable } from './prompt-cache.ts';
import { ProviderFailure, type ProviderCall } from './provider.ts';

/** What this wire has no word for is the caller's own fault. */
export function refused(message: string): ProviderFailure {
  return new ProviderFailure('caller', message, { words: message });
}

/** Anthropic refuses text that is empty or blank. */
function isSaid(text: string): boolean {
  return text.trim() !== '';
}

const parametersSchema = z.looseObject({
  max_completion_tokens: z.optional(z.nullable(z.number())),
  max_tokens: z.optional(z.nullable(z.number())),
  temperature: z.optional(z.nullable(z.number())),
  top_p: z.optional(z.nullable(z.number())),
  stop: z.optional(z.nullable(z.union([z.string(), z.array(z.string())]))),
  parallel_tool_calls: z.optional(z.nullable(z.boolean())),
  tools: z.optional(
    z.nullable(
      z.array(
        z.looseObject({
          function: z.looseObject({
            name: z.string(),
            description: z.optional(z.nullable(z.string())),
            parameters: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
          }),
        }),
      ),
    ),
  ),
  tool_choice: z.optional(
    z.nullable(
      z.union([z.enum(['none', 'auto', 'required']), z.looseObject({ function: z.looseObject({ name: z.string() }) })]),
    ),
  ),
});
type Parameters = z.infer<typeof parametersSchema>;

/** Anthropic asks for a limit; this one when the ask has none. */
const DEFAULT_MAX_TOKENS = 4096;

type Tool = { name: string; description?: string; input_schema: unknown } & Markable;

/** OpenAI's parameters as Anthropic's; `tools` apart, as they stand first in what is read. */
export function writeParameters(
  { parameters: given, refuseUnsaid }: Pick<ProviderCall, 'parameters' | 'refuseUnsaid'>,
  { sortTools }: { sortTools: boolean },
): Record<string, unknown> & { tools: Tool[] } {
  const unsaid = Object.keys(given).find((name) => !Object.hasOwn(parametersSchema.shape, name) && name !== 'n');
  if (refuseUnsaid === true && unsaid !== undefined)
    throw refused(`\`${unsaid.slice(0, 40)}\` cannot be said to this provider, and \`drop_params\` is false.`);
  const parsed = parametersSchema.safeParse(given);
  if (!parsed.success) {
    const name = String(parsed.error.issues[0]?.path[0] ?? 'a parameter').slice(0, 40);
    throw refused(`\`${name}\` is not of the form that OpenAI describes.`);
  }
  const parameters = parsed.data;
  const stops = [parameters.stop ?? []].flat().filter(isSaid);
  return {
    max_tokens: parameters.max_completion_tokens ?? parameters.max_tokens ?? DEFAULT_MAX_TOKENS,
    // OpenAI's temperature reaches 2, Anthropic's 1. Newer models refuse it together with top_p.
    ...(typeof parameters.temperature === 'number'
      ? { temperature: Math.min(1, Math.max(0, parameters.temperature)) }
      : typeof parameters.top_p === 'number'
        ? { top_p: parameters.top_p }
        : {}),
    ...(stops.length === 0 ? {} : { stop_sequences: stops }),
    ...writeChoices(parameters),
    tools: writeTools(parameters.tools ?? [], sortTools),
  };
}

function writeTools(tools: NonNullable<Parameters['tools']>, isSorted: boolean): Tool[] {
  const written = tools.map(({ function: tool, ...marked }) =>
    withMark(
      {
        name: tool.name,
        ...(typeof tool.description === 'string' ? { description: tool.description } : {}),
        input_schema: tool.parameters ?? { type: 'object', properties: {} },
      },
      marked,
    ),
  );
  return isSorted ? written.sort((a, b) => (a.name < b.name ? -1 : 1)) : written;
}

function writeChoices({
  tools,
  tool_choice: choice,
  parallel_tool_calls: parallel,
}: Parameters): Record<string, unknown> {
  if (tools === undefined || tools === null || tools.length === 0) return {};
  const single = parallel === false && choice !== 'none' ? { disable_parallel_tool_use: true } : {};
  if ((choice === undefined || choice === null) && parallel !== false) return {};
  return { tool_choice: { ...writeChoice(choice ?? 'auto'), ...single } };
}

function writeChoice(choice: NonNullable<Parameters['tool_choice']>): Record<string, unknown> {
  if (choice === 'none' || choice === 'auto') return { type: choice };
  if (choice === 'required') return { type: 'any' };
  return { type: 'tool', name: choice.function.name };
}

import type { ToolCallDelta } from '#shared/answer.ts';
import { ProviderFailure, type ProviderEvent } from '../../server/providers/provider.ts';

/** Every event up to the end. */
export async function collect(events: AsyncIterator<ProviderEvent>): Promise<ProviderEvent[]> {
  const heard: ProviderEvent[] = [];
  for (let next = await events.next(); next.done !== true; next = await events.next()) heard.push(next.value);
  return heard;
}

/** How a call failed; what came before goes into `heard`. */
export async function failureOf(
  events: AsyncIterator<ProviderEvent>,
  heard: ProviderEvent[] = [],
): Promise<ProviderFailure> {
  try {
    for (let next = await events.next(); next.done !== true; next = await events.next()) heard.push(next.value);
  } catch (thrown) {
    if (thrown instanceof ProviderFailure) return thrown;
    throw thrown;
  }
  throw new Error('The call did not fail.');
}

export function textOf(events: readonly ProviderEvent[]): string {
  return events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
}

/** Tool calls joined by their index, in order. */
export function toolsOf(events: readonly ProviderEvent[]): { id: string; name: string; arguments: string }[] {
  const deltas = events.flatMap((event): ToolCallDelta[] => (event.type === 'tool-delta' ? event.toolCalls : []));
  const indexes = [...new Set(deltas.map(({ index }) => index))].sort((a, b) => a - b);
  return indexes.map((index) => {
    const own = deltas.filter((delta) => delta.index === index);
    return {
      id: own.map(({ id }) => id ?? '').join(''),
      name: own.map(({ name }) => name ?? '').join(''),
      arguments: own.map((delta) => delta.arguments ?? '').join(''),
    };
  });
}

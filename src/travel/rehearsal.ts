import { wait, type Clock } from '#shared/clock.ts';
import type { Asked } from './ask-ahead.ts';

/** A saved answer that takes longer than this would be noticed in a demo, ms. */
export const REHEARSAL_LIMIT_MS = 1_000;

/** How long the network may take to be cut, ms. */
const CUT_LIMIT_MS = 5_000;

/** How one prompt did without the network. */
export type Result = { kind: 'passed'; ms: number } | { kind: 'failed'; why: string };

export interface RehearsalParts {
  clock: Clock;
  /** Cuts the network of this browser in the worker, or gives it back. */
  cut: (on: boolean) => void;
  /** Whether it is cut, as the worker says. */
  isCut: () => boolean;
  ask: (item: { feature: string; prompt: string }) => Promise<Asked>;
}

export type RehearsalEnd = { kind: 'walked' } | { kind: 'left' } | { kind: 'not-cut' };

/**
 * Cuts the network for real, asks every prompt by the way of any ask, and looks whether each comes whole from this device, and
 * at once. The network is back when this resolves, whatever happened; a page that dies meanwhile gives it back after 2 h.
 */
export async function rehearse(
  items: readonly { id: string; feature: string; prompt: string }[],
  parts: RehearsalParts,
  { tell, signal }: { tell: (id: string, result: Result) => void; signal: AbortSignal },
): Promise<RehearsalEnd> {
  const { clock } = parts;
  parts.cut(true);
  try {
    const lateMs = clock.monotonic() + CUT_LIMIT_MS;
    while (!parts.isCut()) {
      if (clock.monotonic() > lateMs) return { kind: 'not-cut' };
      await wait(clock, 50, signal);
    }
    for (const item of items) {
      if (signal.aborted) return { kind: 'left' };
      tell(item.id, judge(await parts.ask(item)));
      // Somebody ended it elsewhere: what comes now proves nothing.
      if (!parts.isCut()) return { kind: 'not-cut' };
    }
    return { kind: 'walked' };
  } catch (thrown) {
    if (signal.aborted) return { kind: 'left' };
    throw thrown;
  } finally {
    parts.cut(false);
  }
}

function judge(asked: Asked): Result {
  if (asked.kind === 'failed') return { kind: 'failed', why: `No answer: ${asked.message}` };
  if (asked.source !== 'saved') return { kind: 'failed', why: 'It came from the network, which was to be cut.' };
  if (!asked.whole) return { kind: 'failed', why: 'What is saved is not whole.' };
  if (asked.ms > REHEARSAL_LIMIT_MS) return { kind: 'failed', why: `It took ${(asked.ms / 1000).toFixed(1)} s.` };
  return { kind: 'passed', ms: asked.ms };
}

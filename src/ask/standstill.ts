import { effect, type ReadonlySignal } from '@preact/signals';
import type { Clock } from '#shared/clock.ts';
import { isRunning, type TurnView } from './answer-view.ts';

/** An answer that comes but has stood still for so long may have lost whoever wrote it: then its rest is fetched by its id. */
const STOOD_STILL_MS = 11_000;

/** Calls `onStill` whenever what comes has not changed for `STOOD_STILL_MS`, until what it returns is called. */
export function watchStandstill(
  turns: ReadonlySignal<readonly TurnView[]>,
  clock: Clock,
  onStill: () => void,
): () => void {
  return effect(() => {
    if (!turns.value.some((turn) => isRunning(turn.answer))) return undefined;
    let cancel: () => void;
    const watch = (): void => {
      cancel = clock.after(STOOD_STILL_MS, () => {
        onStill();
        watch();
      });
    };
    watch();
    return () => cancel();
  });
}

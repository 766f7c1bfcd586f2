import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { Clock } from '#shared/clock.ts';
import type { Evidence, LineState } from '#shared/line.ts';
import type { Simulation } from '#shared/scenario.ts';
import type { FromDevice } from '#shared/worker-messages.ts';

export interface Line {
  state: ReadonlySignal<LineState>;
  evidence: ReadonlySignal<readonly Evidence[]>;
  /** What is simulated; null for the real network. */
  scenario: ReadonlySignal<Simulation | null>;
  waiting: ReadonlySignal<number>;
  /** Name of the database that the device modules use; null before they know a policy. */
  database: ReadonlySignal<string | null>;
  /** The state that has lasted long enough to be said aloud. */
  settled: ReadonlySignal<LineState>;
  /** What the device modules, or this page's own witness, say of it. */
  hear(message: FromDevice): void;
}

/** A change is said aloud only when it lasts this long, so that a flickering line does not chatter. */
const SETTLE_MS = 3_000;

export function createLine(clock: Clock): Line {
  const told = signal<Extract<FromDevice, { type: 'state' }> | null>(null);
  const state = computed(() => told.value?.line ?? 'unknown');
  const settled = signal<LineState>('unknown');
  let forget = (): void => undefined;
  state.subscribe((next) => {
    forget();
    forget = clock.after(SETTLE_MS, () => {
      settled.value = next;
    });
  });
  return {
    state,
    settled,
    evidence: computed(() => told.value?.evidence ?? []),
    scenario: computed(() => told.value?.scenario ?? null),
    waiting: computed(() => told.value?.waiting ?? 0),
    database: computed(() => told.value?.database ?? null),
    hear(message) {
      if (message.type === 'state') told.value = message;
    },
  };
}

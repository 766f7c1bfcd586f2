import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { Clock } from '#shared/clock.ts';
import { EVIDENCE_KEPT, judgeLine, type Evidence, type LineState } from '#shared/line.ts';
import type { Scenario } from '#shared/scenario.ts';
import { fromDeviceSchema, type FromDevice } from '#shared/worker-messages.ts';

export interface Line {
  state: ReadonlySignal<LineState>;
  evidence: ReadonlySignal<readonly Evidence[]>;
  scenario: ReadonlySignal<Scenario | null>;
  waiting: ReadonlySignal<number>;
  /** The state that has lasted long enough to be said aloud. */
  settled: ReadonlySignal<LineState>;
  /** A message of the device modules; what is none is ignored, for an older worker may be in charge. */
  hear(raw: unknown): FromDevice | null;
  /** What this tab saw itself, where no device module watches. */
  witness(evidence: Evidence): void;
}

/** A change is said aloud only when it lasts this long, so that a flickering line does not chatter. */
const SETTLE_MS = 3_000;

export function createLine(clock: Clock): Line {
  const told = signal<Extract<FromDevice, { type: 'state' }> | null>(null);
  const own = signal<readonly Evidence[]>([]);
  const state = computed(() => told.value?.line ?? judgeLine(own.value));
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
    evidence: computed(() => told.value?.evidence ?? own.value),
    scenario: computed(() => told.value?.scenario ?? null),
    waiting: computed(() => told.value?.waiting ?? 0),
    hear(raw) {
      const message = fromDeviceSchema.safeParse(raw);
      if (!message.success) return null;
      if (message.data.type === 'state') told.value = message.data;
      return message.data;
    },
    witness(evidence) {
      own.value = [...own.value, evidence].slice(-EVIDENCE_KEPT);
    },
  };
}

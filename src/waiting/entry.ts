import type { AnswerRow, Network, OutboxRow } from '#device/rows.ts';

/** How something that is not answered yet stands, as a person sees it: exactly one of these at any moment. */
export type Entry =
  /** Typed, and not asked. */
  | { kind: 'draft'; atMs: number }
  /** `place` counts from 1, null until the line is known; `line` is how many wait in it. */
  | {
      kind: 'queued';
      place: number | null;
      line: number;
      network: Network | null;
      /** Not tried again before; 0 for at once. */
      notBeforeMs: number;
      /** A notification is wished for when it has ended. */
      toTell: boolean;
    }
  | { kind: 'sending' }
  /** Part of its answer is there, and the line broke; the rest is being fetched. */
  | { kind: 'resuming'; text: string }
  /** It ended in its conversation, and nobody has looked yet. */
  | { kind: 'answered'; what: 'whole' | 'partial' | 'problem'; atMs: number; waitedMs: number; network: Network }
  | { kind: 'refused'; message: string }
  | { kind: 'needs-sign-in' }
  | { kind: 'expired' }
  /** Taken back; gone when it can no longer be undone. */
  | { kind: 'cancelled' };

/** How an ask in the outbox stands. `line` holds the ids of those that wait to be sent, in their order. */
export function entryOf(row: OutboxRow, begun: AnswerRow | null, line: readonly string[]): Entry {
  const { state, network } = row;
  switch (state.kind) {
    case 'queued': {
      const at = line.indexOf(row.askId);
      return {
        kind: 'queued',
        place: at === -1 ? null : at + 1,
        line: line.length,
        network,
        notBeforeMs: row.notBeforeMs,
        toTell: row.notify !== undefined,
      };
    }
    case 'sending':
      return begun?.state.kind === 'open' && begun.state.resuming && begun.state.text !== ''
        ? { kind: 'resuming', text: begun.state.text }
        : { kind: 'sending' };
    case 'answered':
      return {
        kind: 'answered',
        what: state.what,
        atMs: state.atMs,
        waitedMs: Math.max(0, state.atMs - row.queuedAtMs),
        network,
      };
    case 'refused':
      return { kind: 'refused', message: state.message };
    case 'cancelled':
    case 'needs-sign-in':
    case 'expired':
      return { kind: state.kind };
    default:
      return state satisfies never;
  }
}

/** The ids of those that wait to be sent, in their order; what is being sent stands in no line any more. */
export function lineOf(rows: readonly OutboxRow[]): string[] {
  return rows.filter(({ state }) => state.kind === 'queued').map(({ askId }) => askId);
}

/** It goes by itself: nobody has to do anything for it. */
export function isInLine({ kind }: Entry): boolean {
  return ['sending', 'resuming', 'queued'].includes(kind);
}

import type { Place } from '#device/database.ts';
import { readRow, turnRowSchema, type AnswerRow, type OutboxRow } from '#device/rows.ts';
import { openRow } from '#device/sealed-rows.ts';

/** An ask of the outbox with what is known of it elsewhere. */
export interface HeldAsk {
  row: OutboxRow;
  /** What has come of its answer, while it is being sent. */
  begun: AnswerRow | null;
  /** Null when it stands in no conversation that is kept here. */
  conversationId: string | null;
}

/** The rows of one held ask as they stand on the disk. */
export interface RawHeldAsk {
  row: unknown;
  answer: unknown;
  turn: unknown;
}

const conversationIdSchema = turnRowSchema.shape.conversationId;

/** Opens them in their order; one that cannot be opened is left out. */
export async function openHeldAsks(place: Place, raws: readonly RawHeldAsk[]): Promise<HeldAsk[]> {
  const held = await Promise.all(
    raws.map(async ({ row: raw, answer, turn }) => {
      const row = await openRow(place, 'outbox', raw);
      if (row === null) return null;
      return {
        row,
        begun: row.state.kind === 'sending' ? await openRow(place, 'answers', answer) : null,
        conversationId: readRow(conversationIdSchema, headOf(turn)['conversationId']),
      };
    }),
  );
  return held.filter((one) => one !== null);
}

function headOf(raw: unknown): Record<string, unknown> {
  return typeof raw === 'object' && raw !== null ? { ...raw } : {};
}

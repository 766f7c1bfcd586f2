import * as z from 'zod/mini';
import type { Schema } from '#shared/json.ts';
import type { Place } from '#device/database.ts';
import {
  answerRowSchema,
  conversationRowSchema,
  draftRowSchema,
  outboxRowSchema,
  packRowSchema,
  readRow,
  savedRowSchema,
  sealedRowSchema,
  turnRowSchema,
  type AnswerRow,
  type ConversationRow,
  type DraftRow,
  type OutboxRow,
  type PackRow,
  type SavedRow,
  type TurnRow,
} from '#device/rows.ts';
import type { Binding, Vault } from '#device/vault.ts';

/** The rows that hold a person's words, as the rest of the device knows them. */
export interface PersonalRows {
  conversations: ConversationRow;
  turns: TurnRow;
  answers: AnswerRow;
  saved: SavedRow;
  outbox: OutboxRow;
  drafts: DraftRow;
  packs: PackRow;
}
export type PersonalStore = keyof PersonalRows;

/** A row as it stands on the disk: its head in the clear, the rest sealed. */
export type StoredRow = Record<string, unknown>;

/**
 * What of each row is its head: the key first, then what is sorted, counted and decided by. A head names features, times, sizes
 * and states; never a word that somebody wrote or was answered. Whatever is not named here is sealed.
 */
const HEADS: Record<PersonalStore, readonly [string, ...string[]]> = {
  conversations: ['id', 'feature', 'createdAtMs', 'updatedAtMs'],
  turns: ['id', 'conversationId', 'position', 'feature', 'askedAtMs'],
  answers: ['askId', 'feature', 'askedAtMs', 'updatedAtMs'],
  saved: ['key', 'feature', 'savedAtMs', 'usedAtMs', 'bytes', 'promptVersion'],
  outbox: [
    ...(['askId', 'feature', 'askedAtMs', 'queuedAtMs', 'network', 'simulated'] as const),
    ...['notBeforeMs', 'tries', 'order', 'notify'],
  ],
  drafts: ['conversationId', 'updatedAtMs'],
  packs: ['id', 'updatedAtMs', 'keys'],
};

const SCHEMAS: { [S in PersonalStore]: Schema<PersonalRows[S]> } = {
  conversations: conversationRowSchema,
  turns: turnRowSchema,
  answers: answerRowSchema,
  saved: savedRowSchema,
  outbox: outboxRowSchema,
  drafts: draftRowSchema,
  packs: packRowSchema,
};
export const PERSONAL_STORES = Object.keys(HEADS) as PersonalStore[];

const bodySchema = z.record(z.string(), z.unknown());
const stateSchema = z.looseObject({ kind: z.string() });

/** Seals a row for the disk. To be awaited before its transaction opens: a transaction ends while a cipher runs. */
export async function sealRow<S extends PersonalStore>(
  place: Place,
  store: S,
  row: PersonalRows[S],
): Promise<StoredRow> {
  const names = HEADS[store];
  const head: StoredRow = {};
  const body: StoredRow = {};
  for (const [name, value] of Object.entries(row)) (names.includes(name) ? head : body)[name] = value;
  const state = readRow(stateSchema, body['state']);
  if (state !== null) head['state'] = headState(state);
  return { ...head, sealed: await vaultOf(place).seal(bindingOf(store, head), body) };
}

/** A stored row with its body; null when it is absent or broken, or its body was lost, moved or changed. Not in a transaction. */
export async function openRow<S extends PersonalStore>(
  place: Place,
  store: S,
  raw: unknown,
): Promise<PersonalRows[S] | null> {
  return openBy<PersonalRows[S]>(SCHEMAS[store], place, store, raw);
}

/** The same by a schema that is given: whoever opens rows of one kind carries no schema of another. */
export async function openBy<T>(
  schema: Schema<T>,
  place: Place,
  store: PersonalStore,
  raw: unknown,
): Promise<T | null> {
  const stored = readRow(sealedRowSchema, raw);
  if (stored === null) return null;
  const { sealed, ...head } = stored;
  const body = await vaultOf(place).open(bodySchema, bindingOf(store, head), sealed);
  if (body === null) return null;
  const state = readRow(stateSchema, head['state']);
  const sealedState = readRow(stateSchema, body['state']);
  const row: StoredRow = { ...body, ...head };
  // The head knows best what has become of it; the sealed state adds the words that belong to just that.
  if (state !== null) row['state'] = sealedState?.kind === state.kind ? { ...sealedState, ...state } : state;
  return readRow(schema, row);
}

/** Opens many, in their order, without those that cannot be opened. */
export async function openRows<S extends PersonalStore>(
  place: Place,
  store: S,
  raws: readonly unknown[],
): Promise<PersonalRows[S][]> {
  return (await Promise.all(raws.map((raw) => openRow(place, store, raw)))).filter((row) => row !== null);
}

/** A row of the plain form that stood here before bodies were sealed; null when it is none. */
export function readPlain<S extends PersonalStore>(store: S, raw: unknown): PersonalRows[S] | null {
  return readRow<PersonalRows[S]>(SCHEMAS[store], raw);
}

/** What of a state stands in a head: all that an outbox is steered by; of an answer and of a refusal only that it is one. */
function headState(state: z.infer<typeof stateSchema>): StoredRow {
  return ['text', 'message', 'answer'].some((words) => words in state) ? { kind: state.kind } : state;
}

function bindingOf(store: PersonalStore, head: StoredRow): Binding {
  return [store, String(head['feature']), String(head[HEADS[store][0]])];
}

function vaultOf({ name, vault }: Place): Vault {
  if (vault === null) throw new Error(`Nothing is sealed in \`${name}\`.`);
  return vault;
}

import type { Database } from 'better-sqlite3';
import { sql } from 'kysely';
import { isSealed, type Sealer } from '../sealer.ts';
import { prepareFor, queries } from './statement.ts';

/** Rows of one transaction. */
const STEP = 500;

const KEY_NAME = 'data-key';

/**
 * Seals what stands open in a database, and counts what is sealed under a key that is not at hand. The rows are gone through only
 * when the key is not the one of the last start, and as long as any are left that cannot be read.
 */
export function settleSealing(database: Database, sealer: Sealer): { unreadable: number } {
  const statements = sealingStatements(database);
  const before = statements.key.get(null)?.value ?? '';
  const now = sealer.keyId ?? '';
  if (before === now) return { unreadable: 0 };
  const answers = walk(database, statements.answers, (row) => {
    const json = sealer.seal(row.json, { purpose: 'answer', tenant: row.tenant_id, id: row.id });
    statements.sealAnswer.run({ ...row, json, bytes: Buffer.byteLength(json) + Buffer.byteLength(row.id) });
  });
  const blocks = walk(database, statements.blocks, (row) => {
    const place = { purpose: 'journal', tenant: row.tenant_id, id: blockId(row.id, row.first_seq) } as const;
    statements.sealBlock.run({ ...row, json: sealer.seal(row.json, place) });
  });
  // What stood open must not stay in pages that are free by now, nor in the log of writes.
  if (sealer.keyId !== null && answers.open + blocks.open > 0) {
    database.exec('VACUUM');
    database.pragma('wal_checkpoint(TRUNCATE)');
  }
  const unreadable = answers.foreign + blocks.foreign;
  if (unreadable === 0) statements.putKey.run({ value: now });
  return { unreadable };

  function walk<Row extends { id: string; first_seq: number; json: string }>(
    within: Database,
    rows: { all(input: { id: string; seq: number; limit: number }): Row[] },
    seal: (row: Row) => void,
  ): { open: number; foreign: number } {
    const found = { open: 0, foreign: 0 };
    let [id, seq] = ['', 0];
    for (;;) {
      const part = rows.all({ id, seq, limit: STEP });
      within.transaction(() => {
        for (const row of part) {
          if (!isSealed(row.json)) {
            found.open += 1;
            if (sealer.keyId !== null) seal(row);
          } else if (sealer.keyId === null || !row.json.startsWith(`s1:${sealer.keyId}:`)) found.foreign += 1;
        }
      })();
      const last = part.at(-1);
      if (last === undefined || part.length < STEP) return found;
      [id, seq] = [last.id, last.first_seq];
    }
  }
}

/** What a block of the journal is bound to. */
export function blockId(askId: string, firstSeq: number): string {
  return `${askId} ${firstSeq}`;
}

type After = { id: string; seq: number; limit: number };

function sealingStatements(database: Database) {
  return {
    key: prepareFor<null>(database)(() => queries.selectFrom('meta').select('value').where('name', '=', KEY_NAME)),
    putKey: prepareFor<{ value: string }>(database)((param) =>
      queries
        .insertInto('meta')
        .values({ name: KEY_NAME, value: param((input) => input.value) })
        .onConflict((conflict) => conflict.column('name').doUpdateSet((row) => ({ value: row.ref('excluded.value') }))),
    ),
    answers: prepareFor<After>(database)((param) =>
      queries
        .selectFrom('answer')
        .select(['key as id', 'tenant_id', 'json', sql<number>`0`.as('first_seq')])
        .where(
          'key',
          '>',
          param((input) => input.id),
        )
        .orderBy('key')
        .limit(param((input) => input.limit)),
    ),
    sealAnswer: prepareFor<{ id: string; json: string; bytes: number }>(database)((param) =>
      queries
        .updateTable('answer')
        .set({ json: param((row) => row.json), bytes: param((row) => row.bytes) })
        .where(
          'key',
          '=',
          param((row) => row.id),
        ),
    ),
    blocks: prepareFor<After>(database)((param) =>
      queries
        .selectFrom('ask_block')
        .innerJoin('ask', 'ask.ask_id', 'ask_block.ask_id')
        .select(['ask_block.ask_id as id', 'ask.tenant_id', 'ask_block.first_seq', 'ask_block.json'])
        .where(
          sql<boolean>`(ask_block.ask_id, ask_block.first_seq) > (${param((input) => input.id)}, ${param((input) => input.seq)})`,
        )
        .orderBy('ask_block.ask_id')
        .orderBy('ask_block.first_seq')
        .limit(param((input) => input.limit)),
    ),
    sealBlock: prepareFor<{ id: string; first_seq: number; json: string }>(database)((param) =>
      queries
        .updateTable('ask_block')
        .set({ json: param((row) => row.json) })
        .where(
          'ask_id',
          '=',
          param((row) => row.id),
        )
        .where(
          'first_seq',
          '=',
          param((row) => row.first_seq),
        ),
    ),
  };
}

import type { Database } from 'better-sqlite3';
import { sql } from 'kysely';
import { BLIND_FORM, isSealed, type Sealer } from '../sealer.ts';
import { prepareFor, queries } from './statement.ts';

/** Rows of one transaction. */
const STEP = 500;

const KEY_NAME = 'data-key';

/** What is done with a key. It changes when more is done, so that what stands there is gone through again. */
const FORM = 'sealed and blinded';

/** Behind it, when rows were left that could not be read. */
const UNREADABLE = 'not all';

/**
 * Seals what stands open in a database and blinds the hashes beside it, and counts what is sealed under a key that is not at hand.
 * The rows are gone through only when the key is not the one of the last start, and as long as any are left that cannot be read.
 */
export function settleSealing(database: Database, sealer: Sealer): { unreadable: number } {
  const statements = sealingStatements(database);
  const before = statements.key.get(null)?.value ?? '';
  const now = sealer.keyId === null ? '' : `${sealer.keyId} ${FORM}`;
  if (before === now) return { unreadable: 0 };
  const answers = walk(
    statements.answers,
    ({ id }) => id.startsWith(BLIND_FORM),
    (row) => {
      const place = { purpose: 'answer', tenant: row.tenant_id, id: row.id } as const;
      const opened = sealer.open(row.json, place);
      if (opened.kind !== 'text') return;
      const key = sealer.blind(row.id);
      const json = sealer.seal(opened.text, { ...place, id: key });
      // One from a time when it was sealed too: this one is newer.
      statements.removeAnswer.run({ key });
      statements.sealAnswer.run({ ...row, key, json, bytes: Buffer.byteLength(json) + Buffer.byteLength(key) });
    },
  );
  const blocks = walk(
    statements.blocks,
    () => true,
    (row) => {
      const place = { purpose: 'journal', tenant: row.tenant_id, id: blockId(row.id, row.first_seq) } as const;
      statements.sealBlock.run({ ...row, json: sealer.seal(row.json, place) });
    },
  );
  let blinded = 0;
  for (let step = blindAsks(); step > 0; step = blindAsks()) blinded += step;
  // What stood open must not stay in pages that are free by now, nor in the log of writes.
  if (sealer.keyId !== null && answers.open + blocks.open + blinded > 0) {
    database.exec('VACUUM');
    database.pragma('wal_checkpoint(TRUNCATE)');
  }
  const unreadable = answers.foreign + blocks.foreign;
  // Also when a start had no key: what was kept then stands open, and is sealed when there is one again.
  statements.putKey.run({ value: unreadable === 0 ? now : `${now} ${UNREADABLE}` });
  return { unreadable };

  function blindAsks(): number {
    if (sealer.keyId === null) return 0;
    const part = statements.openHashes.all({ limit: STEP });
    database.transaction(() => {
      for (const { ask_id: askId, body_hash: body, cache_key: cache } of part)
        statements.blindAsk.run({
          askId,
          body: sealer.blind(body),
          cache: cache === null ? null : sealer.blind(cache),
        });
    })();
    return part.length;
  }

  /** `isBlinded` says whether a sealed row has nothing else that stands open. */
  function walk<Row extends { id: string; first_seq: number; json: string }>(
    rows: { all(input: { id: string; seq: number; limit: number }): Row[] },
    isBlinded: (row: Row) => boolean,
    seal: (row: Row) => void,
  ): { open: number; foreign: number } {
    const found = { open: 0, foreign: 0 };
    let [id, seq] = ['', 0];
    for (;;) {
      const part = rows.all({ id, seq, limit: STEP });
      database.transaction(() => {
        for (const row of part) {
          const isOwn = sealer.keyId !== null && row.json.startsWith(`s1:${sealer.keyId}:`);
          if (isSealed(row.json) && !isOwn) found.foreign += 1;
          else if (!isOwn || !isBlinded(row)) {
            found.open += 1;
            if (sealer.keyId !== null) seal(row);
          }
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
    sealAnswer: prepareFor<{ id: string; key: string; json: string; bytes: number }>(database)((param) =>
      queries
        .updateTable('answer')
        .set({ key: param((row) => row.key), json: param((row) => row.json), bytes: param((row) => row.bytes) })
        .where(
          'key',
          '=',
          param((row) => row.id),
        ),
    ),
    removeAnswer: prepareFor<{ key: string }>(database)((param) =>
      queries.deleteFrom('answer').where(
        'key',
        '=',
        param((input) => input.key),
      ),
    ),
    /** A discreet ask has no hash. */
    openHashes: prepareFor<{ limit: number }>(database)((param) =>
      queries
        .selectFrom('ask')
        .select(['ask_id', 'body_hash', 'cache_key'])
        .where('body_hash', '<>', '')
        .where('body_hash', 'not like', `${BLIND_FORM}%`)
        .limit(param((input) => input.limit)),
    ),
    blindAsk: prepareFor<{ askId: string; body: string; cache: string | null }>(database)((param) =>
      queries
        .updateTable('ask')
        .set({ body_hash: param((row) => row.body), cache_key: param((row) => row.cache) })
        .where(
          'ask_id',
          '=',
          param((row) => row.askId),
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

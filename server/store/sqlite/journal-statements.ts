import type { Database } from 'better-sqlite3';
import { sql } from 'kysely';
import type { Claim, EndState, Owner } from '../journal.ts';
import { prepareFor, queries } from './statement.ts';

export type JournalStatements = ReturnType<typeof journalStatements>;

/** The journal's queries. States that an index is made for are written out: with a parameter SQLite would not use it. */
export function journalStatements(database: Database) {
  const isRunning = sql<boolean>`state = 'running'`;
  return {
    byKey: prepareFor<{ owner: Owner; key: string }>(database)((param) =>
      queries
        .selectFrom('ask')
        .select(['ask_id', 'state', 'run', 'body_hash', 'expires_at_ms', 'forget_at_ms'])
        .where(
          'tenant_id',
          '=',
          param((input) => input.owner.tenant),
        )
        .where(
          'user_id',
          '=',
          param((input) => input.owner.user),
        )
        .where(
          'key',
          '=',
          param((input) => input.key),
        ),
    ),
    byId: prepareFor<{ askId: string }>(database)((param) =>
      queries
        .selectFrom('ask')
        .select([
          'tenant_id',
          'user_id',
          'state',
          'body_hash',
          'last_seq',
          'bytes',
          'expires_at_ms',
          'forget_at_ms',
          'usage_asked',
        ])
        .where(
          'ask_id',
          '=',
          param((input) => input.askId),
        ),
    ),
    add: prepareFor<Claim & { run: number }>(database)((param) =>
      queries.insertInto('ask').values({
        ask_id: param((claim) => claim.askId),
        tenant_id: param((claim) => claim.owner.tenant),
        user_id: param((claim) => claim.owner.user),
        key: param((claim) => claim.key),
        body_hash: param((claim) => claim.bodyHash),
        run: param((claim) => claim.run),
        state: 'running',
        last_seq: 0,
        bytes: 0,
        keep_ms: param((claim) => Math.round(claim.keepMs)),
        feature: param((claim) => claim.tags.feature),
        synthetic: param((claim) => Number(claim.tags.synthetic)),
        arrived_at_ms: param((claim) => Math.round(claim.tags.arrivedAtMs)),
        calls: '[]',
        usage_asked: param((claim) => Number(claim.usageAsked ?? false)),
        cache_key: param((claim) => claim.cacheKey ?? null),
      }),
    ),
    cacheKey: prepareFor<{ askId: string }>(database)((param) =>
      queries
        .selectFrom('ask')
        .select('cache_key')
        .where(
          'ask_id',
          '=',
          param((input) => input.askId),
        ),
    ),
    remove: prepareFor<{ askId: string }>(database)((param) =>
      queries.deleteFrom('ask').where(
        'ask_id',
        '=',
        param((input) => input.askId),
      ),
    ),
    addBlock: prepareFor<{ askId: string; firstSeq: number; lastSeq: number; json: string }>(database)((param) =>
      queries.insertInto('ask_block').values({
        ask_id: param((block) => block.askId),
        first_seq: param((block) => block.firstSeq),
        last_seq: param((block) => block.lastSeq),
        json: param((block) => block.json),
      }),
    ),
    grow: prepareFor<{ askId: string; lastSeq: number; bytes: number }>(database)((param) =>
      queries
        .updateTable('ask')
        .set({ last_seq: param((input) => input.lastSeq), bytes: param((input) => input.bytes) })
        .where(
          'ask_id',
          '=',
          param((input) => input.askId),
        ),
    ),
    note: prepareFor<{ askId: string; json: string }>(database)((param) =>
      queries
        .updateTable('ask')
        .set({ calls: param((input) => input.json) })
        .where(
          'ask_id',
          '=',
          param((input) => input.askId),
        )
        .where(isRunning),
    ),
    end: prepareFor<{ askId: string; state: EndState; atMs: number }>(database)((param) =>
      queries
        .updateTable('ask')
        .set((row) => ({
          state: param((input) => input.state),
          expires_at_ms: row(
            'keep_ms',
            '+',
            param((input) => Math.round(input.atMs)),
          ),
          forget_at_ms: row(
            row('keep_ms', '*', 2),
            '+',
            param((input) => Math.round(input.atMs)),
          ),
        }))
        .where(
          'ask_id',
          '=',
          param((input) => input.askId),
        )
        .where(isRunning),
    ),
    recover: prepareFor<{ nowMs: number }>(database)((param) =>
      queries
        .updateTable('ask')
        .set((row) => ({
          state: 'incomplete',
          expires_at_ms: row(
            'keep_ms',
            '+',
            param((input) => Math.round(input.nowMs)),
          ),
          forget_at_ms: row(
            row('keep_ms', '*', 2),
            '+',
            param((input) => Math.round(input.nowMs)),
          ),
        }))
        .where(isRunning)
        .returning([
          'ask_id',
          'tenant_id',
          'user_id',
          'run',
          'last_seq',
          'feature',
          'synthetic',
          'arrived_at_ms',
          'calls',
        ]),
    ),
    blocks: prepareFor<{ askId: string; after: number }>(database)((param) =>
      queries
        .selectFrom('ask_block')
        .select(['first_seq', 'json'])
        .where(
          'ask_id',
          '=',
          param((input) => input.askId),
        )
        .where(
          'last_seq',
          '>',
          param((input) => input.after),
        )
        .orderBy('first_seq'),
    ),
    removeBlocks: prepareFor<{ askId: string; afterSeq: number }>(database)((param) =>
      queries
        .deleteFrom('ask_block')
        .where(
          'ask_id',
          '=',
          param((input) => input.askId),
        )
        .where(
          'last_seq',
          '>',
          param((input) => input.afterSeq),
        ),
    ),
    shorten: prepareFor<{ askId: string; lastSeq: number }>(database)((param) =>
      queries
        .updateTable('ask')
        .set({ state: 'incomplete', last_seq: param((input) => input.lastSeq) })
        .where(
          'ask_id',
          '=',
          param((input) => input.askId),
        ),
    ),
    expired: prepareFor<{ nowMs: number; limit: number }>(database)((param) =>
      queries
        .selectFrom('ask')
        .select('ask_id')
        .where(
          'expires_at_ms',
          '<=',
          param((input) => input.nowMs),
        )
        .where(sql<boolean>`bytes > 0`)
        .limit(param((input) => input.limit)),
    ),
    empty: prepareFor<{ askId: string }>(database)((param) =>
      queries
        .updateTable('ask')
        .set({ bytes: 0 })
        .where(
          'ask_id',
          '=',
          param((input) => input.askId),
        ),
    ),
    forget: prepareFor<{ nowMs: number; limit: number }>(database)((param) =>
      queries.deleteFrom('ask').where('ask_id', 'in', (from) =>
        from
          .selectFrom('ask')
          .select('ask_id')
          .where(
            'forget_at_ms',
            '<=',
            param((input) => input.nowMs),
          )
          .limit(param((input) => input.limit)),
      ),
    ),
  };
}

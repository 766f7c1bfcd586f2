import { sql, type RawBuilder } from 'kysely';
import type { CachedAnswer, Purge } from '../answer-cache.ts';
import type { SealedPlace } from '../sealer.ts';
import { parseAnswer } from '../stored-answer.ts';
import type { Connection } from './connection.ts';
import { prepareFor, queries, type Statement } from './statement.ts';

/** `key` is the hash of an ask. */
export interface Look {
  key: string;
  nowMs: number;
}

/** An answer to keep, written by the caller as JSON. */
export interface AnswerPut {
  key: string;
  tenant: string;
  user: string;
  askId: string;
  feature: string;
  promptVersion: number;
  storedAtMs: number;
  expiresAtMs: number;
  /** No sooner than it expires. */
  keepUntilMs: number;
  costNanoUsd: number | null;
  json: string;
}

/** Every way to say what is to go; null is not said. */
export type PurgeStep = { [Name in keyof Purge]-?: NonNullable<Purge[Name]> | null };

interface KeptAnswer {
  tenant_id: string;
  json: string;
  stored_at_ms: number;
  cost_nano_usd: number | null;
}

type StoredPut = AnswerPut & { used: number; bytes: number };

/** Uses that are remembered in memory before they are written: a hit then costs no write. */
const MAX_UNWRITTEN_USES = 1_000;

/** Answers that one step of `prune` or `purge` removes; others wait for the thread meanwhile. */
const STEP = 500;

/** The answer cache's operations, as the thread runs them. `maxBytes` is C4's bound. */
export function answerOperations(connection: Connection, maxBytes: number) {
  const statements = answerStatements(connection);
  const uses = new Map<string, number>();
  let lastUse = statements.lastUse.get(null)?.used ?? 0;

  const writeUses = (): void => {
    for (const [key, used] of uses) statements.use.run({ key, used });
    uses.clear();
  };

  function give(key: string, row: KeptAnswer | undefined): CachedAnswer | null {
    if (row === undefined) return null;
    const opened = connection.sealer.open(row.json, placeOf(key, row.tenant_id));
    // It may be read again under its own key.
    if (opened.kind === 'foreign') return null;
    const answer = opened.kind === 'text' ? parseAnswer(opened.text) : null;
    if (answer === null) {
      statements.remove.run({ key });
      connection.onDamage(`The saved answer \`${key}\` cannot be read back and was removed.`);
      return null;
    }
    uses.set(key, ++lastUse);
    if (uses.size >= MAX_UNWRITTEN_USES) writeUses();
    return { answer, storedAtMs: row.stored_at_ms, costNanoUsd: row.cost_nano_usd };
  }

  function look({ key: hash, nowMs }: Look, found: Statement<Look, KeptAnswer>): CachedAnswer | null {
    const key = connection.sealer.blind(hash);
    return give(key, found.get({ key, nowMs }));
  }

  return {
    'answers.get': (query: Look) => look(query, statements.find),
    'answers.last': (query: Look) => look(query, statements.findKept),
    'answers.put': (open: AnswerPut): void => {
      const key = connection.sealer.blind(open.key);
      const put = { ...open, key, json: connection.sealer.seal(open.json, placeOf(key, open.tenant)) };
      const bytes = Buffer.byteLength(put.json) + Buffer.byteLength(put.key);
      if (bytes > maxBytes) {
        statements.remove.run(put);
        return;
      }
      statements.put.run({ ...put, bytes, used: ++lastUse });
      uses.delete(put.key);
      if ((statements.total.get(null)?.bytes ?? 0) <= maxBytes) return;
      writeUses();
      while ((statements.total.get(null)?.bytes ?? 0) > maxBytes && statements.removeOldest.run(null) > 0);
    },
    /** One step; how many it removed. */
    'answers.purge': (which: PurgeStep) => statements.purge.run({ ...which, limit: STEP }),
    /** One step; whether more is left to do. */
    'answers.prune': (input: { nowMs: number }): boolean => {
      writeUses();
      return statements.prune.run({ ...input, limit: STEP }) === STEP;
    },
  };
}

function placeOf(key: string, tenant: string): SealedPlace {
  return { purpose: 'answer', tenant, id: key };
}

function answerStatements({ database }: Connection) {
  return {
    find: prepareFor<{ key: string; nowMs: number }>(database)((param) =>
      queries
        .selectFrom('answer')
        .select(['json', 'tenant_id', 'stored_at_ms', 'cost_nano_usd'])
        .where(
          'key',
          '=',
          param((query) => query.key),
        )
        .where(
          'expires_at_ms',
          '>',
          param((query) => query.nowMs),
        ),
    ),
    /** Whether it has expired or not. */
    findKept: prepareFor<{ key: string; nowMs: number }>(database)((param) =>
      queries
        .selectFrom('answer')
        .select(['json', 'tenant_id', 'stored_at_ms', 'cost_nano_usd'])
        .where(
          'key',
          '=',
          param((query) => query.key),
        )
        .where(
          'keep_until_ms',
          '>',
          param((query) => query.nowMs),
        ),
    ),
    put: prepareFor<StoredPut>(database)((param) =>
      queries
        .insertInto('answer')
        .values({
          key: param((put) => put.key),
          tenant_id: param((put) => put.tenant),
          user_id: param((put) => put.user),
          ask_id: param((put) => put.askId),
          feature: param((put) => put.feature),
          prompt_version: param((put) => put.promptVersion),
          stored_at_ms: param((put) => Math.round(put.storedAtMs)),
          expires_at_ms: param((put) => Math.round(put.expiresAtMs)),
          keep_until_ms: param((put) => Math.round(put.keepUntilMs)),
          used: param((put) => put.used),
          cost_nano_usd: param((put) => put.costNanoUsd),
          bytes: param((put) => put.bytes),
          json: param((put) => put.json),
        })
        // Not `insert or replace`: the triggers that keep the total would not see the row that goes.
        .onConflict((conflict) =>
          conflict.column('key').doUpdateSet((row) => ({
            tenant_id: row.ref('excluded.tenant_id'),
            user_id: row.ref('excluded.user_id'),
            ask_id: row.ref('excluded.ask_id'),
            feature: row.ref('excluded.feature'),
            prompt_version: row.ref('excluded.prompt_version'),
            stored_at_ms: row.ref('excluded.stored_at_ms'),
            expires_at_ms: row.ref('excluded.expires_at_ms'),
            keep_until_ms: row.ref('excluded.keep_until_ms'),
            used: row.ref('excluded.used'),
            cost_nano_usd: row.ref('excluded.cost_nano_usd'),
            bytes: row.ref('excluded.bytes'),
            json: row.ref('excluded.json'),
          })),
        ),
    ),
    use: prepareFor<{ key: string; used: number }>(database)((param) =>
      queries
        .updateTable('answer')
        .set({ used: param((input) => input.used) })
        .where(
          'key',
          '=',
          param((input) => input.key),
        ),
    ),
    lastUse: prepareFor<null>(database)(() =>
      queries.selectFrom('answer').select((row) => row.fn.max('used').as('used')),
    ),
    total: prepareFor<null>(database)(() => queries.selectFrom('answer_total').select('bytes')),
    remove: prepareFor<{ key: string }>(database)((param) =>
      queries.deleteFrom('answer').where(
        'key',
        '=',
        param((input) => input.key),
      ),
    ),
    removeOldest: prepareFor<null>(database)(() =>
      queries
        .deleteFrom('answer')
        .where('key', '=', (from) => from.selectFrom('answer').select('key').orderBy('used').limit(1)),
    ),
    purge: prepareFor<PurgeStep & { limit: number }>(database)((param) => {
      const said = <Name extends keyof PurgeStep>(
        name: Name,
        fits: (value: RawBuilder<PurgeStep[Name]>) => RawBuilder<boolean>,
      ): RawBuilder<boolean> => {
        const value = param((which) => which[name]);
        return sql<boolean>`(${value} is null or ${fits(value)})`;
      };
      return queries.deleteFrom('answer').where('key', 'in', (from) =>
        from
          .selectFrom('answer')
          .select('key')
          .where(said('feature', (value) => sql`feature = ${value}`))
          .where(said('tenant', (value) => sql`tenant_id = ${value}`))
          .where(said('user', (value) => sql`(user_id = ${value} or user_id is null)`))
          .where(said('promptVersion', (value) => sql`prompt_version = ${value}`))
          .where(said('otherThanVersion', (value) => sql`prompt_version <> ${value}`))
          .where(said('askId', (value) => sql`ask_id = ${value}`))
          .where(said('key', (value) => sql`key = ${value}`))
          .limit(param((which) => which.limit)),
      );
    }),
    prune: prepareFor<{ nowMs: number; limit: number }>(database)((param) =>
      queries.deleteFrom('answer').where('key', 'in', (from) =>
        from
          .selectFrom('answer')
          .select('key')
          .where(
            'keep_until_ms',
            '<=',
            param((input) => input.nowMs),
          )
          .limit(param((input) => input.limit)),
      ),
    ),
  };
}

import type { NumberedEvent } from '#shared/answer.ts';
import { Problem } from '#shared/problem.ts';
import {
  MAX_EVENT_BYTES,
  type Claim,
  type ClaimResult,
  type CutAsk,
  type EndState,
  type JournalPage,
  type Owner,
} from '../journal.ts';
import { parseEvents } from '../stored-answer.ts';
import { parseCalls } from '../stored-calls.ts';
import type { Sealer } from '../sealer.ts';
import type { Connection } from './connection.ts';
import { journalForgetting } from './forget-statements.ts';
import { blockId } from './sealing.ts';
import { journalStatements, type JournalStatements } from './journal-statements.ts';

/** Events of one append, written by the caller as JSON: text crosses to the thread cheaper than objects. */
export interface Block {
  askId: string;
  firstSeq: number;
  lastSeq: number;
  /** Each number is one more than the one before. */
  contiguous: boolean;
  json: string;
}

/** Asks whose events one step of `prune` removes: up to 4 MB each, and others wait for the thread meanwhile. */
const PRUNE_STEP = 100;

/** Asks that one step of `forget` looks at. */
const FORGET_STEP = 500;

/** The journal's operations, as the thread runs them. */
export function journalOperations(connection: Connection) {
  const statements = journalStatements(connection.database);
  const forgetting = journalForgetting(connection.database);
  return {
    'journal.claim': (claim: Claim) => claimAsk(connection, statements, claim),
    'journal.append': (block: Block) => appendBlock(connection, statements, block),
    'journal.note': (noted: { askId: string; json: string }) => {
      statements.note.run(noted);
    },
    'journal.end': ({ last, ...end }: { askId: string; state: EndState; atMs: number; last: Block | null }) => {
      if (last !== null) appendBlock(connection, statements, last);
      statements.end.run(end);
    },
    'journal.read': (query: ReadQuery) => readAsk(connection, statements, query),
    'journal.cache-key': (query: { askId: string }): string | null => statements.cacheKey.get(query)?.cache_key ?? null,
    'journal.recover': (input: { nowMs: number }): CutAsk[] =>
      statements.recover.all(input).map((row) => ({
        owner: { tenant: row.tenant_id, user: row.user_id },
        askId: row.ask_id,
        run: row.run,
        tags: {
          feature: row.feature,
          synthetic: row.synthetic === 1,
          arrivedAtMs: row.arrived_at_ms ?? Math.round(input.nowMs),
        },
        begun: row.last_seq > 0,
        calls: parseCalls(row.calls) ?? [],
        answerBytes: row.last_seq > 0 ? answerBytes(connection, statements, row) : 0,
      })),
    /** One step, from an ask on; where the next begins. */
    'journal.forget': (step: { tenant: string; user: string | null; after: string }) => {
      const next = forgetting.askAt.get({ after: step.after, offset: FORGET_STEP })?.ask_id ?? null;
      const own = forgetting.own.all({ ...step, to: next });
      for (const { ask_id: askId } of own) remove(statements, askId);
      return { found: own.length, next };
    },
    /** One step; whether more is left to do. */
    'journal.prune': (input: { nowMs: number }) => pruneAsks(statements, input.nowMs),
  };
}

export interface ReadQuery {
  owner: Owner;
  askId: string;
  after: number;
  limit: number;
  nowMs: number;
}

function claimAsk({ sealer }: Connection, statements: JournalStatements, claim: Claim): ClaimResult {
  if (claim.discreet && claim.bodyHash !== '')
    throw new Problem('broken', `Ask \`${claim.askId}\` is discreet, and its hash is not for the disk.`);
  let run = 1;
  const held = claim.key === null ? undefined : statements.byKey.get({ owner: claim.owner, key: claim.key });
  if (held !== undefined) {
    const isFree = held.state === 'failed' || held.state === 'incomplete' || isPast(held.forget_at_ms, claim.nowMs);
    if (!isFree) {
      if (!isBody(held.body_hash, claim.bodyHash, sealer)) return { kind: 'other-body' };
      if (isPast(held.expires_at_ms, claim.nowMs)) return { kind: 'expired' };
      return { kind: 'same', askId: held.ask_id, state: held.state };
    }
    if (held.ask_id === claim.askId) run = held.run + 1;
    remove(statements, held.ask_id);
  }
  const taken = statements.byId.get(claim);
  if (taken !== undefined) {
    if (!isPast(taken.forget_at_ms, claim.nowMs)) return { kind: 'other-body' };
    remove(statements, claim.askId);
  }
  statements.add.run({
    ...claim,
    run,
    bodyHash: claim.bodyHash === '' ? '' : sealer.blind(claim.bodyHash),
    ...(claim.cacheKey === undefined ? {} : { cacheKey: sealer.blind(claim.cacheKey) }),
  });
  return { kind: 'run', askId: claim.askId, run };
}

/** A discreet ask has no hash, and is the same as no other. */
function isBody(stored: string, hash: string, sealer: Sealer): boolean {
  return stored === '' || hash === '' ? stored === hash : sealer.isBlindOf(stored, hash);
}

function answerBytes(
  { sealer }: Connection,
  statements: JournalStatements,
  { ask_id: askId, tenant_id: tenant }: { ask_id: string; tenant_id: string },
): number {
  let bytes = 0;
  for (const { json, first_seq } of statements.blocks.iterate({ askId, after: 0 })) {
    const opened = sealer.open(json, { purpose: 'journal', tenant, id: blockId(askId, first_seq) });
    for (const { event } of (opened.kind === 'text' ? parseEvents(opened.text) : null) ?? []) {
      if (event.type === 'text-delta' || event.type === 'reasoning-delta') bytes += Buffer.byteLength(event.text);
      if (event.type === 'tool-delta')
        for (const call of event.toolCalls) bytes += Buffer.byteLength((call.name ?? '') + (call.arguments ?? ''));
    }
  }
  return bytes;
}

function remove(statements: JournalStatements, askId: string): void {
  statements.removeBlocks.run({ askId, afterSeq: 0 });
  statements.remove.run({ askId });
}

function isPast(momentMs: number | null, nowMs: number): boolean {
  return momentMs !== null && momentMs <= nowMs;
}

function appendBlock({ sealer }: Connection, statements: JournalStatements, block: Block): void {
  const ask = statements.byId.get(block);
  if (ask === undefined || ask.state !== 'running' || block.lastSeq <= ask.last_seq) return;
  if (ask.body_hash === '')
    throw new Problem('broken', `Ask \`${block.askId}\` is discreet, and its words are not for the disk.`);
  const fits = block.contiguous && block.firstSeq === ask.last_seq + 1;
  const fresh = fits ? block : cutBlock(block, ask.last_seq);
  const bytes = ask.bytes + Buffer.byteLength(fresh.json);
  if (bytes > MAX_EVENT_BYTES) {
    throw new Problem('too_large', `The events of ask \`${block.askId}\` are more than ${MAX_EVENT_BYTES} bytes.`);
  }
  const place = { purpose: 'journal', tenant: ask.tenant_id, id: blockId(block.askId, fresh.firstSeq) } as const;
  statements.addBlock.run({ ...fresh, json: sealer.seal(fresh.json, place) });
  statements.grow.run({ askId: block.askId, lastSeq: fresh.lastSeq, bytes });
}

/** What of a block is new after `lastSeq`, in order and once. */
function cutBlock(block: Block, lastSeq: number): Block {
  const fresh: NumberedEvent[] = [];
  for (const event of (parseEvents(block.json) ?? []).sort((a, b) => a.seq - b.seq)) {
    const expected = lastSeq + fresh.length + 1;
    if (event.seq > expected) {
      throw new Problem('broken', `Event ${expected} of ask \`${block.askId}\` was left out before ${event.seq}.`);
    }
    if (event.seq === expected) fresh.push(event);
  }
  const last = lastSeq + fresh.length;
  return { ...block, firstSeq: lastSeq + 1, lastSeq: last, contiguous: true, json: JSON.stringify(fresh) };
}

function readAsk(connection: Connection, statements: JournalStatements, query: ReadQuery): JournalPage | null {
  const ask = statements.byId.get(query);
  if (ask === undefined || isPast(ask.forget_at_ms, query.nowMs)) return null;
  if (ask.tenant_id !== query.owner.tenant || ask.user_id !== query.owner.user) return null;
  // The words of a discreet ask were kept elsewhere, and are gone when the question comes here.
  const isHusk = ask.body_hash === '' && ask.state !== 'running';
  if (isHusk || isPast(ask.expires_at_ms, query.nowMs)) return { state: 'expired', events: [] };

  const events: NumberedEvent[] = [];
  for (const block of statements.blocks.iterate(query)) {
    const place = { purpose: 'journal', tenant: ask.tenant_id, id: blockId(query.askId, block.first_seq) } as const;
    const opened = connection.sealer.open(block.json, place);
    // Sealed under another key: it may be read again under that one, so nothing is taken from it.
    if (opened.kind === 'foreign') return { state: 'expired', events: [] };
    const stored = opened.kind === 'text' ? parseEvents(opened.text) : null;
    for (const event of stored ?? []) {
      if (event.seq === query.after + events.length + 1 && events.length < query.limit) events.push(event);
    }
    if (stored === null || events.length >= query.limit) break;
  }
  const reached = query.after + events.length;
  if (events.length >= query.limit || reached >= ask.last_seq || ask.state === 'running') {
    return { state: ask.state, events, ...(ask.usage_asked === 1 ? { usageAsked: true } : {}) };
  }
  // The number after `reached` was stored and does not come back.
  statements.removeBlocks.run({ askId: query.askId, afterSeq: reached });
  statements.shorten.run({ askId: query.askId, lastSeq: reached });
  connection.onDamage(
    `Event ${reached + 1} of ask \`${query.askId}\` cannot be read back from the journal. The ask counts as incomplete from there.`,
  );
  return { state: 'incomplete', events };
}

function pruneAsks(statements: JournalStatements, nowMs: number): boolean {
  const expired = statements.expired.all({ nowMs, limit: PRUNE_STEP });
  for (const { ask_id: askId } of expired) {
    statements.removeBlocks.run({ askId, afterSeq: 0 });
    statements.empty.run({ askId });
  }
  const forgotten = statements.forget.run({ nowMs, limit: PRUNE_STEP });
  return expired.length === PRUNE_STEP || forgotten === PRUNE_STEP;
}

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NumberedEvent } from '#shared/answer.ts';
import {
  MAX_EVENT_BYTES,
  type Claim,
  type EndState,
  type Journal,
  type NotedCall,
} from '../../server/store/journal.ts';

const ada = { tenant: 'acme', user: 'ada' };
const bob = { tenant: 'acme', user: 'bob' };
const KEEP_MS = 1_000;

/** A claim of one ask. */
export function claimed(changes: Partial<Claim> = {}): Claim {
  const claim = {
    owner: ada,
    askId: 'ask-1',
    key: 'key-1',
    bodyHash: 'body-1',
    nowMs: 0,
    keepMs: KEEP_MS,
    discreet: false,
  };
  return { ...claim, tags: { feature: 'default', synthetic: false, arrivedAtMs: 0 }, ...changes };
}

function delta(seq: number, text = `word ${seq} `): NumberedEvent {
  return { seq, event: { type: 'text-delta', text } };
}

/** Events of those numbers. */
export function deltas(from: number, to: number): NumberedEvent[] {
  return Array.from({ length: to - from + 1 }, (_, at) => delta(from + at));
}

/** What every journal does; `open` gives an empty one. `discreet` holds for every ask, which then does not outlive its process. */
export function describeJournal(
  name: string,
  open: () => Promise<{ journal: Journal; close: () => Promise<void> }>,
  discreet = false,
): void {
  describe(`the journal, ${name}`, () => {
    const claimOf = (changes: Partial<Claim> = {}): Claim => claimed({ discreet, ...changes });
    let journal: Journal;
    let close: () => Promise<void>;

    beforeEach(async () => {
      ({ journal, close } = await open());
    });
    afterEach(() => close());

    const read = (after = 0, { nowMs = 0, limit = 1_000, owner = ada, askId = 'ask-1' } = {}) =>
      journal.read({ owner, askId, after, limit, nowMs });

    async function run(state: EndState, atMs = 0): Promise<void> {
      await journal.claim(claimOf());
      await journal.append('ask-1', deltas(1, 3));
      await journal.end('ask-1', state, atMs);
    }

    it('[J1] elects one producer among 100 claims of one key at the same time', async () => {
      const claims = Array.from({ length: 100 }, (_, at) => journal.claim(claimOf({ askId: `ask-${at}` })));
      const results = await Promise.all(claims);
      const [winner, ...more] = results.filter((result) => result.kind === 'run');
      expect(more).toEqual([]);
      const others = results.filter((result) => result !== winner);
      expect(others).toHaveLength(99);
      for (const other of others) expect(other).toEqual({ kind: 'same', askId: winner?.askId, state: 'running' });
    });

    it('[J1] gives the same key of two owners to both', async () => {
      expect((await journal.claim(claimOf())).kind).toBe('run');
      expect((await journal.claim(claimOf({ owner: bob, askId: 'ask-2' }))).kind).toBe('run');
      expect((await journal.claim(claimOf({ owner: { tenant: 'b', user: 'ada' }, askId: 'ask-3' }))).kind).toBe('run');
    });

    it('[J1] lets asks without a key run each by itself', async () => {
      expect((await journal.claim(claimOf({ key: null }))).kind).toBe('run');
      expect((await journal.claim(claimOf({ key: null, askId: 'ask-2' }))).kind).toBe('run');
    });

    it('[J2] refuses the same key with another body and changes nothing', async () => {
      await run('answered');
      expect(await journal.claim(claimOf({ bodyHash: 'body-2' }))).toEqual({ kind: 'other-body' });
      expect(await read()).toEqual({ state: 'answered', events: deltas(1, 3) });
    });

    it.each(['failed', 'incomplete'] as const)(
      '[J3] frees the key of a run that ended %s, and drops its events',
      async (state) => {
        await run(state);
        expect(await read()).toEqual({ state, events: deltas(1, 3) });
        expect(await journal.claim(claimOf())).toEqual({ kind: 'run', askId: 'ask-1', run: 2 });
        expect(await read()).toEqual({ state: 'running', events: [] });
      },
    );

    it('[J3] gives the id of the next claim when a foreign key is free again', async () => {
      await run('failed');
      expect(await journal.claim(claimOf({ askId: 'ask-2' }))).toEqual({ kind: 'run', askId: 'ask-2', run: 1 });
      expect(await read()).toBeNull();
    });

    it.each(['answered', 'refused', 'cancelled'] as const)(
      '[J4] remembers an ask that was %s, then its expiry, then nothing',
      async (state) => {
        await run(state, 500);
        const again = (nowMs: number) => journal.claim(claimOf({ nowMs }));
        expect(await again(1_499)).toEqual({ kind: 'same', askId: 'ask-1', state });
        expect(await again(1_500)).toEqual({ kind: 'expired' });
        expect(await read(0, { nowMs: 1_500 })).toEqual({ state: 'expired', events: [] });
        expect(await read(0, { nowMs: 2_500 })).toBeNull();
        expect((await again(2_500)).kind).toBe('run');
      },
    );

    it('[J4] says the same after each prune', async () => {
      await run('answered', 500);
      await journal.prune(1_499);
      expect(await read(0, { nowMs: 1_499 })).toEqual({ state: 'answered', events: deltas(1, 3) });
      await journal.prune(1_500);
      expect(await read(0, { nowMs: 1_500 })).toEqual({ state: 'expired', events: [] });
      expect(await journal.claim(claimOf({ nowMs: 1_500 }))).toEqual({ kind: 'expired' });
      await journal.prune(2_500);
      expect(await read(0, { nowMs: 2_500 })).toBeNull();
    });

    it('[J4] prunes more asks than fit into one step, and no running one', async () => {
      for (let at = 0; at < 250; at++) {
        await journal.claim(claimOf({ askId: `old-${at}`, key: null }));
        void journal.append(`old-${at}`, deltas(1, 2));
        if (at > 0) void journal.end(`old-${at}`, 'answered', 0);
      }
      await journal.prune(10 * KEEP_MS);
      const left = await Promise.all(Array.from({ length: 250 }, (_, at) => read(0, { askId: `old-${at}` })));
      expect(left.filter((page) => page !== null)).toEqual([{ state: 'running', events: deltas(1, 2) }]);
    });

    it('[J5] gives events from any point, at most as many as asked for', async () => {
      await journal.claim(claimOf());
      await Promise.all([journal.append('ask-1', deltas(1, 4)), journal.append('ask-1', deltas(5, 9))]);
      expect((await read(0))?.events).toEqual(deltas(1, 9));
      expect((await read(2))?.events).toEqual(deltas(3, 9));
      expect((await read(2, { limit: 4 }))?.events).toEqual(deltas(3, 6));
      expect((await read(9))?.events).toEqual([]);
      expect((await read(99))?.events).toEqual([]);
    });

    it('[J5] gives every kind of event back as it was', async () => {
      const provenance = {
        id: 'ask-1',
        source: 'provider',
        provider: 'a',
        model: 'm',
        attempts: 1,
        hops: 0,
        cost_usd: '0.000000001',
        cost_estimated: false,
        degraded: [],
        age_seconds: 0,
        first_token_ms: 1.5,
        demo: true,
      } as const;
      const usage = {
        inputTokens: 1,
        outputTokens: 2,
        cachedInputTokens: 0,
        cacheWriteTokens: 0,
        reasoningTokens: 0,
        estimated: false,
      };
      const events: NumberedEvent[] = [
        { seq: 1, event: { type: 'answer-start', model: 'm', createdSeconds: 7 } },
        { seq: 2, event: { type: 'text-delta', text: 'naïve 🦭 \u0000 "quoted"' } },
        {
          seq: 3,
          event: {
            type: 'tool-delta',
            toolCalls: [
              { index: 0, id: 'call', name: 'f', arguments: '{' },
              { index: 0, arguments: '}' },
            ],
          },
        },
        {
          seq: 4,
          event: { type: 'answer-end', finishReason: 'stop', usage, provenance: { ...provenance, degraded: [] } },
        },
        {
          seq: 5,
          event: {
            type: 'answer-problem',
            problem: { code: 'timeout', message: 'Late.', status: 504 },
            provenance: null,
          },
        },
      ];
      await journal.claim(claimOf());
      await journal.append('ask-1', events);
      expect((await read())?.events).toEqual(events);
    });

    it('[J5] [J8] keeps each event once and in order, whatever overlaps and repeats are appended', async () => {
      let count = 0;
      const pieces = fc.array(fc.record({ back: fc.nat(6), length: fc.integer({ min: 1, max: 8 }) }), {
        maxLength: 12,
      });
      await fc.assert(
        fc.asyncProperty(pieces, fc.nat(60), fc.integer({ min: 1, max: 20 }), async (appends, after, limit) => {
          const askId = `ask-${++count}`;
          await journal.claim(claimOf({ askId, key: null }));
          let last = 0;
          for (const { back, length } of appends) {
            const from = Math.max(1, last + 1 - back);
            void journal.append(askId, deltas(from, from + length - 1));
            last = Math.max(last, from + length - 1);
          }
          const page = await read(after, { askId, limit });
          expect(page?.events).toEqual(after >= last ? [] : deltas(after + 1, Math.min(last, after + limit)));
        }),
        { numRuns: 60 },
      );
    });

    it('[J6] shows an ask to nobody but its owner', async () => {
      await run('answered');
      expect(await read(0, { owner: bob })).toBeNull();
      expect(await read(0, { owner: { tenant: 'other', user: 'ada' } })).toBeNull();
      expect(await read(0, { askId: 'ask-unknown' })).toBeNull();
    });

    // What of a discreet ask is there after a crash: test/server/store/discreet-journal.test.ts.
    if (!discreet) {
      it('[J7] marks what ran as incomplete when it recovers, and nothing else', async () => {
        await run('answered');
        const tags = { feature: 'notes', synthetic: true, arrivedAtMs: 7 };
        await journal.claim(claimOf({ owner: bob, askId: 'ask-3', key: null, tags }));
        await journal.claim(claimOf({ askId: 'ask-2', key: 'key-2' }));
        await journal.append('ask-2', deltas(1, 2));
        const plain = { feature: 'default', synthetic: false, arrivedAtMs: 0 };
        expect((await journal.recover(10)).sort((a, b) => (a.askId < b.askId ? -1 : 1))).toMatchObject([
          { owner: ada, askId: 'ask-2', run: 1, tags: plain, begun: true, calls: [] },
          { owner: bob, askId: 'ask-3', run: 1, tags, begun: false, calls: [] },
        ]);
        expect(await read()).toEqual({ state: 'answered', events: deltas(1, 3) });
        expect(await read(0, { askId: 'ask-2' })).toEqual({ state: 'incomplete', events: deltas(1, 2) });
        expect(await journal.recover(10)).toEqual([]);
      });
    }

    it('[J14] tells of what ran what was called last, and how much of its answer is kept', async () => {
      const prices = { inputPicoUsd: 1, outputPicoUsd: 2, cachedInputPicoUsd: 3, cacheWritePicoUsd: 4 };
      const call: NotedCall = {
        ...{ provider: 'first/model', model: 'm', role: 'first', startedAtMs: 5, ended: null, prices },
        ...{ inputTokens: 7, outputTokens: 0, estimated: true, costNanoUsd: null },
      };
      const over: NotedCall = { ...call, ended: { status: 'cut', totalMs: 9 }, costNanoUsd: 12, prices: null };
      await journal.claim(claimOf());
      await journal.note('ask-1', [call]);
      await journal.note('ask-1', [over, call]);
      await journal.append('ask-1', [delta(1, 'Grüße')]);
      await journal.note('ask-unknown', [call]);
      await run('answered').catch(() => undefined);
      await journal.note('ask-1', []);
      await journal.claim(claimOf({ askId: 'ask-2', key: 'key-2' }));
      await journal.note('ask-2', [over, call]);
      await journal.append('ask-2', discreet ? [] : [delta(1, 'Grüße')]);
      const [cut, ...others] = await journal.recover(10);
      expect([cut?.askId, cut?.calls, others]).toEqual(['ask-2', [over, call], []]);
      if (!discreet) expect(cut?.answerBytes).toBeGreaterThanOrEqual(7);
    });

    it('[J15] tells whether the client asked for the chunk of usage', async () => {
      await journal.claim(claimOf({ usageAsked: true }));
      await journal.append('ask-1', deltas(1, 1));
      expect(await read()).toEqual({ state: 'running', events: deltas(1, 1), usageAsked: true });
    });

    it('[J8] changes nothing after the end, nor for an ask it does not know', async () => {
      await run('answered');
      await journal.append('ask-1', deltas(4, 5));
      await journal.end('ask-1', 'failed', 1);
      await journal.append('ask-unknown', deltas(1, 1));
      await journal.end('ask-unknown', 'answered', 1);
      await journal.append('ask-1', []);
      expect(await read()).toEqual({ state: 'answered', events: deltas(1, 3) });
      expect(await read(0, { askId: 'ask-unknown' })).toBeNull();
    });

    it('[J16] closes an ask with the events that were left, and not with events that leave a gap', async () => {
      await journal.claim(claimOf());
      await journal.append('ask-1', deltas(1, 2));
      await expect(journal.end('ask-1', 'answered', 0, deltas(4, 5))).rejects.toThrow();
      expect(await read()).toEqual({ state: 'running', events: deltas(1, 2) });
      await journal.end('ask-1', 'answered', 0, deltas(3, 5));
      expect(await read()).toEqual({ state: 'answered', events: deltas(1, 5) });
      await journal.end('ask-1', 'failed', 0, deltas(6, 7));
      expect(await read()).toEqual({ state: 'answered', events: deltas(1, 5) });
    });

    it('[J16] closes an ask whose events have just their room', async () => {
      const event = (text: string): NumberedEvent => ({ seq: 1, event: { type: 'text-delta', text } });
      const room = MAX_EVENT_BYTES - Buffer.byteLength(JSON.stringify([event('')]));
      await journal.claim(claimOf());
      await journal.append('ask-1', [event('x'.repeat(room))]);
      await journal.end('ask-1', 'answered', 0);
      expect((await read())?.state).toBe('answered');
    });

    it('[J9] refuses an id that stands for another ask', async () => {
      await journal.claim(claimOf());
      expect(await journal.claim(claimOf({ owner: bob }))).toEqual({ kind: 'other-body' });
      expect(await journal.claim(claimOf({ key: 'key-2' }))).toEqual({ kind: 'other-body' });
      expect(await journal.claim(claimOf({ key: null }))).toEqual({ kind: 'other-body' });
      expect(await read()).toEqual({ state: 'running', events: [] });
    });

    it('[J13] knows under which key an ask’s answer is remembered', async () => {
      await journal.claim(claimOf({ cacheKey: 'cache-1' }));
      await journal.claim(claimOf({ askId: 'ask-2', key: 'key-2' }));
      await journal.claim(claimOf({ askId: 'ask-3', key: 'key-3', cacheKey: 'cache-1' }));
      await journal.claim(claimOf({ askId: 'ask-4', key: 'key-4', cacheKey: 'cache-4' }));
      const key = await journal.cacheKeyOf('ask-1');
      expect(key).not.toBeNull();
      expect(await journal.cacheKeyOf('ask-3')).toBe(key);
      expect(await journal.cacheKeyOf('ask-4')).not.toBe(key);
      expect(await journal.cacheKeyOf('ask-2')).toBeNull();
      expect(await journal.cacheKeyOf('ask-unknown')).toBeNull();
    });

    it('[J20] forgets every ask of a person, or of all of a tenant, and no other’s', async () => {
      const others = { tenant: 'other', user: 'ada' };
      await run('answered');
      await journal.claim(claimOf({ owner: bob, askId: 'ask-2', key: 'key-2' }));
      await journal.claim(claimOf({ owner: others, askId: 'ask-3', key: 'key-3' }));
      expect(await journal.forget({ tenant: 'acme', user: 'ada' })).toBe(1);
      expect(await journal.forget({ tenant: 'acme', user: 'ada' })).toBe(0);
      expect(await read()).toBeNull();
      expect(await journal.claim(claimOf({ bodyHash: 'another' }))).toMatchObject({ kind: 'run', run: 1 });
      expect(await read(0, { owner: bob, askId: 'ask-2' })).not.toBeNull();
      expect(await journal.forget({ tenant: 'acme', user: null })).toBe(2);
      expect(await read(0, { owner: bob, askId: 'ask-2' })).toBeNull();
      expect(await read(0, { owner: others, askId: 'ask-3' })).not.toBeNull();
    });

    it('[J20] forgets more asks than fit into one step', async () => {
      const claims = Array.from({ length: 1_203 }, (_, at) => {
        const owner = at % 2 === 0 ? ada : bob;
        return journal.claim(claimOf({ owner, askId: `ask-${String(at).padStart(5, '0')}`, key: `key-${at}` }));
      });
      await Promise.all(claims);
      expect(await journal.forget({ tenant: 'acme', user: 'ada' })).toBe(602);
      expect(await journal.forget({ tenant: 'acme', user: null })).toBe(601);
    });

    it('[J10] refuses an append past the bound and one that leaves a gap, and keeps what was there', async () => {
      await journal.claim(claimOf());
      await journal.append('ask-1', deltas(1, 2));
      await expect(journal.append('ask-1', deltas(4, 5))).rejects.toThrow('Event 3 of ask `ask-1` was left out');
      const tooLong = delta(3, 'x'.repeat(MAX_EVENT_BYTES));
      await expect(journal.append('ask-1', [tooLong])).rejects.toMatchObject({ code: 'too_large' });
      await journal.append('ask-1', deltas(3, 3));
      expect((await read())?.events).toEqual(deltas(1, 3));
    });
  });
}

import { DISCREET_KEEP_MS, type Journal } from './journal.ts';
import type { MemoryJournal } from './memory-journal.ts';

/**
 * One journal over two: discreet asks have their words in `memory`, every other ask in `disk`. Of a discreet ask the disk
 * knows that it runs, so that it is booked after a crash, and how often it ran, so that no run takes another's row in the
 * ledger; there it ends as `incomplete`, whose key is free.
 */
export function openDiscreetJournal(disk: Journal, memory: MemoryJournal): Journal {
  return {
    async claim(claim) {
      const held = memory.holding(claim);
      if (held !== null) return held;
      if (!claim.discreet) return disk.claim(claim);
      const result = await disk.claim({ ...claim, bodyHash: '' });
      // Another claim of this key was under way, and is known by now.
      if (result.kind === 'same') return memory.holding(claim) ?? { kind: 'expired' };
      if (result.kind === 'run')
        memory.begin({ ...claim, keepMs: Math.min(claim.keepMs, DISCREET_KEEP_MS) }, result.run);
      return result;
    },
    append: (askId, events) => (memory.has(askId) ? memory : disk).append(askId, events),
    // It holds no word: a crash is priced for every ask.
    note: (askId, calls) => disk.note(askId, calls),
    async end(askId, state, atMs, last) {
      if (!memory.has(askId)) return disk.end(askId, state, atMs, last);
      await memory.end(askId, state, atMs, last);
      await disk.end(askId, 'incomplete', atMs);
    },
    async read(query) {
      return (await memory.read(query)) ?? disk.read(query);
    },
    // Nothing of a discreet ask is remembered.
    cacheKeyOf: (askId) => disk.cacheKeyOf(askId),
    recover: (nowMs) => disk.recover(nowMs),
    async forget(whom) {
      await memory.forget(whom);
      // Each of its asks is known to the disk too.
      return disk.forget(whom);
    },
    async prune(nowMs) {
      await memory.prune(nowMs);
      await disk.prune(nowMs);
    },
  };
}

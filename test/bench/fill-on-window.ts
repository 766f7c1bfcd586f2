import { systemClock, systemRandom } from '#shared/clock.ts';
import { featureNamed } from '#shared/travel-policy.ts';
import { write } from '#device/database.ts';
import { openDevice } from '#device/device.ts';
import { laterParts } from '#device/later.ts';
import { knownPolicy, placeOf, SESSION } from '#device/policy.ts';
import type { SavedRow } from '#device/rows.ts';
import { sealRow } from '#device/sealed-rows.ts';
import { savedKeyOf } from '#device/standing.ts';

declare global {
  interface Window {
    /** Saves answers to `Saved question 0?` and so on, sealed and under the keys that asking these would have. */
    fillSaved: (from: number, to: number) => Promise<void>;
  }
}

const BATCH = 250;

window.fillSaved = async (from, to) => {
  const device = openDevice({
    fetch: (request) => fetch(request),
    clock: systemClock,
    random: systemRandom,
    factory: indexedDB,
    subtle: crypto.subtle,
    locks: navigator.locks,
    post: () => undefined,
    registerSync: async () => undefined,
    later: async () => laterParts,
    bringPlay: null,
    origin: location.origin,
  });
  const policy = await knownPolicy(device);
  const place = await placeOf(device, policy);
  const feature = policy === null ? null : featureNamed(policy, null);
  if (policy === null || place === null || feature === null) throw new Error('This device knows no policy yet.');
  for (let at = from; at < to; at += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, to - at) }, (_, nth) => at + nth);
    const rows = await Promise.all(
      numbers.map(async (n) => {
        const question = `Saved question ${n}?`;
        const key = await savedKeyOf({ prompt: question }, device, { caller: SESSION, policy, feature });
        if (key === null) throw new Error(`Question ${n} has no key.`);
        return sealRow(place, 'saved', savedRow(key, n, question, feature.name));
      }),
    );
    await write(place, ['saved'], async (tx) => {
      for (const row of rows) await tx.objectStore('saved').put(row);
    });
  }
};

/** An answer of 2,000 characters, as many are. */
function savedRow(key: string, n: number, question: string, feature: string): SavedRow {
  const nowMs = systemClock.now();
  return {
    key,
    feature,
    question,
    answer: {
      id: `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`,
      model: 'bench',
      createdSeconds: Math.floor(nowMs / 1000),
      text: `Answer ${n}. `.padEnd(2_000, 'Words of an answer. '),
      toolCalls: [],
      finishReason: 'stop',
      usage: null,
      provenance: {
        id: 'bench',
        source: 'provider',
        provider: 'bench',
        model: 'bench',
        attempts: 1,
        hops: 0,
        cost_usd: null,
        cost_estimated: false,
        degraded: [],
        age_seconds: 0,
        first_token_ms: 1,
        demo: true,
      },
    },
    savedAtMs: nowMs,
    usedAtMs: nowMs,
    bytes: 4_500,
    promptVersion: 1,
  };
}

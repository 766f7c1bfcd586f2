import type { Answer } from '#shared/answer.ts';
import type { NewTurn } from '#device/conversations.ts';
import { DEXIE_STORES, type Place } from '#device/database.ts';
import type { OutboxRow, SavedRow } from '#device/rows.ts';

export function someAnswer(): Answer {
  const provenance = {
    id: '01890000-0000-7000-8000-000000000001',
    source: 'provider' as const,
    provider: null,
    model: null,
    attempts: 1,
    hops: 0,
    cost_usd: null,
    cost_estimated: false,
    degraded: [],
    age_seconds: 0,
    first_token_ms: null,
    demo: true,
  };
  const base = { id: provenance.id, model: 'm', createdSeconds: 1, text: 'a', toolCalls: [], usage: null };
  return { ...base, finishReason: 'stop', provenance };
}

export function someSaved(nth: number, changes: Partial<SavedRow> = {}): SavedRow {
  const base = { feature: 'chat', question: 'q', savedAtMs: 0, usedAtMs: 0, bytes: 100, promptVersion: 1 };
  return { ...base, key: `k${nth}`, answer: someAnswer(), ...changes };
}

export function someWaiting(nth: number): OutboxRow {
  return {
    askId: `ask-${nth}`,
    key: `ask-${nth}`,
    path: '/ai',
    body: '{"prompt":"Why?"}',
    feature: 'chat',
    question: 'Why?',
    askedAtMs: 0,
    queuedAtMs: 0,
    network: 'offline',
    simulated: false,
    notBeforeMs: Number.MAX_SAFE_INTEGER,
    tries: 0,
    order: nth,
    state: { kind: 'queued' },
  };
}

export function someTurn(): NewTurn {
  return {
    id: '01890000-0000-7000-8000-000000000001',
    conversationId: 'c1',
    prompt: 'Where is the station?',
    feature: '',
    askedAtMs: 1_000,
  };
}

/** The first version of a person's database, as it was made and written before bodies were sealed. */
export function oldDatabase(place: Place, rows: Record<string, readonly unknown[]>): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = place.factory.open(place.name, 10);
    opening.onerror = () => reject(new Error('It did not open.'));
    opening.onupgradeneeded = () => {
      for (const [name, words] of Object.entries(DEXIE_STORES)) {
        if (name === 'packs') continue;
        const [keyPath, ...indexes] = words.split(', ');
        const store = opening.result.createObjectStore(name, { keyPath: keyPath ?? 'id' });
        for (const index of indexes)
          store.createIndex(index, index.startsWith('[') ? index.slice(1, -1).split('+') : index);
      }
    };
    opening.onsuccess = () => {
      const tx = opening.result.transaction(Object.keys(rows), 'readwrite');
      for (const [store, each] of Object.entries(rows)) for (const row of each) tx.objectStore(store).put(row);
      tx.oncomplete = () => {
        opening.result.close();
        resolve();
      };
      tx.onerror = () => reject(new Error('It was not written.'));
    };
  });
}

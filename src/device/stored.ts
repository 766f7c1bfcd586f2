import * as z from 'zod/mini';
import { DEXIE_STORES, read, write, type Place, type StoreName } from '#device/database.ts';
import { readRow } from '#device/rows.ts';

/** What is kept of one kind. Bytes are those of the stored rows, near enough to tell what weighs; the browser adds its own. */
export interface Amount {
  count: number;
  bytes: number;
}

/** All that is kept of one person on this device. */
export interface StoredHere {
  /** Saved answers by feature; bytes as the policy's bound counts them. */
  saved: ReadonlyMap<string, Amount>;
  /** Questions and answers of the conversations. */
  history: Amount;
  waiting: Amount;
  drafts: Amount;
  packs: Amount;
  /** Events of asks, without a word of them, that the router has not been told yet. */
  events: Amount;
}

/** Rows read at once: enough to be quick, few enough to hold. */
const AT_ONCE = 200;

const savedHeadSchema = z.looseObject({ feature: z.string(), bytes: z.number() });
const sealedSchema = z.looseObject({ sealed: z.looseObject({}) });

/** Counts what is kept. Opens nothing: heads and sizes say enough. */
export async function measureStored(place: Place): Promise<StoredHere> {
  const saved = new Map<string, Amount>();
  await eachRow(place, 'saved', (raw) => {
    const head = readRow(savedHeadSchema, raw);
    if (head === null) return;
    const before = saved.get(head.feature) ?? { count: 0, bytes: 0 };
    saved.set(head.feature, { count: before.count + 1, bytes: before.bytes + head.bytes });
  });
  const [turns, answers, conversations] = [
    await amountOf(place, 'turns'),
    await amountOf(place, 'answers'),
    await amountOf(place, 'conversations'),
  ];
  return {
    saved,
    history: { count: turns.count, bytes: turns.bytes + answers.bytes + conversations.bytes },
    waiting: await amountOf(place, 'outbox'),
    drafts: await amountOf(place, 'drafts'),
    packs: await amountOf(place, 'packs'),
    events: await amountOf(place, 'events'),
  };
}

/** Removes the saved answers of one feature. */
export function forgetFeature(place: Place, feature: string): Promise<void> {
  return write(place, ['saved'], async (tx) => {
    let cursor = await tx.objectStore('saved').openCursor();
    while (cursor !== null) {
      if (readRow(savedHeadSchema, cursor.value)?.feature === feature) await cursor.delete();
      cursor = await cursor.continue();
    }
  });
}

/** Everything a person wrote or was answered. What waits to be told to the router holds no word of it and stays. */
const WORDS = ['saved', 'conversations', 'turns', 'answers', 'outbox', 'drafts', 'packs'] as const;

/** Removes everything that this person asked and was answered, in one step. */
export function forgetEverything(place: Place): Promise<void> {
  return write(
    place,
    [...WORDS],
    async (tx) => {
      await Promise.all(WORDS.map((name) => tx.objectStore(name).clear()));
    },
    'strict',
  );
}

async function amountOf(place: Place, store: keyof typeof DEXIE_STORES): Promise<Amount> {
  const amount = { count: 0, bytes: 0 };
  await eachRow(place, store, (raw) => {
    amount.count += 1;
    amount.bytes += bytesOf(raw);
  });
  return amount;
}

/** Calls back with each row, a part at a time: a device may hold more than fits in one piece. */
async function eachRow(place: Place, store: StoreName, take: (raw: unknown) => void): Promise<void> {
  for (let after: IDBValidKey | null = null; ;) {
    const range: IDBKeyRange | null = after === null ? null : IDBKeyRange.lowerBound(after, true);
    const [rows, keys]: [unknown[], IDBValidKey[]] = await read(place, [store], (tx) => {
      const rowsOf = tx.objectStore(store);
      return Promise.all([rowsOf.getAll(range, AT_ONCE), rowsOf.getAllKeys(range, AT_ONCE)]);
    });
    for (const row of rows) take(row);
    after = keys.at(-1) ?? null;
    if (keys.length < AT_ONCE || after === null) return;
  }
}

/** The head as JSON, and the sealed body as it is. */
function bytesOf(raw: unknown): number {
  const sealed = readRow(sealedSchema, raw)?.sealed;
  const data: unknown = sealed?.['data'];
  const body = data instanceof ArrayBuffer ? data.byteLength : 0;
  return body + JSON.stringify({ ...(raw as object), sealed: null }).length;
}

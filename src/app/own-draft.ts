import type { Clock } from '#shared/clock.ts';
import { read, type Place } from '#device/database.ts';

/** Draft of a conversation that has no first question yet. Each tab has one of its own: further ones are `new-2`, `new-3` and so on. */
const NEW_CONVERSATION = 'new';

/** How long a tab that was loaded again waits for the page before it to let go of its draft, in milliseconds. */
const LATE_MS = 1_000;

/** Under which the tab remembers it. */
const REMEMBERED = 'layover-draft';

/** Most tabs that have a draft of their own. */
const MOST = 50;

/** By what a tab knows its own draft. */
export interface Tab {
  /** Null where there are none: then all tabs share one draft. */
  locks: Pick<LockManager, 'request'> | null;
  /** What lives as long as the tab, also through a reload. Throws where the browser keeps nothing. */
  session: () => Pick<globalThis.Storage, 'getItem' | 'setItem'>;
  clock: Clock;
}

export function isOfNew(conversationId: string): boolean {
  return /^new(?:-\d+)?$/.test(conversationId);
}

/**
 * The draft of a new conversation that is this tab's for as long as it lives: the one that it had before a reload, else one that
 * the tab of a crash left behind, else one that nobody has.
 */
export async function ownDraft(place: Place, { locks, session, clock }: Tab): Promise<string> {
  if (locks === null) return NEW_CONVERSATION;
  const name = `layover-draft ${place.name}`;
  const before = remembered(session);
  if (before !== null && isOfNew(before)) {
    const late = new AbortController();
    const inTime = clock.after(LATE_MS, () => late.abort());
    const own = await take(locks, `${name} ${before}`, { signal: late.signal });
    inTime();
    if (own) return before;
  }
  // Drafts that cannot be read are none.
  const stored: unknown[] = await read(place, ['drafts'], (tx) => tx.objectStore('drafts').getAllKeys()).catch(
    () => [],
  );
  const left = stored.map(String).filter(isOfNew);
  const further = Array.from({ length: MOST - 1 }, (_, at) => `${NEW_CONVERSATION}-${at + 2}`);
  for (const id of new Set([...left, NEW_CONVERSATION, ...further])) {
    if (!(await take(locks, `${name} ${id}`, { ifAvailable: true }))) continue;
    remember(session, id);
    return id;
  }
  return NEW_CONVERSATION;
}

function remembered(session: Tab['session']): string | null {
  try {
    return session().getItem(REMEMBERED);
  } catch {
    return null;
  }
}

function remember(session: Tab['session'], id: string): void {
  try {
    session().setItem(REMEMBERED, id);
  } catch {
    // Then a reload takes what is free.
  }
}

/** Holds a lock until the tab is gone; false where somebody else has it. */
function take(locks: Pick<LockManager, 'request'>, name: string, how: LockOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const hold = (lock: Lock | null): Promise<void> | void => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise<void>(() => undefined);
    };
    locks.request(name, how, hold).catch(() => resolve(false));
  });
}

import { signal, type Signal } from '@preact/signals';
import type { ToldTurn } from '#device/conversations.ts';
import type { DraftRow, OutboxRow } from '#device/rows.ts';
import type { DeviceStore } from '../../../src/app/device-store.ts';
import type { LiveLists } from '../../../src/app/live-lists.ts';
import type { Storage, StorageState } from '../../../src/app/storage.ts';
import type { HeldAsk } from '../../../src/waiting/held-asks.ts';
import type { Steering } from '../../../src/waiting/steering.ts';

/** The page's storage over nothing: what is written is noted in `log`, what is stored is told by the test. */
export interface FakeStorage {
  storage: Storage;
  log: string[];
  state: Signal<StorageState>;
  /** What waits, told to everybody who follows it. */
  tellHeld: (asks: readonly HeldAsk[]) => void;
  /** What is stored of the conversation on screen. */
  tellTurns: (turns: readonly ToldTurn[]) => void;
  /** What stands typed, by conversation. */
  drafts: Map<string, string>;
}

export function fakeStorage(changes: { store?: Partial<DeviceStore>; steering?: Partial<Steering> } = {}): FakeStorage {
  const log: string[] = [];
  const drafts = new Map<string, string>();
  const outbox = signal<readonly OutboxRow[] | null>([]);
  const held = new Set<(asks: HeldAsk[]) => void>();
  const turns = new Set<(turns: ToldTurn[]) => void>();
  const steering: Steering = {
    move: async (askId, by) => (log.push(`move ${askId} ${by}`), [askId]),
    cancel: async (askId) => (log.push(`cancel ${askId}`), true),
    undoCancel: async (askId) => (log.push(`undo ${askId}`), true),
    discard: async (askId) => (log.push(`discard ${askId}`), { rows: [], unsent: [] }),
    wishToHear: async (askId, wish) => (log.push(`wish ${askId} ${wish ?? 'none'}`), true),
    markSeen: async (askIds) => void log.push(`seen ${askIds.join(' ')}`),
    signedIn: async () => (log.push('signed in'), false),
    removeConversation: async (id) => (log.push(`remove ${id}`), { rows: [], unsent: [] }),
    putBack: async () => void log.push('put back'),
    ...changes.steering,
  };
  const store: DeviceStore = {
    steering,
    newDraft: 'new',
    addTurn: async (turn, _sent, draft) => {
      log.push(`kept ${turn.prompt}`);
      drafts.delete(draft() ?? '');
      return false;
    },
    readConversation: async () => [],
    renameConversation: async (id, title) => void log.push(`rename ${id} ${title}`),
    readDraft: async (id) => drafts.get(id) ?? '',
    keepDraft: async ({ conversationId, text }) => {
      drafts.set(conversationId, text);
      log.push(`draft ${text}`);
    },
    forgetSaved: async () => async () => undefined,
    markKept: async () => false,
    sealOldRows: async () => false,
    ...changes.store,
  };
  const quiet = () => () => undefined;
  const follow = <T>(listeners: Set<T>, listener: T) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const lists: LiveLists = {
    conversations: quiet,
    conversation: (_id, onTurns) => follow(turns, onTurns),
    outbox: quiet,
    saved: quiet,
    heldAsks: (onRows) => follow(held, onRows),
    drafts: (onRows: (rows: DraftRow[]) => void) => (onRows([]), () => undefined),
    close: () => undefined,
  };
  const state = signal<StorageState>({ kind: 'open', name: 'layover:test', store, lists });
  return {
    log,
    state,
    drafts,
    storage: {
      state,
      conversations: signal([]),
      outbox,
      follow: (watch) => watch(lists),
      watchSaved: quiet,
    },
    tellHeld(asks) {
      outbox.value = asks.map(({ row }) => row);
      for (const listener of held) listener([...asks]);
    },
    tellTurns: (told) => turns.forEach((listener) => listener([...told])),
  };
}

import { batch, effect, signal, untracked, type ReadonlySignal } from '@preact/signals';
import type { ConversationRow, OutboxRow, SavedRow } from '#device/rows.ts';
import type { DeviceStore, KeptFeature, StorageDoor } from './device-store.ts';
import type { LiveLists, Unwatch } from './live-lists.ts';
import type { Tab } from './own-draft.ts';
import type { Session } from './session.ts';

/** Where the page keeps and finds what is stored on this device. `none`: nothing may be kept here. */
export type StorageState =
  { kind: 'opening' } | { kind: 'none' } | { kind: 'open'; name: string; store: DeviceStore; lists: LiveLists };

export interface Storage {
  state: ReadonlySignal<StorageState>;
  conversations: ReadonlySignal<readonly ConversationRow[]>;
  /** Null until it is known. */
  outbox: ReadonlySignal<readonly OutboxRow[] | null>;
  /** Follows a live list, whoever is signed in, until what it returns is called. */
  follow(watch: (lists: LiveLists) => Unwatch): Unwatch;
  /** Follows the saved answers while somebody looks at them; null until they are known. */
  watchSaved(onRows: (rows: readonly SavedRow[]) => void): Unwatch;
}

export interface StorageParts {
  session: Session;
  /** Absent where the browser or the address allows no storage. */
  door: StorageDoor | null;
  tab: Tab;
  /** What waited in a form that only this version of the page understands can be sent now. */
  onSealed: () => void;
  /** The browser has cleared what was kept here before. */
  onCleared: () => void;
  /** Somebody else is signed in than a moment ago: nothing of the one before may stay in this page's memory. */
  onOther: () => void;
}

/** Opens the database of whoever is signed in, and changes to another when somebody else signs in. */
export function createStorage({ session, door, tab, onSealed, onCleared, onOther }: StorageParts): Storage {
  const state = signal<StorageState>(door === null ? { kind: 'none' } : { kind: 'opening' });
  const conversations = signal<readonly ConversationRow[]>([]);
  const outbox = signal<readonly OutboxRow[] | null>(null);
  let wanted: string | null = null;

  /** What the policy says of a feature; null where a conversation about it may not stand on this device. */
  function ruleOf(feature: string): KeptFeature | null {
    const { value } = session.state;
    if (value.kind !== 'ready') return null;
    const name = feature || value.policy.default_feature;
    const device = value.policy.features.find((each) => each.name === name)?.device;
    return device?.store === 'never' ? null : { name, queue: device?.queue === true };
  }

  /** Whoever comes next sees nothing of whoever was here before, not even until their own things are there. */
  function close(): void {
    wanted = null;
    if (state.value.kind !== 'open') return;
    state.value.lists.close();
    batch(() => {
      state.value = { kind: 'opening' };
      conversations.value = [];
      outbox.value = null;
    });
  }

  async function open(tenant: string, user: string, through: StorageDoor): Promise<void> {
    const person = `${tenant} ${user}`;
    if (person === wanted) return;
    if (wanted !== null) {
      close();
      return onOther();
    }
    wanted = person;
    const [{ databaseName }, { openDeviceStore, ownDraft, placeBehind }, { openLiveLists }] = await Promise.all([
      import('./wire.ts'),
      import('./device-store.ts'),
      import('./live-lists.ts'),
    ]);
    if (wanted !== person) return;
    const name = databaseName(tenant, user);
    const place = placeBehind(through, name);
    const store = openDeviceStore(place, await ownDraft(place, tab), ruleOf);
    try {
      if (await store.sealOldRows()) onSealed();
    } catch (cause) {
      // The next visit tries again; until then what was kept in the clear counts as absent.
      console.warn('What an earlier version kept on this device is not sealed yet.', cause);
    }
    if (wanted !== person) return;
    const lists = openLiveLists(place, tab.clock, (failure) => {
      // Storage that cannot be read is the same as none: asking goes on.
      console.warn('What is stored on this device cannot be read.', failure);
      state.value = { kind: 'none' };
    });
    lists.conversations((rows) => (conversations.value = rows));
    lists.outbox((rows) => (outbox.value = rows));
    state.value = { kind: 'open', name, store, lists };
    if (await store.markKept().catch(() => false)) onCleared();
  }

  if (door !== null) {
    effect(() => {
      const { kind } = session.state.value;
      // What is kept stays sealed until its person is back.
      if (kind === 'signed-out' || kind === 'leaving') untracked(close);
      if (session.state.value.kind !== 'ready') return;
      const { tenant_hash: tenant, user_hash: user } = session.state.value.policy;
      void open(tenant, user, door);
    });
  }

  function follow(watch: (lists: LiveLists) => Unwatch): Unwatch {
    let unwatch: Unwatch = () => undefined;
    const dispose = effect(() => {
      unwatch();
      const place = state.value;
      unwatch = place.kind === 'open' ? untracked(() => watch(place.lists)) : () => undefined;
    });
    return () => {
      dispose();
      unwatch();
    };
  }

  return {
    state,
    conversations,
    outbox,
    follow,
    watchSaved: (onRows) => follow((lists) => lists.saved(onRows)),
  };
}

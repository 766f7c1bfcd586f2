import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ReadonlySignal, Signal } from '@preact/signals';
import type { Clock, Random } from '#shared/clock.ts';
import type { Scenario } from '#shared/scenario.ts';
import type { StandIns } from '../ask/stand-ins.ts';
import type { Talk } from '../ask/talk.ts';
import type { Api } from './api.ts';
import type { Line } from './line.ts';
import type { Outbox } from './outbox.ts';
import type { OwnDevice } from './own-device.ts';
import type { Session } from './session.ts';
import type { Storage } from './storage.ts';
import type { Toasts } from './toasts.ts';
import type { WorkerClient } from './worker-client.ts';

/** What the view that prepares a journey needs beside the rest. */
export interface Journey {
  random: Random;
  /** The device modules of this page; null where nothing may be kept. */
  own: () => Promise<OwnDevice | null>;
  /** Null where the browser runs none here. */
  worker: Pick<WorkerClient, 'inCharge' | 'updateWaits'> | null;
  /** Cuts the network of this browser to practise without it, or gives it back. */
  rehearse: (on: boolean) => void;
  offerUpdate: () => void;
}

/** What the views read and call. Made once, in main.tsx. */
export interface Models {
  api: Api;
  clock: Clock;
  session: Session;
  line: Line;
  storage: Storage;
  outbox: Outbox;
  talk: Talk;
  toasts: Toasts;
  /** An address the page is to show next, put there by a model; null for none. */
  goTo: Signal<string | null>;
  /** Minute by minute, so that ages stay true while nobody touches anything. */
  nowMs: ReadonlySignal<number>;
  /** Asks can be kept here: false on plain HTTP that is not this computer itself. */
  secure: boolean;
  /** The panel of the network simulator is open. */
  networkPanel: Signal<boolean>;
  /** Switches the network simulator on, or off with null. */
  simulate: (scenario: Scenario | null) => void;
  /** Removes what the person keeps in this browser, and ends their session. */
  signOut: () => Promise<void>;
  journey: Journey;
  standIns: StandIns;
}

const ModelsContext = createContext<Models | null>(null);
export const ModelsProvider = ModelsContext.Provider;

export function useModels(): Models {
  const models = useContext(ModelsContext);
  if (models === null) throw new Error('A view is shown outside of <ModelsProvider>.');
  return models;
}

/**
 * What goes along when this page is loaded again: in this tab's own history entry, so that it is safe even where no storage is open,
 * and nobody else finds it.
 */
export type CarriedOver =
  /** What was being typed. */
  | { kind: 'typed'; text: string }
  /** Somebody has left this device: a guest, or a person who had signed in. */
  | { kind: 'left'; guest: boolean };

/** What of the window it needs. */
export interface Tab {
  history: Pick<History, 'state' | 'replaceState'>;
  location: Pick<Location, 'reload'>;
}

/** As it stands in the history entry: what an older version of the page left there is read too. */
type Left = { typed: string } | { leftAsGuest: boolean };

/** Loads the page again. `at` is the address it is loaded from; absent, the one it has. */
export function loadAgain({ history, location }: Tab, carried: CarriedOver, at?: string): void {
  const left: Left = carried.kind === 'typed' ? { typed: carried.text } : { leftAsGuest: carried.guest };
  history.replaceState(left, '', at);
  location.reload();
}

/** Takes out what the page before this one left here; null when there is nothing. It is found once. */
export function takeCarried({ history }: Pick<Tab, 'history'>): CarriedOver | null {
  const state: unknown = history.state;
  const carried = readState(state);
  if (carried !== null) history.replaceState(null, '');
  return carried;
}

function readState(state: unknown): CarriedOver | null {
  if (typeof state !== 'object' || state === null) return null;
  if ('typed' in state && typeof state.typed === 'string') return { kind: 'typed', text: state.typed };
  if ('leftAsGuest' in state && typeof state.leftAsGuest === 'boolean')
    return { kind: 'left', guest: state.leftAsGuest };
  return null;
}

/** What somebody reads who has left this device. */
export function leftWords(guest: boolean): string {
  return guest ? 'You are forgotten on this device.' : 'You are signed out. Nothing of yours is left on this device.';
}

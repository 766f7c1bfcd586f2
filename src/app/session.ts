import { signal, type ReadonlySignal } from '@preact/signals';
import type { Clock } from '#shared/clock.ts';
import type { TravelPolicy } from '#shared/travel-policy.ts';
import type { Api, Failure } from './api.ts';

/** Who is asking, and by which rules. The question field works in every one of these. */
export type SessionState =
  | { kind: 'opening' }
  | { kind: 'ready'; policy: TravelPolicy }
  | { kind: 'signed-out'; message: string }
  /** Somebody signed out here, and the router has not heard of it: nobody else can come in before. */
  | { kind: 'leaving' }
  | { kind: 'unreachable'; message: string };

export interface Session {
  state: ReadonlySignal<SessionState>;
  /** Opens the session and reads the policy; called again when something may have changed. Never rejects. */
  open(signal: AbortSignal): Promise<void>;
}

/** How long to wait before trying again while the router cannot be reached, milliseconds. */
const RETRY_MS = 10_000;

export interface SessionParts {
  api: Api;
  clock: Clock;
  /** The policy of the last visit: with it history stands at once, whatever the line is like. */
  knownPolicy: () => Promise<TravelPolicy | null>;
  /** Tells the router of an earlier sign-out here; `onDue` is called when there is one. False while that cannot be done. */
  finishSignOut: (onDue: () => void) => Promise<boolean>;
  /** The session of whoever is on screen has ended. */
  onExpired: () => void;
}

export function createSession({ api, clock, knownPolicy, finishSignOut, onExpired }: SessionParts): Session {
  const state = signal<SessionState>({ kind: 'opening' });
  let opening: Promise<void> | null = null;
  let forgetRetry = (): void => undefined;

  async function read(abort: AbortSignal): Promise<void> {
    const finished = await finishSignOut(() => {
      state.value = { kind: 'leaving' };
    });
    if (!finished) return again(abort);
    if (state.value.kind === 'leaving') state.value = { kind: 'opening' };
    if (state.value.kind === 'opening') {
      const policy = await knownPolicy();
      if (policy !== null) state.value = { kind: 'ready', policy };
    }
    const opened = await api.openSession(abort);
    if (!opened.ok && opened.failure.status === 401) {
      // The device hears it by its own way, and removes what it keeps.
      if (opened.failure.code === 'person_forgotten') await api.readPolicy(abort);
      return signedOut(opened.failure);
    }
    const policy = await api.readPolicy(abort);
    if (policy.ok) state.value = { kind: 'ready', policy: policy.value };
    else if (policy.failure.status === 401) signedOut(policy.failure);
    else {
      if (state.value.kind !== 'ready') state.value = { kind: 'unreachable', message: policy.failure.message };
      again(abort);
    }
  }

  function again(abort: AbortSignal): void {
    forgetRetry();
    forgetRetry = clock.after(RETRY_MS, () => void session.open(abort));
  }

  function signedOut({ message }: Failure): void {
    const wasShown = state.value.kind === 'ready';
    state.value = { kind: 'signed-out', message };
    if (wasShown) onExpired();
  }

  const session: Session = {
    state,
    open(abort) {
      opening ??= read(abort).finally(() => {
        opening = null;
      });
      return opening;
    },
  };
  return session;
}

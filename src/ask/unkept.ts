import { effect } from '@preact/signals';
import type { OutboxRow } from '#device/rows.ts';
import type { Models } from '../app/models.ts';

/**
 * Looks after asks that wait although their feature keeps nothing on this device. Nobody else may send them, for their answer would
 * have nowhere to stand: the tab that asked sends them again when there is a line, any other tab when it is told to. Gives the verb
 * that does so by hand; false for an ask of another kind. A lazy chunk, for few features are so.
 */
export function followUnkept({ session, storage, line, talk }: Models): (askId: string) => boolean {
  const waiting = (): OutboxRow[] => {
    const state = session.state.value;
    if (state.kind !== 'ready') return [];
    const never = state.policy.features.filter(({ device }) => device.store === 'never').map(({ name }) => name);
    return (storage.outbox.value ?? []).filter(
      (row) => row.state.kind === 'queued' && row.path === '/ai' && never.includes(row.feature),
    );
  };
  effect(() => {
    if (line.state.value === 'offline' || line.state.value === 'portal') return;
    for (const row of waiting()) if (talk.askedHere(row.askId)) void talk.resend(row);
  });
  return (askId) => {
    const row = waiting().find((each) => each.askId === askId);
    if (row !== undefined) void talk.resend(row);
    return row !== undefined;
  };
}

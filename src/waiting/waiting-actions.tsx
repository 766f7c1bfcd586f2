import type { OutboxRow } from '#device/rows.ts';
import { useModels } from '../app/models.ts';

/** What a person can do with an ask that waits. Its id has had its last answer once it was refused or expired: then only its words go on. */
export function WaitingActions({
  askId,
  state,
  onEdit,
}: {
  askId: string;
  state: OutboxRow['state'];
  onEdit: () => void;
}) {
  const { outbox } = useModels();
  const final = state.kind === 'refused' || state.kind === 'expired';
  const sending = state.kind === 'sending';
  return (
    <div class="buttons">
      <button class="button plain quiet" type="button" onClick={() => outbox.cancel(askId)}>
        {sending ? 'Stop' : final ? 'Discard' : 'Cancel'}
      </button>
      {!sending && (
        <button class="button plain quiet" type="button" onClick={onEdit}>
          Edit
        </button>
      )}
      {!sending && !final && (
        <button class="button" type="button" onClick={() => outbox.sendNow(askId)}>
          Send now
        </button>
      )}
    </div>
  );
}

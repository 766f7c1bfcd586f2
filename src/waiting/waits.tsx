import { LineSignIn } from '../app/line-sign-in.tsx';
import { useModels } from '../app/models.ts';
import { From } from '../ask/from.tsx';
import { EntryActions } from './entry-actions.tsx';
import { tellEntry } from './entry-words.ts';
import type { Entry } from './entry.ts';

/** Under a question that waits: how it stands, and what can be done. */
export function Waits({ askId, question, entry }: { askId: string; question: string; entry: Entry }) {
  const { nowMs, talk } = useModels();
  const asked = { askId, question, conversationId: talk.conversationId.value };
  return (
    <div class="waits">
      <From told={tellEntry(entry, nowMs.value)} look="" actions={null} />
      <div class="buttons">
        <LineSignIn />
        <EntryActions asked={asked} entry={entry} />
      </div>
    </div>
  );
}

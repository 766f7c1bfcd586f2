import type { ComponentChildren } from 'preact';
import { Mark } from '../look/mark.tsx';
import type { Told } from './provenance.ts';

/** The line of words under an answer, or under a question that waits; the same place from the first moment to the last. */
export function From({ told, look, actions }: { told: Told; look: string; actions: ComponentChildren }) {
  return (
    <div class={`from ${look}`}>
      <Mark name={told.mark} look={told.tone} />
      <span>
        <b>{told.what}</b> {told.more}
      </span>
      <span class="buttons">{actions}</span>
    </div>
  );
}

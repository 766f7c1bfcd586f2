import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useModels } from '../app/models.ts';
import { Mark } from '../look/mark.tsx';
import { clockWords, durationWords } from '../look/words.ts';

export interface SwitchProps {
  id: string;
  what: string;
  /** Said after `what` to whoever cannot see where it stands. */
  of?: string;
  effect: string;
  on: boolean;
  /** Unix ms; null where it does not end by itself. */
  untilMs: number | null;
  /** What is said while it is on, after the time. */
  ends: string;
  /** Asked before it is turned on; left out where it is turned on at once. */
  asks?: string;
  /** Null where the page cannot turn it off. */
  onTurn: ((on: boolean) => void) | null;
}

/** The word, the knob, until when, and the way back. */
export function Switch({ id, what, of, effect, on, untilMs, ends, asks, onTurn }: SwitchProps) {
  const { clock } = useModels();
  const [asking, setAsking] = useState(false);
  const turnOn = (): void => {
    setAsking(false);
    onTurn?.(true);
  };
  const press = (): void => {
    if (on) onTurn?.(false);
    else if (asks === undefined) turnOn();
    else setAsking(!asking);
  };
  return (
    <div class="switch">
      <p class="what" id={id}>
        {what}
        {of !== undefined && <span class="unseen">, {of}</span>}
      </p>
      <p class="effect">{effect}</p>
      <button
        class="knob"
        type="button"
        role="switch"
        aria-checked={on}
        aria-labelledby={id}
        disabled={onTurn === null}
        onClick={press}
      >
        {on ? 'On' : 'Off'}
      </button>
      {asking && !on && (
        <Until>
          <p>{asks}</p>
          <button class="button plain" type="button" onClick={turnOn}>
            Turn it on
          </button>
          <button class="button plain" type="button" onClick={() => setAsking(false)}>
            Leave it off
          </button>
        </Until>
      )}
      {on && (
        <Until>
          <p>
            {untilMs !== null && (
              <>
                <b>Until {clockWords(untilMs)}</b>, {durationWords(Math.max(0, untilMs - clock.now()))} left.{' '}
              </>
            )}
            {ends}
          </p>
          {onTurn !== null && (
            <button class="button plain" type="button" onClick={() => onTurn(false)}>
              <Mark name="undo" look="small" />
              Undo
            </button>
          )}
        </Until>
      )}
    </div>
  );
}

function Until({ children }: { children: ComponentChildren }) {
  return <div class="until">{children}</div>;
}

import { useState } from 'preact/hooks';
import { useModels } from '../app/models.ts';
import { Mark } from '../look/mark.tsx';
import { ageWords } from '../look/words.ts';
import { NewKey } from './new-key.tsx';
import type { Key } from './reports.ts';
import type { Watch } from './watch.ts';

/** Whose keys may ask, made and revoked. A key itself is shown once, when it is made. */
export function Keys({ keys, watch }: { keys: readonly Key[]; watch: Watch }) {
  const [made, setMade] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  return (
    <section class="sheet all" aria-labelledby="keys">
      <header>
        <h2 id="keys">Keys</h2>
        <span class="beside quiet">for apps that ask without a page</span>
        <button class="button end" type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Mark name="plus" look="small" />
          New key
        </button>
      </header>
      <div class="body">
        {open && (
          <NewKey
            watch={watch}
            onMade={(token) => {
              setMade(token);
              setOpen(false);
            }}
            onLeft={() => setOpen(false)}
          />
        )}
        {made !== null && <Made token={made} onSeen={() => setMade(null)} />}
        {keys.length === 0 && !open && made === null && (
          <p class="beside">
            There is none yet. The master key is the operator’s alone; give each app a key of its own.
          </p>
        )}
        <ul class="lines">
          {keys.map((key) => (
            <KeyLine key={key.id} of={key} watch={watch} />
          ))}
        </ul>
      </div>
    </section>
  );
}

function Made({ token, onSeen }: { token: string; onSeen: () => void }) {
  const { toasts } = useModels();
  const copy = (): void => {
    navigator.clipboard.writeText(token).then(
      () => toasts.show({ text: 'Key copied.' }),
      () => toasts.show({ text: 'This browser did not copy it. Select it and copy it by hand.' }),
    );
  };
  return (
    <div class="made" role="status">
      <p>This is the key. It is not shown again: put it where the app reads it now.</p>
      <code>{token}</code>
      <button class="button" type="button" onClick={copy}>
        <Mark name="copy" look="small" />
        Copy
      </button>
      <button class="button plain" type="button" onClick={onSeen}>
        I have it
      </button>
    </div>
  );
}

const STATES: Record<Key['state'], { mark: 'is-good' | 'is-idle'; tone: string }> = {
  live: { mark: 'is-good', tone: 'good' },
  expired: { mark: 'is-idle', tone: 'idle' },
  revoked: { mark: 'is-idle', tone: 'idle' },
};

function KeyLine({ of, watch }: { of: Key; watch: Watch }) {
  const { clock, toasts } = useModels();
  const [sure, setSure] = useState(false);
  const { mark, tone } = STATES[of.state];
  const name = of.name === '' ? `…${of.ends_with}` : of.name;
  const revoke = (): void => {
    void watch.revokeKey(of.id).then((failure) => {
      toasts.show({ text: failure === null ? `Key ${name} is revoked.` : failure.message });
    });
  };
  return (
    <li>
      <span class="whose">
        {name}
        <small>
          {of.tenant} · {of.user} · ends in {of.ends_with} ·{' '}
          {of.features === null ? 'every feature' : of.features.join(', ')} ·{' '}
          {of.last_used_at_ms === null ? 'never used' : `used ${ageWords(clock.now() - of.last_used_at_ms)}`}
        </small>
      </span>
      <span class={`state ${tone}`}>
        <Mark name={mark} look="small" />
        {of.state}
      </span>
      <span class="fig">
        {of.state === 'live' && !sure && (
          <button class="button plain" type="button" aria-label={`Revoke ${name}`} onClick={() => setSure(true)}>
            Revoke
          </button>
        )}
        {of.state === 'live' && sure && (
          <>
            <button class="button danger" type="button" onClick={revoke}>
              Revoke for good
            </button>
            <button class="button plain" type="button" onClick={() => setSure(false)}>
              Keep it
            </button>
          </>
        )}
      </span>
    </li>
  );
}

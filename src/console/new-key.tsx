import { useState } from 'preact/hooks';
import { useModels } from '../app/models.ts';
import type { Watch } from './watch.ts';

const DAY_MS = 86_400_000;

const LIVES = [
  { days: 30, word: '30 days' },
  { days: 90, word: '90 days' },
  { days: 365, word: 'a year' },
  { days: null, word: 'until it is revoked' },
] as const;

/** The few things a new key needs; what else it may have goes by the command line. */
export function NewKey(props: { watch: Watch; onMade: (token: string) => void; onLeft: () => void }) {
  const { clock } = useModels();
  const [wrong, setWrong] = useState<string | null>(null);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    const form = new FormData(event.currentTarget);
    const text = (field: string): string => {
      const value = form.get(field);
      return typeof value === 'string' ? value.trim() : '';
    };
    const features = text('features')
      .split(/[\s,]+/)
      .filter((feature) => feature !== '');
    const days = LIVES.find(({ word }) => word === text('lives'))?.days ?? null;
    const cap = text('cap');
    const reply = await props.watch.makeKey({
      name: text('name'),
      tenant: text('tenant') || 'default',
      features: features.length === 0 ? null : features,
      caps: { monthly_cost_usd: cap === '' ? null : Number(cap), asks_per_second: null, burst: null },
      expires_at_ms: days === null ? null : clock.now() + days * DAY_MS,
    });
    if (reply.ok) props.onMade(reply.value);
    else setWrong(reply.failure.message);
  };
  return (
    <form class="new-key" onSubmit={(event) => void submit(event)}>
      <Field name="name" label="Name" hint="such as the app that uses it" />
      <Field name="tenant" label="Client" hint="default when left empty" />
      <Field name="features" label="Features" hint="every one when left empty" />
      <Field name="cap" label="Dollars a month" hint="no cap when left empty" mode="decimal" />
      <div class="field">
        <label for="key-lives">Lives</label>
        <select class="input" id="key-lives" name="lives">
          {LIVES.map(({ word }) => (
            <option key={word}>{word}</option>
          ))}
        </select>
      </div>
      {wrong !== null && (
        <p class="told bad" role="alert">
          {wrong}
        </p>
      )}
      <div class="does">
        <button class="button primary" type="submit">
          Make the key
        </button>
        <button class="button plain" type="button" onClick={props.onLeft}>
          Not now
        </button>
      </div>
    </form>
  );
}

function Field(props: { name: string; label: string; hint: string; mode?: 'decimal' }) {
  const id = `key-${props.name}`;
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        class="input"
        id={id}
        name={props.name}
        placeholder={props.hint}
        autocomplete="off"
        inputMode={props.mode ?? 'text'}
        {...(props.mode === 'decimal' ? { pattern: '\\d+(\\.\\d{1,2})?', title: 'Dollars, such as 25 or 2.50' } : {})}
      />
    </div>
  );
}

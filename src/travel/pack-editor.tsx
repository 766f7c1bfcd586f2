import { useSignal, type Signal } from '@preact/signals';
import { useModels } from '../app/models.ts';
import { Mark } from '../look/mark.tsx';
import { countWords } from '../look/words.ts';
import { MAX_NAME_CHARS, MAX_PROMPTS, type Pack, type PackItem } from '#device/pack.ts';
import { listFirstPrompts } from './first-prompts.ts';
import { makeItem, makePack, TOO_MANY_PACKS } from './new-pack.ts';
import { readLines, type PackList, type Wish } from './pack-list.ts';
import type { Travel } from './travel.ts';

/** Makes a pack, or changes one: its name, its date, and what is in it. Nothing is kept before it is saved. */
export function PackEditor({ travel, pack, onClose }: { travel: Travel; pack: Pack | null; onClose: () => void }) {
  const { session, clock, journey } = useModels();
  const policy = session.state.value.kind === 'ready' ? session.state.value.policy : null;
  const name = useSignal(pack?.name ?? '');
  const date = useSignal(pack?.demoAtMs == null ? '' : localTime(pack.demoAtMs));
  const items = useSignal<readonly PackItem[]>(pack?.items ?? []);
  const typed = useSignal('');
  const feature = useSignal<string | null>(null);
  const problem = useSignal('');
  const said = useSignal('');
  if (policy === null) return null;
  const make = { clock, random: journey.random };

  const take = (list: PackList): boolean => {
    if (!list.ok) {
      problem.value = list.line === null ? list.problem : `Line ${list.line}: ${list.problem}`;
      return false;
    }
    const known = new Set(items.value.map((item) => JSON.stringify([item.feature, item.prompt])));
    const fresh = list.wishes
      .map(({ feature, prompt }) => makeItem(feature ?? policy.default_feature, prompt, make))
      .filter((item) => !known.has(JSON.stringify([item.feature, item.prompt])));
    if (items.value.length + fresh.length > MAX_PROMPTS) {
      problem.value = `A pack takes ${MAX_PROMPTS} prompts; with these it would have ${items.value.length + fresh.length}.`;
      return false;
    }
    items.value = [...items.value, ...fresh];
    if (list.name !== null && name.value.trim() === '') name.value = list.name;
    if (list.demoAtMs !== null && date.value === '') date.value = localTime(list.demoAtMs);
    const repeated = list.repeated + list.wishes.length - fresh.length;
    problem.value = '';
    said.value = `${countWords(fresh.length, 'prompt')} added.${repeated === 0 ? '' : ` ${repeated} stood there already.`}`;
    return true;
  };

  const takeTyped = (): boolean => {
    const taken = take(readLines(typed.value, feature.value ?? policy.default_feature));
    if (taken) typed.value = '';
    return taken;
  };

  const save = async (): Promise<void> => {
    // What stands in the field and was not added yet is meant too.
    if (typed.value.trim() !== '' && !takeTyped()) return;
    const kept = {
      name: name.value.trim().slice(0, MAX_NAME_CHARS),
      demoAtMs: readTime(date.value),
      items: [...items.value],
    };
    if (kept.name === '') return void (problem.value = 'The pack needs a name.');
    if (kept.items.length === 0) return void (problem.value = 'There is nothing in it. Add a prompt first.');
    if (await travel.keep(pack === null ? makePack(kept, make) : { ...pack, ...kept })) onClose();
    else problem.value = TOO_MANY_PACKS;
  };

  return (
    <form
      class="sheet editor"
      aria-labelledby="editor-title"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <header>
        <h2 id="editor-title">{pack === null ? 'A new travel pack' : `Change ${pack.name}`}</h2>
      </header>
      <div class="body">
        <div class="two">
          <div class="field">
            <label for="pack-name">Name</label>
            <input
              class="input"
              id="pack-name"
              maxLength={MAX_NAME_CHARS}
              value={name.value}
              onInput={(event) => (name.value = event.currentTarget.value)}
            />
          </div>
          <div class="field">
            <label for="pack-date">Date of the demo, if there is one</label>
            <input
              class="input"
              id="pack-date"
              type="datetime-local"
              value={date.value}
              onInput={(event) => (date.value = event.currentTarget.value)}
            />
          </div>
        </div>
        <AddPrompts travel={travel} typed={typed} feature={feature} onTake={take} onAdd={takeTyped} />
        <p class="beside" role="status">
          {said.value}
        </p>
        {items.value.length > 0 && (
          <ol class="rows pack" aria-label="In it">
            {items.value.map((item, at) => (
              <li key={item.id}>
                <span class="n">{at + 1}</span>
                <span class="title">
                  {item.prompt}
                  <small>{policy.features.find((each) => each.name === item.feature)?.title ?? item.feature}</small>
                </span>
                <button
                  class="button plain quiet"
                  type="button"
                  onClick={() => (items.value = items.value.filter(({ id }) => id !== item.id))}
                >
                  Take out<span class="unseen"> {item.prompt.slice(0, 80)}</span>
                </button>
              </li>
            ))}
          </ol>
        )}
        {problem.value !== '' && (
          <p class="wrong" role="alert">
            <Mark name="is-bad" look="small bad" />
            {problem.value}
          </p>
        )}
        <div class="buttons">
          <button class="button primary" type="submit">
            Save the pack
          </button>
          <button class="button" type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </div>
    </form>
  );
}

/** Prompts are typed or pasted, read from a file, or taken from what was asked here. */
function AddPrompts({
  travel,
  typed,
  feature,
  onTake,
  onAdd,
}: {
  travel: Travel;
  typed: Signal<string>;
  /** Null is the default feature. */
  feature: Signal<string | null>;
  onTake: (list: PackList) => boolean;
  onAdd: () => boolean;
}) {
  const { session } = useModels();
  const policy = session.state.value.kind === 'ready' ? session.state.value.policy : null;
  const asked = useSignal<readonly Wish[] | null>(null);
  if (policy === null) return null;
  const chosen = feature.value ?? policy.default_feature;

  const readFile = async (file: File): Promise<void> => {
    const { readListFile } = await import('./pack-list-file.ts');
    // Bounded before it is read: bytes are at least as many as characters.
    const tooLarge = file.size > 400_000;
    onTake(
      tooLarge
        ? { ok: false, problem: 'The list is longer than 100 kB. Make two packs of it.', line: null }
        : readListFile(
            await file.text(),
            policy.features.map(({ name }) => name),
          ),
    );
  };
  const showAsked = async (): Promise<void> => {
    const place = travel.ground.value?.place;
    asked.value = place === undefined ? [] : await listFirstPrompts(place);
  };

  return (
    <>
      <div class="field">
        <label for="pack-prompts">Prompts, one per line</label>
        <textarea
          class="input"
          id="pack-prompts"
          rows={5}
          value={typed.value}
          onInput={(event) => (typed.value = event.currentTarget.value)}
        />
        <p class="hint">Typed or pasted. A prompt of several lines comes from a file.</p>
      </div>
      <div class="buttons">
        {policy.features.length > 1 && (
          <label class="pick">
            <span class="unseen">Feature of these prompts</span>
            <select value={chosen} onChange={(event) => (feature.value = event.currentTarget.value)}>
              {policy.features.map(({ name, title }) => (
                <option key={name} value={name}>
                  {title}
                </option>
              ))}
            </select>
            <Mark name="down" look="small" />
          </label>
        )}
        <button class="button" type="button" onClick={onAdd}>
          <Mark name="plus" look="small" />
          Add
        </button>
        <label class="button file">
          From a file
          <input
            class="unseen"
            type="file"
            accept=".yaml,.yml,.json,.txt"
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              event.currentTarget.value = '';
              if (file !== undefined) void readFile(file);
            }}
          />
        </label>
        <button class="button" type="button" aria-expanded={asked.value !== null} onClick={() => void showAsked()}>
          From what was asked here
        </button>
      </div>
      {asked.value !== null && (
        <div class="asked-here">
          {asked.value.length === 0 && <p class="beside">Nothing was asked here yet.</p>}
          {asked.value.map((wish) => (
            <button
              key={wish.prompt}
              class="button plain"
              type="button"
              onClick={() => onTake({ ok: true, name: null, demoAtMs: null, wishes: [wish], repeated: 0 })}
            >
              <Mark name="plus" look="small" />
              <span>{wish.prompt}</span>
            </button>
          ))}
        </div>
      )}
    </>
  );
}

/** A moment as `datetime-local` has it, in the reader's zone. */
function localTime(ms: number): string {
  const at = new Date(ms);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

function readTime(text: string): number | null {
  const ms = text === '' ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

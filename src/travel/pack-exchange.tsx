import { useSignal } from '@preact/signals';
import type { Clock } from '#shared/clock.ts';
import { useModels } from '../app/models.ts';
import { Mark } from '../look/mark.tsx';
import { countWords } from '../look/words.ts';
import { carryIn, carryOut } from './carried.ts';
import { makeItem, makePack, TOO_MANY_PACKS } from './new-pack.ts';
import {
  MAX_FILE_BYTES,
  MIN_PASSPHRASE_CHARS,
  openPack,
  PACK_FILE_ENDING,
  readPackFile,
  sealPack,
  type PackFile,
} from './pack-file.ts';
import type { PackView } from './pack-view.ts';
import type { Travel } from './travel.ts';

/** Writes the pack as one file, sealed with a passphrase. */
export function PackExport({ travel, view, onClose }: { travel: Travel; view: PackView; onClose: () => void }) {
  const { session, clock, journey, toasts } = useModels();
  const passphrase = useSignal('');
  const problem = useSignal('');
  const busy = useSignal(false);
  const policy = session.state.value.kind === 'ready' ? session.state.value.policy : null;
  const ground = travel.ground.value;
  if (policy === null || ground === null) return null;

  const write = async (): Promise<void> => {
    if ([...passphrase.value].length < MIN_PASSPHRASE_CHARS) {
      problem.value = `A passphrase has at least ${MIN_PASSPHRASE_CHARS} characters: it is all that guards the file.`;
      return;
    }
    busy.value = true;
    const { content, answers } = await carryOut(view.pack, ground, policy);
    const text = await sealPack({ ...content, tenant: policy.tenant_hash }, passphrase.value, {
      subtle: crypto.subtle,
      random: journey.random,
    });
    busy.value = false;
    if (text.length > MAX_FILE_BYTES)
      return void (problem.value = 'The file would be larger than 20 MB. Make two packs of it.');
    giveFile(text, view.pack.name, clock);
    toasts.show({ text: `Exported with ${countWords(answers, 'answer')}. Tell the passphrase by another way.` });
    onClose();
  };

  return (
    <form
      class="exchange"
      onSubmit={(event) => {
        event.preventDefault();
        void write();
      }}
    >
      <Passphrase
        id="export-passphrase"
        value={passphrase}
        problem={problem.value}
        hint={`${view.ready} of ${view.keepable} with their answers. The file opens with this passphrase only, in Layover of the same tenant.`}
        fresh
      />
      <div class="buttons">
        <button class="button primary" type="submit" disabled={busy.value}>
          Export the file
        </button>
        <button class="button" type="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </form>
  );
}

/** Takes in a file that another device wrote. */
export function PackImport({ travel, onClose }: { travel: Travel; onClose: () => void }) {
  const { session, clock, journey, toasts } = useModels();
  const file = useSignal<PackFile | null>(null);
  const wrongFile = useSignal('');
  const passphrase = useSignal('');
  const problem = useSignal('');
  const busy = useSignal(false);
  const policy = session.state.value.kind === 'ready' ? session.state.value.policy : null;
  const ground = travel.ground.value;
  if (policy === null || ground === null) return null;
  const make = { clock, random: journey.random };

  const look = async (given: File): Promise<void> => {
    const read =
      given.size > MAX_FILE_BYTES
        ? ({ ok: false, problem: 'The file is larger than 20 MB. No pack is.' } as const)
        : readPackFile(await given.text(), policy.tenant_hash);
    file.value = read.ok ? read.file : null;
    wrongFile.value = read.ok ? '' : read.problem;
    problem.value = '';
  };
  const takeIn = async (): Promise<void> => {
    if (file.value === null) return void (wrongFile.value ||= `Choose a file that ends in ${PACK_FILE_ENDING}.`);
    busy.value = true;
    const opened = await openPack(file.value, passphrase.value, crypto.subtle);
    if (!opened.ok) {
      busy.value = false;
      return void (problem.value = opened.problem);
    }
    const { content } = opened;
    const nowMs = clock.now();
    const carried = await carryIn(content, ground, {
      policy,
      nowMs,
      makeItem: (feature, prompt) => makeItem(feature, prompt, make),
    });
    const pack = makePack({ name: content.name, demoAtMs: content.demoAtMs, items: carried.items }, make);
    busy.value = false;
    if (!(await travel.keep(pack))) return void (problem.value = TOO_MANY_PACKS);
    const left = carried.leftOut + content.spoiled;
    const why = left === 0 ? '' : ` ${countWords(left, 'answer')} could not be taken in and can be asked for here.`;
    toasts.show({
      text: `${content.name}: ${countWords(carried.answers, 'answer')} imported, with their true age.${why}`,
    });
    onClose();
  };

  return (
    <form
      class="sheet editor"
      aria-labelledby="import-title"
      onSubmit={(event) => {
        event.preventDefault();
        void takeIn();
      }}
    >
      <header>
        <h2 id="import-title">Import a travel pack</h2>
      </header>
      <div class="body">
        <div class="field">
          <label for="import-file">File</label>
          <input
            class="input"
            id="import-file"
            type="file"
            accept={PACK_FILE_ENDING}
            aria-describedby={wrongFile.value === '' ? undefined : 'import-file-error'}
            aria-invalid={wrongFile.value !== ''}
            onChange={(event) => {
              const given = event.currentTarget.files?.[0];
              if (given !== undefined) void look(given);
            }}
          />
          {wrongFile.value !== '' && <Wrong id="import-file-error" problem={wrongFile.value} />}
        </div>
        <Passphrase
          id="import-passphrase"
          value={passphrase}
          problem={problem.value}
          hint="The one it was exported with."
          fresh={false}
        />
        <div class="buttons">
          <button class="button primary" type="submit" disabled={busy.value}>
            Import
          </button>
          <button class="button" type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </div>
    </form>
  );
}

function Passphrase({
  id,
  value,
  problem,
  hint,
  fresh,
}: {
  id: string;
  value: { value: string };
  problem: string;
  hint: string;
  fresh: boolean;
}) {
  const wrong = problem !== '';
  return (
    <div class="field">
      <label for={id}>Passphrase</label>
      <input
        class="input"
        id={id}
        type="password"
        autocomplete={fresh ? 'new-password' : 'off'}
        value={value.value}
        aria-describedby={`${id}-hint${wrong ? ` ${id}-error` : ''}`}
        aria-invalid={wrong}
        onInput={(event) => (value.value = event.currentTarget.value)}
      />
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
      {wrong && <Wrong id={`${id}-error`} problem={problem} />}
    </div>
  );
}

function Wrong({ id, problem }: { id: string; problem: string }) {
  return (
    <p class="wrong" id={id} role="alert">
      <Mark name="is-bad" look="small bad" />
      {problem}
    </p>
  );
}

/** How long the browser may take to begin the download, ms: Firefox has only begun when the click is over. */
const GIVEN_MS = 60_000;

/** Hands the text to the browser as a download. */
function giveFile(text: string, name: string, clock: Clock): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name.replaceAll(/[^\p{L}\p{N} _-]/gu, '').trim() || 'pack'}${PACK_FILE_ENDING}`;
  link.click();
  clock.after(GIVEN_MS, () => URL.revokeObjectURL(url));
}

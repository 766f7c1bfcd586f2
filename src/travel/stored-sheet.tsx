import type { ComponentChildren } from 'preact';
import { useSignal } from '@preact/signals';
import { forgetEverything, forgetFeature, type Amount } from '#device/stored.ts';
import { useModels } from '../app/models.ts';
import { Meter } from '../look/meter.tsx';
import { bytesWords, countWords } from '../look/words.ts';
import type { Preparation } from './preparation.ts';

/** What is kept on this device, by our own bound and not by the browser's guess, and the ways to forget it. */
export function StoredSheet({ preparation }: { preparation: Preparation }) {
  const { session } = useModels();
  const asked = useSignal<'no' | 'choose' | 'everything'>('no');
  const stored = preparation.stored.value;
  const policy = session.state.value.kind === 'ready' ? session.state.value.policy : null;
  if (stored === null || policy === null) return null;
  const saved = [...stored.saved.entries()].sort(([, a], [, b]) => b.bytes - a.bytes);
  const total = saved.reduce((sum, [, { bytes }]) => sum + bytes, 0);
  const count = saved.reduce((sum, [, each]) => sum + each.count, 0);
  const titleOf = (name: string): string => policy.features.find((feature) => feature.name === name)?.title ?? name;
  const never = policy.features.filter(({ device }) => device.store === 'never').map(({ title }) => title);
  const cap = policy.limits.saved_bytes;
  const others: [string, Amount][] = [
    ['Conversations', stored.history],
    ['Waiting to be sent', stored.waiting],
    ['Drafts', stored.drafts],
    ['Travel packs', stored.packs],
    ['Figures for the router', stored.events],
  ];
  const largest = Math.max(1, total, ...others.map(([, { bytes }]) => bytes));
  return (
    <section class="sheet" aria-labelledby="stored">
      <header>
        <h2 id="stored">Stored on this device</h2>
        <span class="beside quiet">encrypted</span>
      </header>
      <div class="body stored">
        <div>
          <p>
            <Bytes bytes={total} />
          </p>
          <p class="soft">of saved answers, of the {bytesWords(cap).replace('.0 ', ' ')} we allow ourselves for them</p>
          <p class="beside quiet">
            {countWords(count, 'answer')} of at most {policy.limits.saved_count.toLocaleString('en')}.
            {never.length > 0 && ` ${never.join(' and ')} ${never.length === 1 ? 'is' : 'are'} never stored.`}
          </p>
        </div>
        <div class="store">
          {saved.map(([name, amount]) => (
            <Kind key={name} title={titleOf(name)} amount={amount} largest={largest}>
              {asked.value === 'choose' && (
                <ForgetFeature preparation={preparation} name={name} title={titleOf(name)} />
              )}
            </Kind>
          ))}
          {others.map(([title, amount]) => (
            <Kind key={title} title={title} amount={amount} largest={largest} />
          ))}
        </div>
        {asked.value === 'everything' ? (
          <Everything preparation={preparation} onClose={() => (asked.value = 'no')} />
        ) : (
          <div class="buttons">
            <button
              class="button"
              type="button"
              aria-expanded={asked.value === 'choose'}
              onClick={() => (asked.value = asked.value === 'choose' ? 'no' : 'choose')}
            >
              Choose what to forget
            </button>
            <button class="button danger" type="button" onClick={() => (asked.value = 'everything')}>
              Forget everything
            </button>
          </div>
        )}
      </div>
      {asked.value === 'choose' && (
        <footer>
          <p class="beside">
            Single answers are forgotten in <a href="/saved">Saved</a>, conversations beside their name.
          </p>
        </footer>
      )}
    </section>
  );
}

function Bytes({ bytes }: { bytes: number }) {
  const [figure = '0', unit = 'kB'] = bytesWords(bytes).split(' ');
  return (
    <span class="number hero still">
      {figure}
      <span class="unit">{unit}</span>
    </span>
  );
}

function Kind({
  title,
  amount,
  largest,
  children,
}: {
  title: string;
  amount: Amount;
  largest: number;
  children?: ComponentChildren;
}) {
  return (
    <>
      <span class="kind">
        {title}
        {children}
      </span>
      <span class="right">{amount.count.toLocaleString('en')}</span>
      <span class="right">{bytesWords(amount.bytes)}</span>
      <Meter part={amount.bytes / largest} />
    </>
  );
}

function ForgetFeature({ preparation, name, title }: { preparation: Preparation; name: string; title: string }) {
  const { toasts } = useModels();
  const forget = async (): Promise<void> => {
    const place = preparation.travel.ground.value?.place;
    if (place === undefined) return;
    await forgetFeature(place, name);
    toasts.show({ text: `The saved answers of ${title} are forgotten on this device.` });
    await preparation.travel.look();
    await preparation.measure();
  };
  return (
    <button class="button plain quiet" type="button" onClick={() => void forget()}>
      Forget<span class="unseen"> the answers of {title}</span>
    </button>
  );
}

/** Says what goes, what of it was never sent, and asks once. */
function Everything({ preparation, onClose }: { preparation: Preparation; onClose: () => void }) {
  const { toasts } = useModels();
  const stored = preparation.stored.value;
  const waiting = stored?.waiting.count ?? 0;
  const packs = stored?.packs.count ?? 0;
  const also = [
    waiting === 0 ? '' : `${countWords(waiting, 'ask')} not sent yet ${waiting === 1 ? 'is' : 'are'} never sent.`,
    packs === 0 ? '' : `${countWords(packs, 'travel pack')} ${packs === 1 ? 'goes' : 'go'} too, with the answers.`,
  ].filter(Boolean);
  const forget = async (): Promise<void> => {
    const place = preparation.travel.ground.value?.place;
    if (place === undefined) return;
    preparation.travel.pause();
    await forgetEverything(place);
    onClose();
    toasts.show({ text: 'Everything is forgotten on this device.' });
    await preparation.travel.look();
    await preparation.measure();
  };
  return (
    <div class="sure" role="group" aria-label="Forget everything">
      <p>
        Every conversation, draft and saved answer on this device goes, and does not come back. {also.join(' ')} What
        waits to be told to the router holds no word of them and stays.
      </p>
      <div class="buttons">
        <button class="button danger" type="button" onClick={() => void forget()}>
          Forget it all
        </button>
        <button class="button" type="button" onClick={onClose}>
          Keep everything
        </button>
      </div>
    </div>
  );
}

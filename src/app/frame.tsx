import type { ComponentChildren } from 'preact';
import { lazy } from 'preact-iso';
import { Suspense } from './suspense.tsx';
import { Logo, Mark } from '../look/mark.tsx';
import { countWords } from '../look/words.ts';
import { Conversations } from '../ask/conversations.tsx';
import { FeaturePicker } from '../ask/feature-picker.tsx';
import { LinePill } from './line-pill.tsx';
import { useModels } from './models.ts';
import { PLACES, type PagePlace } from './places.ts';

const DeveloperPanel = lazy(() => import('../developer/developer-panel.tsx').then((module) => module.DeveloperPanel));
const Tape = lazy(() => import('../developer/tape.tsx').then((module) => module.Tape));

/** Rail, bar and tabs around every view. */
export function Frame({ path, atAsk, children }: { path: string; atAsk: boolean; children: ComponentChildren }) {
  const { line, session, networkPanel } = useModels();
  const policy = session.state.value.kind === 'ready' ? session.state.value.policy : null;
  const togglePanel = (): void => {
    networkPanel.value = !networkPanel.value;
  };
  return (
    <div class={`app ${atAsk ? 'with-aside' : ''}`}>
      <a class="skip" href={atAsk ? '#say' : '#main'}>
        {atAsk ? 'To the question field' : 'To the content'}
      </a>
      <Rail path={path} atAsk={atAsk} onNetwork={policy?.simulator === true ? togglePanel : null} />
      <div class="top">
        {line.scenario.value !== null && (
          <Suspense>
            <Tape onAnother={policy?.simulator === true ? togglePanel : null} />
          </Suspense>
        )}
        <Bar path={path} atAsk={atAsk} onNetwork={policy?.simulator === true ? togglePanel : null} />
        {networkPanel.value && (
          <Suspense>
            <DeveloperPanel onClose={togglePanel} />
          </Suspense>
        )}
      </div>
      {children}
      <nav class="tabs" aria-label="Layover, at the foot">
        {PLACES.map((place) => (
          <PlaceLink key={place.href} {...place} look="" current={isAt(place.href, path, atAsk)} />
        ))}
      </nav>
    </div>
  );
}

function Bar({ path, atAsk, onNetwork }: { path: string; atAsk: boolean; onNetwork: (() => void) | null }) {
  const { talk } = useModels();
  const title = talk.title.value ?? 'New conversation';
  return (
    <header class="bar">
      <a class="name" href="/" aria-label="Layover, start">
        <Logo />
        <b>Layover</b>
      </a>
      {atAsk ? (
        <>
          <FeaturePicker />
          <h1 class="title">{title}</h1>
        </>
      ) : (
        <h1 class="place">{PLACES.find((place) => place.href === path)?.name ?? 'Sign out'}</h1>
      )}
      <span class="space" />
      {atAsk && (
        <a
          class="button icon plain quiet only-narrow"
          href="/"
          aria-label="New conversation"
          onClick={() => talk.show(null)}
        >
          <Mark name="plus" />
        </a>
      )}
      <LinePill onNetwork={onNetwork} />
    </header>
  );
}

function Rail({ path, atAsk, onNetwork }: { path: string; atAsk: boolean; onNetwork: (() => void) | null }) {
  const { session, talk } = useModels();
  return (
    <nav class="rail" aria-label="Layover">
      <a class="name" href="/" aria-label="Layover, start">
        <Logo />
        <b>Layover</b>
      </a>
      {PLACES.slice(0, 4).map((place) => (
        <PlaceLink key={place.href} {...place} look="go" current={isAt(place.href, path, atAsk)} />
      ))}
      <hr />
      {PLACES.slice(4).map((place) => (
        <PlaceLink key={place.href} {...place} look="go" current={path === place.href} />
      ))}
      {/* The first question may not have its address yet: then the link alone leads nowhere. */}
      <a class="go" href="/" onClick={() => talk.show(null)}>
        <Mark name="plus" />
        New conversation
      </a>
      <Conversations />
      <div class="foot">
        {onNetwork !== null && (
          <button class="button plain quiet" type="button" onClick={onNetwork}>
            <Mark name="go-settings" look="small" />
            Network
          </button>
        )}
        <p>{whoIsAsking(session.state.value)}</p>
        <SignOutLink />
      </div>
    </nav>
  );
}

function whoIsAsking(state: ReturnType<typeof useModels>['session']['state']['value']): string {
  if (state.kind !== 'ready') return state.kind === 'signed-out' || state.kind === 'leaving' ? 'Signed out' : '';
  const who =
    state.policy.role === 'operator' ? 'Operator' : state.policy.guest ? 'Guest of this computer' : 'Signed in';
  return state.policy.demo ? `${who}. Demo: no provider is asked.` : who;
}

/** Where a person leaves; also at the foot of what is saved, for a phone has no rail. */
export function SignOutLink() {
  const { session } = useModels();
  const state = session.state.value;
  if (state.kind !== 'ready') return null;
  return (
    <a class="button plain quiet" href="/sign-out">
      {state.policy.guest ? 'Forget me' : 'Sign out'}
    </a>
  );
}

function isAt(href: string, path: string, atAsk: boolean): boolean {
  return href === '/' ? atAsk : href === path;
}

function PlaceLink({ href, name, mark, look, current }: PagePlace & { look: string; current: boolean }) {
  const { outbox } = useModels();
  const atWaiting = href === '/waiting';
  const waiting = atWaiting ? outbox.waiting.value : 0;
  const answered = atWaiting ? outbox.answered.value : 0;
  return (
    <a class={look} href={href} aria-current={current ? 'page' : undefined}>
      <Mark name={mark} />
      {name}
      {waiting + answered > 0 && (
        <>
          <span class={answered > 0 ? 'count new' : 'count'} aria-hidden="true">
            {waiting + answered}
          </span>
          <span class="unseen">
            {waiting > 0 && `, ${countWords(waiting, 'ask')} waiting`}
            {answered > 0 && `, ${answered} newly answered`}
          </span>
        </>
      )}
    </a>
  );
}

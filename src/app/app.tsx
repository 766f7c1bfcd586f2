import { lazy, LocationProvider, Route, Router, useLocation } from 'preact-iso';
import { useEffect } from 'preact/hooks';
import { useSignalEffect } from '@preact/signals';
import { AskView } from '../ask/ask-view.tsx';
import { Frame } from './frame.tsx';
import { Announcer } from './announcer.tsx';
import { ToastView } from './toast-view.tsx';
import { useModels } from './models.ts';

const WaitingView = lazy(() => import('../waiting/waiting-view.tsx').then((module) => module.WaitingView));
const SavedView = lazy(() => import('../saved/saved-view.tsx').then((module) => module.SavedView));
const TravelView = lazy(() => import('../travel/travel-view.tsx').then((module) => module.TravelView));
const SignOutView = lazy(() => import('./sign-out-view.tsx').then((module) => module.SignOutView));
const ConsoleView = lazy(() => import('../console/console-view.tsx').then((module) => module.ConsoleView));

/** Only these addresses are the page's own; `/link/…` and the like go to the router. */
const OWN_ADDRESSES = /^\/(?:$|\?|c\/|waiting$|saved$|travel$|console$|sign-out$)/;

export function App() {
  return (
    <LocationProvider scope={OWN_ADDRESSES}>
      <Places />
    </LocationProvider>
  );
}

/** The conversation that an address shows; null for none. */
export function conversationAt(path: string): string | null {
  return /^\/c\/([^/]+)$/.exec(path)?.[1] ?? null;
}

function Places() {
  const { path, route } = useLocation();
  const { talk, goTo } = useModels();
  const conversation = conversationAt(path);
  const atAsk = !['/waiting', '/saved', '/travel', '/console', '/sign-out'].includes(path);
  useEffect(() => {
    if (atAsk) talk.show(conversation);
    // Only now: what was shown before is not looked at by passing it.
    talk.onScreen.value = atAsk;
  }, [atAsk, conversation]);
  useSignalEffect(() => {
    const next = goTo.value;
    if (next === null) return;
    goTo.value = null;
    // A first question turns the empty page into its conversation; anything else is a step that can be taken back.
    route(next, path === '/');
  });
  return (
    <Frame path={path} atAsk={atAsk}>
      <Router onRouteChange={focusMain}>
        <Route path="/waiting" component={WaitingView} />
        <Route path="/saved" component={SavedView} />
        <Route path="/travel" component={TravelView} />
        <Route path="/console" component={ConsoleView} />
        <Route path="/sign-out" component={SignOutView} />
        {/* One component for `/`, `/c/…` and whatever is unknown, so that the question field outlives the first question. */}
        <Route default component={AskView} />
      </Router>
      <ToastView />
      <Announcer />
    </Frame>
  );
}

/** A new place starts at its beginning for a keyboard and a screen reader too; the question field keeps its focus. */
function focusMain(): void {
  if (document.activeElement?.id === 'say') return;
  document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
}

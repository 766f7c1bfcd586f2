import { render } from 'preact';
import { effect, signal } from '@preact/signals';
import { systemClock, systemRandom } from '#shared/clock.ts';
import type { Evidence } from '#shared/line.ts';
import { createApi } from './app/api.ts';
import { App, conversationAt } from './app/app.tsx';
import { createLine } from './app/line.ts';
import { ModelsProvider, type Models } from './app/models.ts';
import { createOutbox } from './app/outbox.ts';
import { createSession } from './app/session.ts';
import { createStorage } from './app/storage.ts';
import { createToasts } from './app/toasts.ts';
import { createPageDevice } from './app/page-device.ts';
import { connectWorker, type WorkerEvent } from './app/worker-client.ts';
import { isRunning } from './ask/answer-view.ts';
import { createTalk } from './ask/talk.ts';

const clock = systemClock;
const random = systemRandom;
const page = document.documentElement;

/** Channels stay open for as long as the page does. */
const channels = new Map<string, BroadcastChannel>();
function post(name: string, message: unknown): void {
  const channel = channels.get(name) ?? new BroadcastChannel(name);
  channels.set(name, channel);
  channel.postMessage(message);
}

// Without HTTPS there is no key for this device and no worker: the page asks and keeps nothing.
const secure = isSecureContext;
const place = secure ? (name: string) => ({ factory: indexedDB, name, post }) : null;

const worker =
  secure && 'serviceWorker' in navigator
    ? connectWorker({
        container: navigator.serviceWorker,
        script: import.meta.env.DEV ? '/dev-sw.js?dev-sw' : '/sw.js',
        type: import.meta.env.DEV ? 'module' : 'classic',
        onEvent: onWorkerEvent,
      })
    : null;

const device = createPageDevice({
  worker,
  secure,
  fetch: (request) => fetch(request),
  clock,
  random,
  post,
  origin: location.origin,
});
const api = createApi(device.send, location.origin);
const line = createLine(clock);
const toasts = createToasts(clock);
const session = createSession({ api, clock, knownPolicy: device.knownPolicy });
const storage = createStorage({ session, place });
const outbox = createOutbox({ storage, line, toasts, tell: device.tell });
const goTo = signal<string | null>(null);
let ownWitness: Promise<(evidence: Evidence) => void> | null = null;
const talk = createTalk({
  api,
  storage,
  outbox,
  clock,
  random,
  signedOut: () => session.state.value.kind === 'signed-out',
  witness,
  stopAsk: (askId) => device.tell({ type: 'stop', askId }),
  onConversation: (id) => {
    goTo.value = `/c/${id}`;
  },
});

/** Where no device module watches the line, the page's own asks tell how it is. */
async function witness(evidence: Evidence): Promise<void> {
  if (secure) return;
  ownWitness ??= import('./app/witness.ts').then(({ createWitness }) => createWitness((message) => line.hear(message)));
  (await ownWitness)(evidence);
}

const nowMs = signal(clock.now());
function tick(): void {
  nowMs.value = clock.now();
  clock.after(30_000, tick);
}

/** What is typed goes along in this tab's own history entry: it is safe even where no storage is open. */
function loadAgain(): void {
  history.replaceState({ typed: talk.draft.value }, '');
  location.reload();
}

/** Takes back what was typed before this page was loaded again. */
function takeTyped(): void {
  const state: unknown = history.state;
  if (typeof state !== 'object' || state === null || !('typed' in state) || typeof state.typed !== 'string') return;
  history.replaceState(null, '');
  if (state.typed === '') return;
  talk.show(conversationAt(location.pathname));
  talk.type(state.typed);
}

function onWorkerEvent(event: WorkerEvent): void {
  switch (event.kind) {
    case 'in-charge':
      device.tell({ type: 'tell' });
      markReady();
      return;
    case 'update-ready':
      toasts.show({
        text: 'A new version is ready. Your draft is safe.',
        action: { word: 'Use it', run: () => worker?.acceptUpdate() },
        stays: true,
      });
      return;
    case 'replaced':
      toasts.show({
        text: 'A new version is in use. Your draft is safe.',
        action: { word: 'Load again', run: loadAgain },
        stays: true,
      });
      return;
    case 'reload':
      loadAgain();
      return;
    default:
      event satisfies never;
  }
}

/** The device modules got a policy. Ours is the same unless its epoch differs; then it is read again. */
function onPolicy(epoch: number): void {
  const state = session.state.value;
  if (state.kind !== 'ready' || state.policy.epoch !== epoch) void session.open(closed.signal);
  device.tell({ type: 'tell' });
}

/** Travel mode is on: a worker answers, and it knows whose answers it keeps. */
function markReady(): void {
  if (line.database.value !== null && worker?.inCharge() === true) page.dataset['travel'] = 'ready';
}

const closed = new AbortController();
async function listen(): Promise<void> {
  const { DEVICE_CHANNEL, readFromDevice } = await import('./app/wire.ts');
  new BroadcastChannel(DEVICE_CHANNEL).addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const heard = readFromDevice(data);
    if (heard === null) return;
    line.hear(heard);
    if (heard.type === 'policy-changed') onPolicy(heard.epoch);
  });
  device.tell({ type: 'tell' });
  // A page that opens is somebody who wants to know: what waits is tried, and a line that was gone.
  device.tell({ type: 'replay' });
}
effect(markReady);
effect(() => {
  const count = outbox.waiting.value;
  if (!('setAppBadge' in navigator)) return;
  // A browser may refuse a badge to a page that is not installed; the count stands in the rail anyway.
  void (count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge()).catch((refusal: unknown) => void refusal);
});
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState !== 'visible') return;
  tickNow();
  device.tell({ type: 'replay' });
  if (session.state.value.kind !== 'ready') void session.open(closed.signal);
});
/** An answer that comes but has stood still for so long may have lost whoever wrote it: then its rest is fetched by its id. */
const STOOD_STILL_MS = 11_000;
effect(() => {
  if (!talk.turns.value.some((turn) => isRunning(turn.answer))) return undefined;
  let cancel: () => void;
  const watch = (): void => {
    cancel = clock.after(STOOD_STILL_MS, () => {
      device.tell({ type: 'replay' });
      watch();
    });
  };
  watch();
  return () => cancel();
});
addEventListener('online', () => {
  device.tell({ type: 'replay' });
  void session.open(closed.signal);
});

function tickNow(): void {
  nowMs.value = clock.now();
}

const models: Models = {
  api,
  clock,
  session,
  line,
  storage,
  outbox,
  talk,
  toasts,
  goTo,
  nowMs,
  secure,
  simulate: (scenario) => device.tell({ type: 'simulate', scenario }),
};

const root = document.getElementById('app');
if (root === null) throw new Error('The page has no element `#app` to stand in.');
render(
  <ModelsProvider value={models}>
    <App />
  </ModelsProvider>,
  root,
);
takeTyped();
tick();
void listen();
void session.open(closed.signal);

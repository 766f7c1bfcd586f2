import { render } from 'preact';
import { effect, signal } from '@preact/signals';
import { systemClock, systemRandom } from '#shared/clock.ts';
import type { Evidence } from '#shared/line.ts';
import { createApi } from './app/api.ts';
import { leftWords, loadAgain as loadPage, takeCarried } from './app/carried-over.ts';
import { App, conversationAt } from './app/app.tsx';
import { createLine } from './app/line.ts';
import { ModelsProvider, type Models } from './app/models.ts';
import { createOutbox } from './app/outbox.ts';
import { createSession } from './app/session.ts';
import { createStorage } from './app/storage.ts';
import { createToasts } from './app/toasts.ts';
import { createPageDevice } from './app/page-device.ts';
import { connectWorker, type WorkerEvent } from './app/worker-client.ts';
import { holdWriting } from './app/writing.ts';
import { createUpdate } from './app/update.ts';
import { watchStandstill } from './ask/standstill.ts';
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
const door = secure ? { factory: indexedDB, subtle: crypto.subtle, random, post } : null;

// A way out should the worker ever stand in the way.
const withoutWorker = new URLSearchParams(location.search).has('nosw');
const worker =
  secure && 'serviceWorker' in navigator && !withoutWorker
    ? connectWorker({
        container: navigator.serviceWorker,
        script: import.meta.env.DEV ? '/dev-sw.js?dev-sw' : '/sw.js',
        type: import.meta.env.DEV ? 'module' : 'classic',
        onEvent: onWorkerEvent,
        clock,
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
const calm = matchMedia('(prefers-reduced-motion: reduce)');
const api = createApi(device.send, location.origin, () => !calm.matches);
const line = createLine(clock);
const toasts = createToasts(clock);
const session = createSession({
  api,
  clock,
  knownPolicy: device.knownPolicy,
  finishSignOut: device.finishSignOut,
  onExpired: () => void forgetPerson(),
});
const storage = createStorage({
  session,
  door,
  tab: { locks: 'locks' in navigator ? navigator.locks : null, session: () => sessionStorage, clock },
  onSealed: () => device.tell({ type: 'replay' }),
  onCleared: () =>
    toasts.show({
      text: 'This browser has cleared what Layover kept here: history, saved answers and what waited. It spares an installed app longest.',
      stays: true,
    }),
  onOther: () => location.reload(),
});
/** Sends an ask whose feature keeps nothing here; null where no feature is so. */
let sendUnkept: ((askId: string) => boolean) | null = null;
const outbox = createOutbox({
  storage,
  line,
  tell(message) {
    const sent = message.type === 'replay' && message.askId !== undefined && sendUnkept?.(message.askId) === true;
    if (!sent) device.tell(message);
  },
});
const goTo = signal<string | null>(null);
let ownWitness: Promise<(evidence: Evidence) => void> | null = null;
const talk = createTalk({
  api,
  storage,
  outbox,
  clock,
  random,
  signedOut: () => session.state.value.kind === 'signed-out' || session.state.value.kind === 'leaving',
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

function loadAgain(): void {
  loadPage(window, { kind: 'typed', text: talk.draft.value });
}
/** A page that begins anew has nothing of anybody in its memory, and says why it did. */
function startAnew(guest: boolean): void {
  loadPage(window, { kind: 'left', guest }, '/');
}
let leaving = false;
async function signOut(): Promise<void> {
  leaving = true;
  const guest = isGuest();
  const { leaveDevice } = await import('./app/leave.ts');
  await leaveDevice({ device, storage });
  startAnew(guest);
}
function isGuest(): boolean {
  const state = session.state.value;
  return state.kind === 'ready' && state.policy.guest;
}

/** A session has ended: what its person keeps stays sealed until they sign in again. What is just being typed stays typed. */
async function forgetPerson(): Promise<void> {
  await (await device.own())?.forgetPolicy();
  loadAgain();
}
const update = createUpdate({
  worker: () => worker,
  toasts,
  clock,
  writing: talk.writing,
  locks: () => navigator.locks,
  loadAgain,
});

/** Takes back what was typed before this page was loaded again, or says who has left; whether it was loaded again. */
function takeOver(): boolean {
  const carried = takeCarried(window);
  if (carried?.kind === 'left') toasts.show({ text: leftWords(carried.guest) });
  else if (carried !== null && carried.text !== '') {
    talk.show(conversationAt(location.pathname));
    talk.type(carried.text);
  }
  return carried !== null;
}

async function leaveWorker(again: boolean): Promise<void> {
  const { leaveWorkers } = await import('./app/no-worker.ts');
  await leaveWorkers({ container: navigator.serviceWorker, caches, toasts, loadAgain: again ? null : loadAgain });
}

function onWorkerEvent(event: WorkerEvent): void {
  if (event.kind !== 'in-charge') return update.heed(event);
  device.tell({ type: 'tell' });
  markReady();
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
    if (heard.type === 'signed-out' && !leaving) startAnew(isGuest());
  });
  device.tell({ type: 'tell' });
  // A page that opens is somebody who wants to know: what waits is tried, and a line that was gone.
  device.tell({ type: 'replay' });
  const { startArrivals } = await import('./waiting/start-arrivals.ts');
  startArrivals(models);
}
effect(markReady);
effect(() => {
  // Somebody else may have signed in, in another tab.
  const [mine, theirs] = [storage.state.value, line.database.value];
  if (!leaving && mine.kind === 'open' && theirs !== null && mine.name !== theirs) void session.open(closed.signal);
});
effect(() => (talk.writing.value && worker !== null ? holdWriting(navigator.locks) : undefined));
addEventListener('vite:preloadError', () => update.missPart());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState !== 'visible') return;
  tickNow();
  update.look();
  device.tell({ type: 'replay' });
  if (session.state.value.kind !== 'ready') void session.open(closed.signal);
});
watchStandstill(talk.turns, clock, () => device.tell({ type: 'replay' }));
addEventListener('online', () => {
  device.tell({ type: 'replay' });
  void session.open(closed.signal);
});

function tickNow(): void {
  nowMs.value = clock.now();
}

let followed = false;
effect(() => {
  const state = session.state.value;
  if (followed || state.kind !== 'ready' || state.policy.features.every((each) => each.device.store !== 'never'))
    return;
  followed = true;
  void import('./ask/unkept.ts').then(({ followUnkept }) => (sendUnkept = followUnkept(models)));
});
const networkPanel = signal(false);
let developing = false;
// Whoever may simulate the network can do it by address, console and keyboard too.
effect(() => {
  const state = session.state.value;
  if (developing || state.kind !== 'ready') return;
  const allowed = state.policy.simulator;
  if (!allowed && !location.search.includes('scenario=')) return;
  developing = allowed;
  void import('./developer/start.ts').then(({ startDeveloper }) => startDeveloper(models, allowed));
});

const models: Models = {
  standIns: { languageModel: Reflect.get(globalThis, 'LanguageModel'), onDevice: null, similar: null },
  api,
  clock,
  session,
  line,
  storage,
  outbox,
  talk,
  toasts,
  goTo,
  networkPanel,
  nowMs,
  secure,
  signOut,
  simulate: (scenario) => device.tell({ type: 'simulate', scenario }),
  journey: {
    random,
    own: device.own,
    worker,
    rehearse(on) {
      device.tell({ type: 'simulate', scenario: on ? { offline: true } : null, rehearsal: on });
      // The line is tried at once, so that nobody reads Offline after the rehearsal.
      if (!on) device.tell({ type: 'replay' });
    },
    offerUpdate: () => update.heed({ kind: 'update-ready' }),
  },
};

const root = document.getElementById('app');
if (root === null) throw new Error('The page has no element `#app` to stand in.');
render(
  <ModelsProvider value={models}>
    <App />
  </ModelsProvider>,
  root,
);
const again = takeOver();
tick();
void listen();
if (withoutWorker && secure && 'serviceWorker' in navigator) void leaveWorker(again);
void session.open(closed.signal);

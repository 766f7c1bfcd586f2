import * as z from 'zod/mini';
import type { Clock } from '#shared/clock.ts';
import type { Schema } from '#shared/json.ts';
import type { SuppliedHeaders } from './messages.ts';
import type { ConnectOptions, KeptAsk, TravelModePage, TravelState, Unlisten } from './page-api.ts';
import { openWorkerLine } from './worker-line.ts';

/** What a page gives. */
export interface PageParts {
  container: ServiceWorkerContainer;
  /** The channel on which the worker tells that something changed. */
  openChannel: () => BroadcastChannel;
  clock: Clock;
  /** Calls back when this page is shown again, or hears that the network is back. */
  onWakeful: (run: () => void) => Unlisten;
}

const stateSchema = z.object({
  line: z.enum(['unknown', 'online', 'slow', 'offline', 'portal']),
  waiting: z.number(),
  scenario: z.nullable(z.string()),
});

const keptSchema = z.array(
  z.object({
    id: z.string(),
    question: z.string(),
    askedAtMs: z.number(),
    state: z.enum(['queued', 'sending', 'needs-sign-in', 'refused', 'expired', 'answered', 'partial']),
    text: z.string(),
    reason: z.nullable(z.string()),
    completion: z.nullable(z.record(z.string(), z.unknown())),
  }),
);

export function connectPage(parts: PageParts, { onReplay }: ConnectOptions): TravelModePage {
  const states = new Set<(state: TravelState) => void>();
  const outboxes = new Set<(asks: KeptAsk[]) => void>();
  /** Each with the asks that it has been told of. */
  const answers = new Map<(ask: KeptAsk) => void, Set<string>>();
  let known: TravelState | null = null;
  let knownAsks: KeptAsk[] | null = null;
  let looking: 'no' | 'yes' | 'again' = 'no';

  async function supply(): Promise<SuppliedHeaders | null> {
    try {
      return onReplay === undefined ? null : Object.fromEntries(new Headers(await onReplay()));
    } catch {
      // The app has none to give just now: what waits goes on waiting.
      return null;
    }
  }

  const line = openWorkerLine(parts.container, parts.clock, supply);

  async function list(): Promise<KeptAsk[]> {
    return readReply(keptSchema, await line.say({ type: 'list' }));
  }

  async function tellStates(): Promise<void> {
    if (states.size === 0) return;
    const state = readReply(stateSchema, await line.say({ type: 'state' }));
    if (JSON.stringify(state) === JSON.stringify(known)) return;
    known = state;
    for (const listener of states) listener(state);
  }

  async function tellKept(): Promise<void> {
    if (answers.size + outboxes.size === 0) return;
    const asks = await list();
    if (JSON.stringify(asks) !== JSON.stringify(knownAsks)) {
      knownAsks = asks;
      for (const listener of outboxes) listener(asks);
    }
    const answered = asks.filter(({ state }) => state === 'answered');
    for (const [listener, told] of answers) {
      for (const ask of answered.filter(({ id }) => !told.has(id))) {
        told.add(ask.id);
        listener(ask);
      }
    }
  }

  /** Looks how things are, one look at a time: what changes during one makes another. */
  async function look(): Promise<void> {
    if (looking !== 'no') {
      looking = 'again';
      return;
    }
    do {
      looking = 'yes';
      // Without a worker in charge there is nothing to tell; its coming is heard of.
      await tellStates().catch((failure: unknown) => void failure);
      await tellKept().catch((failure: unknown) => void failure);
    } while (wantsAgain());
    looking = 'no';
  }
  const wantsAgain = (): boolean => looking === 'again';

  const change = (): void => void look();
  const wake = (): void => {
    // Without a worker in charge nothing can be sent; the next occasion tries again.
    line.say({ type: 'replay' }).then(change, (failure: unknown) => void failure);
  };
  const channel = parts.openChannel();
  channel.addEventListener('message', change);
  parts.container.addEventListener('controllerchange', change);
  const sleep = parts.onWakeful(wake);
  wake();

  const done = async (said: Promise<unknown>): Promise<void> => {
    await said;
    await look();
  };

  return {
    onState(listener) {
      states.add(listener);
      if (known !== null) listener(known);
      change();
      return () => void states.delete(listener);
    },
    onOutbox(listener) {
      outboxes.add(listener);
      if (knownAsks !== null) listener(knownAsks);
      change();
      return () => void outboxes.delete(listener);
    },
    onAnswered(listener) {
      answers.set(listener, new Set());
      change();
      return () => void answers.delete(listener);
    },
    outbox: list,
    cancel: (id) => done(line.say({ type: 'cancel', id })),
    sendNow: (id) => done(line.say({ type: 'send-now', id })),
    sendDue: () => done(line.say({ type: 'replay' })),
    dismiss: (id) => done(line.say({ type: 'dismiss', id })),
    signedIn: () => done(line.say({ type: 'signed-in' })),
    simulate: (scenario) => done(line.say({ type: 'simulate', scenario })),
    forgetEverything: () => done(line.say({ type: 'forget' })),
    close() {
      states.clear();
      outboxes.clear();
      answers.clear();
      sleep();
      channel.close();
      parts.container.removeEventListener('controllerchange', change);
      line.close();
    },
  };
}

/** The worker may be of another version of the app than this page. */
function readReply<T>(schema: Schema<T>, reply: unknown): T {
  const read = schema.safeParse(reply);
  if (!read.success || read.data === undefined)
    throw new Error('The service worker of this page speaks another version.');
  return read.data;
}

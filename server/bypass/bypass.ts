import type { Provenance } from '#shared/answer.ts';
import type { ChatMessage } from '#shared/chat.ts';
import type { Clock, Random } from '#shared/clock.ts';
import type { Log } from '#shared/log.ts';
import type { AskHandle } from '../ask/asks.ts';
import type { Configuration, Deployment } from '../config/configuration.ts';
import type { OpenProvider } from '../routing/attempt.ts';
import type { Journal } from '../store/journal.ts';
import type { Ledger } from '../store/ledger.ts';
import type { Grants } from '../store/sessions.ts';
import { BypassCall } from './call.ts';
import { passOn } from './passed.ts';
import { pickPrimary } from './primary.ts';
import { createBypassSwitch, type BypassSwitch } from './switch.ts';
import { translate } from './translated.ts';

/** An ask that goes straight to the primary. */
export interface DirectAsk {
  id: string;
  /** It came with an `Idempotency-Key`. */
  hasKey: boolean;
  caller: Grants;
  /** The body as it came: the JSON of an object. */
  text: string;
  /** What of it we look at ourselves. */
  model: string | null;
  feature: string;
  isStream: boolean;
  messages: ChatMessage[];
  arrivedAtMs: number;
  arrivedMonotonicMs: number;
}

export type DirectAnswer =
  /** The provider's own status, headers and bytes. */
  | {
      kind: 'passed';
      status: number;
      headers: Record<string, string>;
      provenance: Provenance;
      body: ReadableStream<Uint8Array>;
    }
  /** Of a provider on another wire: read once, and written as OpenAI does. */
  | { kind: 'translated'; handle: AskHandle };

/** The way past the router. Rules: docs/behaviour.md, BY. */
export interface Bypass {
  readonly switch: BypassSwitch;
  /** Who would answer an ask that names nothing; null when nobody can. */
  primary(): Deployment | null;
  /** Asks the primary, once. Rejects with a Problem when there is no answer to pass on. */
  answer(ask: DirectAsk, signal: AbortSignal): Promise<DirectAnswer>;
  /** Waits for the calls under way, at most so long; then ends them. */
  drain(limitMs: number): Promise<void>;
}

export interface BypassParts {
  /** `BYPASS_ROUTER`. */
  always: boolean;
  /** The one in force. */
  readonly configuration: Configuration;
  openProvider: OpenProvider;
  ledger: Pick<Ledger, 'record'>;
  journal: Pick<Journal, 'claim' | 'append' | 'end'>;
  clock: Clock;
  random: Random;
  log: Log;
}

export function createBypass(parts: BypassParts): Bypass {
  const running = new Set<BypassCall>();

  return {
    switch: createBypassSwitch(parts),
    primary() {
      try {
        return pickPrimary(parts.configuration, { model: null, feature: parts.configuration.defaultFeature });
      } catch {
        // None is ready: that is the answer.
        return null;
      }
    },
    answer(ask, signal) {
      const deployment = pickPrimary(parts.configuration, ask);
      const call = new BypassCall({ ask, deployment, parts }, signal);
      running.add(call);
      void call.over.then(() => running.delete(call));
      const provider = parts.openProvider(deployment);
      return provider.pass === null ? translate(call, provider) : passOn(call, provider.pass);
    },
    async drain(limitMs) {
      const takeBack = parts.clock.after(limitMs, () => running.forEach((call) => call.stop()));
      await Promise.all([...running].map((call) => call.over));
      takeBack();
    },
  };
}

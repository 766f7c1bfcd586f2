import type { Clock } from '#shared/clock.ts';
import { Pool } from 'undici';
import { anthropicWire } from './anthropic-wire.ts';
import { CONNECT_TIMEOUT_MS } from './exchange.ts';
import { openAiWire } from './openai-wire.ts';
import { passOn } from './passage.ts';
import type { Provider } from './provider.ts';
import { streamCall, type Line } from './stream.ts';

/** Most connections to one origin; calls beyond them wait for a free one. */
const MAX_CONNECTIONS = 512;

const MAX_HEADER_BYTES = 32_768;

/** What is needed to speak to a provider. One `Provider` serves every deployment with the same three. */
export interface ProviderAddress {
  wire: 'openai' | 'anthropic';
  /** Base URL; the wire adds its path. */
  apiBase: string;
  /** Null where none is needed. */
  apiKey: string | null;
}

/** A provider behind its own pool of kept connections; see the rules in provider.ts. Connects with the first call. */
export function openProvider({ wire: name, apiBase, apiKey, clock }: ProviderAddress & { clock: Clock }): Provider {
  const line = openLine({ wire: name, apiBase, apiKey, clock });
  return {
    stream: (call, signal) => streamCall(line, call, signal),
    pass: name === 'openai' ? (call, signal) => passOn(line, call, signal) : null,
    // It ends when its calls do; nobody waits for that, and one that `close` has ended already has nothing left to close.
    retire: () => void line.pool.close().catch(() => undefined),
    // Not `close`, which would wait for calls that nobody reads any more.
    close: () => line.pool.destroy(),
  };
}

function openLine({ wire: name, apiBase, apiKey, clock }: ProviderAddress & { clock: Clock }): Line {
  const wire = name === 'openai' ? openAiWire : anthropicWire;
  const url = wire.url(apiBase);
  const pool = new Pool(url.origin, {
    connections: MAX_CONNECTIONS,
    // By the machine's clock: it closes the socket that nobody waits for any more.
    connect: { timeout: CONNECT_TIMEOUT_MS },
    keepAliveTimeout: 30_000,
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return { wire, url, apiKey, pool, clock };
}

import type { Clock } from '#shared/clock.ts';
import type { Exchange } from './exchange.ts';
import { Silence } from './silence.ts';

export interface CollectLimits {
  maxBytes: number;
  /** Longest silence, and what it throws. */
  silenceMs: number;
  silent: Error;
}

/** The rest of a body as text; null when it is longer than `maxBytes`. */
export async function collectText(exchange: Exchange, clock: Clock, limits: CollectLimits): Promise<string | null> {
  const silence = new Silence(clock, limits.silenceMs, () => exchange.stop(limits.silent));
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for (;;) {
      silence.begin();
      const bytes = await exchange.read();
      silence.end();
      if (bytes === null) return Buffer.concat(chunks).toString('utf8');
      size += bytes.length;
      if (size > limits.maxBytes) return null;
      chunks.push(bytes);
    }
  } finally {
    silence.stop();
  }
}

import { systemRandom, type Clock, type Random } from '#shared/clock.ts';
import type { Prices } from '#shared/money.ts';
import type { Deployment } from '../../config/configuration.ts';
import { startDemoServer, type DemoServer } from './demo-server.ts';

/** The two demo providers as they run. */
export interface DemoProviders {
  /** `app/chat` and `app/small`, each at demo north (order 1, OpenAI wire) and demo south (order 2, Anthropic wire). */
  deployments: Deployment[];
  /** Factor on every wait from now on, in answers under way too: 1 human, 0 none. */
  setPace(pace: number): void;
  /** Calls with the right key so far. */
  calls(): { north: number; south: number };
  close(): Promise<void>;
}

const MODELS = ['large', 'small'] as const;

/** Made up, and of the size of real ones: 0.50 and 2 dollars, 0.10 and 0.40 dollars per million tokens. */
const PRICES: Record<(typeof MODELS)[number], Prices> = {
  large: { inputPicoUsd: 500_000, outputPicoUsd: 2_000_000, cachedInputPicoUsd: 50_000, cacheWritePicoUsd: 625_000 },
  small: { inputPicoUsd: 100_000, outputPicoUsd: 400_000, cachedInputPicoUsd: 10_000, cacheWritePicoUsd: 125_000 },
};

/**
 * Starts both demo providers on free loopback ports, each with a key of this start only. Their answers depend on nothing
 * but the conversation and the model. `pace` is the factor on every wait; default 1.
 */
export async function startDemoProviders(options: {
  clock: Clock;
  /** Makes the keys. Default the machine's. */
  random?: Random;
  pace?: number;
}): Promise<DemoProviders> {
  const random = options.random ?? systemRandom;
  const start = async (wire: 'openai' | 'anthropic'): Promise<{ server: DemoServer; apiKey: string }> => {
    const apiKey = `demo-${Buffer.from(random.bytes(16)).toString('hex')}`;
    const given = { wire, apiKey, models: MODELS, clock: options.clock, pace: options.pace ?? 1 };
    return { server: await startDemoServer(given), apiKey };
  };
  const north = await start('openai');
  const south = await start('anthropic');
  const deployments = MODELS.flatMap((model) => [
    deploymentOf({ side: 'north', model, wire: 'openai', apiKey: north.apiKey, apiBase: north.server.apiBase }),
    deploymentOf({ side: 'south', model, wire: 'anthropic', apiKey: south.apiKey, apiBase: south.server.apiBase }),
  ]);
  return {
    deployments,
    setPace(pace) {
      north.server.setPace(pace);
      south.server.setPace(pace);
    },
    calls: () => ({ north: north.server.calls(), south: south.server.calls() }),
    async close() {
      await Promise.all([north.server.close(), south.server.close()]);
    },
  };
}

function deploymentOf(given: {
  side: 'north' | 'south';
  model: (typeof MODELS)[number];
  wire: 'openai' | 'anthropic';
  apiKey: string;
  apiBase: string;
}): Deployment {
  const { side, model, wire, apiKey, apiBase } = given;
  const alias = model === 'large' ? 'app/chat' : 'app/small';
  const order = side === 'north' ? 1 : 2;
  return {
    id: `${alias}#${order}`,
    alias,
    name: `demo-${side}/${model}`,
    wire,
    model,
    apiBase,
    apiKey,
    order,
    weight: 1,
    timeoutMs: 30_000,
    firstTokenTimeoutMs: 2_000,
    idleTimeoutMs: 15_000,
    streamTotalMs: 300_000,
    prefill: false,
    prices: PRICES[model],
    maxInputTokens: null,
    perMinute: { requests: null, tokens: null },
    judged: { allowedFails: null, allowedFailsPolicy: null, cooldownMs: null },
    demo: true,
    state: { kind: 'ready' },
  };
}

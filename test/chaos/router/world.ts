import { openStores } from '../../../server/store/open.ts';
import type { AskRow, AttemptRow } from '../../../server/store/ledger.ts';
import { fakeClock, type FakeClock } from '../../fakes/clock.ts';
import type { FakePrices, FakeProvider } from '../../fakes/provider/fake-provider.ts';
import { seededRandom } from '../../fakes/random.ts';
import { openWholeRouter, type WholeRouter } from '../../fakes/whole-router.ts';

/** Different on each side, and odd, so that a cost of the wrong side or of the wrong rounding shows. */
export const PRICES = {
  north: { inputPicoUsd: 1_250n, outputPicoUsd: 10_003n },
  south: { inputPicoUsd: 3_007n, outputPicoUsd: 15_001n },
} satisfies Record<string, FakePrices>;

/** A whole router over two providers and a clock that only the storm moves. */
export interface World extends WholeRouter {
  clock: FakeClock;
  /** Stops the router and reads its ledger from the disk. */
  close(): Promise<{ ask: AskRow; attempts: AttemptRow[] }[]>;
}

/** Whether a deployment that fails is left alone for a while. If not, every ask of a spell meets it. */
export type Health = 'cools' | 'never cools';

export async function openWorld(seed: number, rows: number, health: Health): Promise<World> {
  const clock = fakeClock();
  const whole = await openWholeRouter({
    ...{ clock, random: seededRandom(seed), yaml: yamlOf },
    amend: ({ routing }) => void (routing.cooldowns = health === 'cools'),
    providers: { north: { prices: PRICES.north, keeps: 'sums' }, south: { prices: PRICES.south, keeps: 'sums' } },
  });
  return {
    ...whole,
    clock,
    async close() {
      let stopped = false;
      const stopping = whole.stop(10_000).finally(() => (stopped = true));
      while (!stopped) await clock.advance(1_000);
      await stopping;
      const stores = await openStores({
        dataFolder: whole.dataFolder,
        onProblem: (cause) => whole.said.push(cause.message),
      });
      const ledger = await stores.ledger.recent({ tenant: null, limit: rows });
      await stores.close();
      await whole.remove();
      return ledger;
    },
  };
}

function yamlOf(north: FakeProvider, south: FakeProvider): string {
  const price = ({ inputPicoUsd, outputPicoUsd }: FakePrices): string =>
    `input_cost_per_token: ${inputPicoUsd}e-12, output_cost_per_token: ${outputPicoUsd}e-12`;
  return `
model_list:
  - model_name: chat
    litellm_params: { model: openai/north, api_base: ${north.apiBase}, api_key: ${north.apiKey}, order: 1, ${price(PRICES.north)} }
  - model_name: chat
    litellm_params: { model: anthropic/south, api_base: ${south.apiBase}, api_key: ${south.apiKey}, order: 2, ${price(PRICES.south)} }
router_settings: { stream_timeout: 2, stream_idle_timeout: 3, cooldown_time: 1, timeout: 30 }
features:
  default: { model: chat, cache: { ttl_seconds: 0 } }
  remembered: { model: chat, cache: { ttl_seconds: 3600 } }
tenants:
  default: { monthly_cost_usd: 1000, user_monthly_cost_usd: 1000, asks_per_second: 10000, burst: 10000 }
`;
}

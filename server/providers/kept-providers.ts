import type { Clock } from '#shared/clock.ts';
import type { Deployment } from '../config/configuration.ts';
import { openProvider, type ProviderAddress } from './open.ts';
import type { Provider } from './provider.ts';

/** One provider for each wire, address and key that the configuration names. Rules: docs/behaviour.md, P12–P13. */
export interface KeptProviders {
  /** The kept one; with `apiKey` a fresh one, of a drill, that whoever asked for it closes. */
  open(this: void, deployment: Deployment, override?: { apiKey: string }): Provider;
  /** Another configuration is in force: who is not in it is let go when the calls under way are over. */
  keepOnly(deployments: readonly Deployment[]): void;
  close(): Promise<void>;
}

export function keepProviders(deployments: readonly Deployment[], clock: Clock): KeptProviders {
  let wanted = new Set(deployments.map(addressOf));
  // At most one for each address of the configuration.
  const kept = new Map<string, Provider>();

  return {
    open({ wire, apiBase, apiKey }, override) {
      if (override !== undefined) return openProvider({ wire, apiBase, apiKey: override.apiKey, clock });
      const address = addressOf({ wire, apiBase, apiKey });
      // An ask that began under an earlier configuration goes on with it.
      if (!wanted.has(address)) return forOneCall(openProvider({ wire, apiBase, apiKey, clock }));
      const provider = kept.get(address) ?? openProvider({ wire, apiBase, apiKey, clock });
      kept.set(address, provider);
      return provider;
    },
    keepOnly(next) {
      wanted = new Set(next.map(addressOf));
      for (const [address, provider] of kept) {
        if (wanted.has(address)) continue;
        kept.delete(address);
        provider.retire();
      }
    },
    async close() {
      await Promise.all([...kept.values()].map((provider) => provider.close()));
    },
  };
}

function addressOf({ wire, apiBase, apiKey }: ProviderAddress): string {
  return JSON.stringify([wire, apiBase, apiKey]);
}

/** A provider that retires by itself after its one call. */
function forOneCall(provider: Provider): Provider {
  return {
    ...provider,
    async *stream(call, signal) {
      try {
        yield* provider.stream(call, signal);
      } finally {
        provider.retire();
      }
    },
  };
}

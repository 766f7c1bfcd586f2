import { systemClock, systemRandom } from '#shared/clock.ts';
import { composeRouter, type ComposedRouter } from '../../../server/compose.ts';
import type { Configuration } from '../../../server/config/configuration.ts';
import { startFakeProvider, type FakeProvider } from '../../fakes/provider/fake-provider.ts';
import { emptyFolder } from '../http/router-start.ts';
import { openSurface, ORIGIN } from '../http/surface.ts';

/** A whole router in front of two providers, the first of which is the primary. */
export interface Rig {
  router: ComposedRouter;
  north: FakeProvider;
  south: FakeProvider;
  /** What the router said in its log. */
  said: { details: object; sentence: string }[];
  /** As the operator. */
  call: (path: string, init?: RequestInit) => Promise<Response>;
  /** An ask with this text as its body. */
  ask: (text: string, headers?: Record<string, string>, signal?: AbortSignal) => Promise<Response>;
  close(): Promise<void>;
}

const KEY = { authorization: 'Bearer lk-bypass-test' };

export async function openRig({
  wire = 'openai',
  bypass = true,
  change = () => undefined,
}: {
  wire?: 'openai' | 'anthropic';
  bypass?: boolean;
  change?: (configuration: Configuration) => void;
} = {}): Promise<Rig> {
  const [north, south] = await Promise.all([startFakeProvider({ wire }), startFakeProvider({ wire: 'openai' })]);
  const { configuration } = openSurface();
  const prices = { inputPicoUsd: 1_000_000, outputPicoUsd: 2_000_000, cachedInputPicoUsd: 0, cacheWritePicoUsd: 0 };
  const [first, second] = configuration.deployments;
  if (first === undefined || second === undefined) throw new Error('The configuration has two deployments.');
  // The primary stands last in the file: its order makes it one.
  configuration.deployments.reverse();
  Object.assign(first, { apiBase: north.apiBase, apiKey: north.apiKey, wire, prices });
  Object.assign(second, { apiBase: south.apiBase, apiKey: south.apiKey });
  change(configuration);
  const said: Rig['said'] = [];
  const hear = (details: object, sentence: string): void => void said.push({ details, sentence });
  const router = await composeRouter({
    configuration,
    dataFolder: emptyFolder(),
    pageFolder: emptyFolder(),
    worker: 'on',
    host: '127.0.0.1',
    bypass,
    masterKey: 'lk-bypass-test',
    devPage: null,
    version: '0.1.0',
    clock: systemClock,
    random: systemRandom,
    log: { info: hear, warn: hear, error: hear },
  });
  const call: Rig['call'] = async (path, init = {}) =>
    router.app.request(`${ORIGIN}${path}`, {
      ...init,
      headers: { ...KEY, ...(init.headers as Record<string, string>) },
    });
  return {
    ...{ router, north, south, said, call },
    ask: (text, headers = {}, signal) =>
      call('/v1/chat/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: text,
        ...(signal === undefined ? {} : { signal }),
      }),
    async close() {
      await router.drain(1_000);
      await router.close();
      await Promise.all([north.close(), south.close()]);
    },
  };
}

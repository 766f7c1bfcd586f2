import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Random } from '#shared/clock.ts';
import { composeRouter, type ComposedRouter } from '../../server/compose.ts';
import type { Configuration } from '../../server/config/configuration.ts';
import { readConfiguration } from '../../server/config/read-configuration.ts';
import { listen } from '../../server/http/listen.ts';
import { startFakeProvider, type FakeOptions, type FakeProvider } from './provider/fake-provider.ts';

/** A whole router, listening on a free port, over two providers, one on each wire. */
export interface WholeRouter {
  router: ComposedRouter;
  north: FakeProvider;
  south: FakeProvider;
  origin: string;
  masterKey: string;
  dataFolder: string;
  /** What it said was wrong; the last of it. */
  said: string[];
  /** Resolves when the stores have done everything that was asked of them before. */
  stored(): Promise<void>;
  /** Takes no more asks, and ends those there are after the limit. Its data stays until `remove`. */
  stop(limitMs: number): Promise<void>;
  remove(): Promise<void>;
}

export interface WholeRouterOptions {
  clock: Clock;
  random: Random;
  /** A layover.yaml over the two; their models are `openai/north` and `anthropic/south`. */
  yaml(north: FakeProvider, south: FakeProvider): string;
  /** Changes what was read. */
  amend?(configuration: Configuration): void;
  providers?: { north: Partial<FakeOptions>; south: Partial<FakeOptions> };
}

const MASTER_KEY = 'lk-whole-master';
const MOST_SAID = 200;

export async function openWholeRouter(options: WholeRouterOptions): Promise<WholeRouter> {
  const { clock, random } = options;
  const [north, south] = await Promise.all([
    startFakeProvider({ wire: 'openai', clock, ...options.providers?.north }),
    startFakeProvider({ wire: 'anthropic', clock, ...options.providers?.south }),
  ]);
  const folder = await mkdtemp(join(tmpdir(), 'layover-whole-'));
  const dataFolder = join(folder, 'data');
  const said: string[] = [];
  const say = (about: object, text: string): void => {
    said.push(`${text} ${JSON.stringify(about)}`);
    if (said.length > MOST_SAID) said.shift();
  };
  const configuration = readConfiguration({
    environment: { LAYOVER_CONFIG: 'whole.yaml' },
    readText: (path) => (path === 'whole.yaml' ? options.yaml(north, south) : null),
    demoDeployments: [],
  });
  options.amend?.(configuration);
  const router = await composeRouter({
    configuration,
    ...{ dataFolder, pageFolder: join(folder, 'page'), worker: 'on', host: '127.0.0.1', masterKey: MASTER_KEY },
    ...{ version: '0.0.0', devPage: null, clock, random, log: { info: () => {}, warn: say, error: say } },
  });
  const listening = await listen((request, bindings) => router.app.fetch(request, bindings), {
    ...{ host: '127.0.0.1', port: 0, clock },
  });
  return {
    ...{ router, north, south, masterKey: MASTER_KEY, dataFolder, said },
    origin: `http://127.0.0.1:${listening.port}`,
    async stored() {
      // The stores do things in order, so what they answer now comes after all that was asked before.
      const ready = await router.app.request('http://127.0.0.1/readyz');
      await ready.text();
    },
    async stop(limitMs) {
      await Promise.all([router.asks.drain(limitMs), listening.stop(limitMs)]);
      await router.close();
      await Promise.all([north.close(), south.close()]);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

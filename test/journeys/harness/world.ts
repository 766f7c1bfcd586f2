import { join } from 'node:path';
import { test as base, type BrowserContext, type Page } from '@playwright/test';
import { startFakeProvider, type FakeProvider } from '../../fakes/provider/fake-provider.ts';
import { startFaultyLine, type FaultyLine } from '../../fakes/faulty-line.ts';
import { startRouter, temporaryFolder, type RouterProcess } from './router-process.ts';

/** Everything of one journey: two scripted providers, a router of its own, and a line to it that can be spoiled. */
export interface World {
  /** First choice, on the OpenAI wire. Pages of its origin may use the router with a key. */
  north: FakeProvider;
  /** Second choice, on the Anthropic wire. */
  south: FakeProvider;
  router: RouterProcess;
  /** The router's data folder. */
  readonly dataFolder: string;
  line: FaultyLine;
  /** The operator's bearer key. */
  readonly masterKey: string;
  /** Kills the router as a crash does and starts it again on the same data; the line leads to the new one. */
  restartRouter(environment?: Record<string, string>): Promise<void>;
  /** Folder of the profile of `openBrowser`. */
  readonly profile: string;
  /** A browser with a profile on disk, so that it can be closed and opened again. */
  openBrowser(): Promise<BrowserContext>;
}

const MASTER_KEY = 'sk-journey-master';

/** Limits of the device in a journey, in seconds: short, so that a bad network costs a test little. */
const LIMITS = { saved: 1, none: 6 };

function configOf(north: FakeProvider, south: FakeProvider): string {
  return `model_list:
  - model_name: app/chat
    litellm_params: { model: openai/north-large, api_base: "${north.apiBase}", api_key: ${north.apiKey}, order: 1, timeout: 30, stream_timeout: 2, input_cost_per_token: 0.000001, output_cost_per_token: 0.000004 }
    model_info: { id: north }
  - model_name: app/chat
    litellm_params: { model: anthropic/south-large, api_base: "${south.apiBase}", api_key: ${south.apiKey}, order: 2, timeout: 30, stream_timeout: 2, input_cost_per_token: 0.000002, output_cost_per_token: 0.000008 }
    model_info: { id: south }
features:
  default: { title: Guest answers, model: app/chat, cache: { ttl_seconds: 3600 } }
travel: { first_token_limit_seconds: { saved: ${LIMITS.saved}, none: ${LIMITS.none} }, simulator: true }
general_settings: { cors_origins: ["${new URL(north.apiBase).origin}"] }
`;
}

export const test = base.extend<{ world: World; page: Page }>({
  world: async ({ browserName, playwright }, use, testInfo) => {
    const [north, south] = await Promise.all([
      startFakeProvider({ wire: 'openai' }),
      startFakeProvider({ wire: 'anthropic' }),
    ]);
    const folder = await temporaryFolder();
    const options = {
      dataFolder: folder.path,
      config: configOf(north, south),
      environment: { LAYOVER_MASTER_KEY: MASTER_KEY },
    };
    let router = await startRouter(options);
    const line = await startFaultyLine(router.origin);
    const contexts: BrowserContext[] = [];
    const profile = await temporaryFolder();
    const { launchOptions, channel } = testInfo.project.use;
    await use({
      north,
      south,
      masterKey: MASTER_KEY,
      dataFolder: join(folder.path, 'data'),
      get router() {
        return router;
      },
      line,
      profile: profile.path,
      async restartRouter(environment = {}) {
        await router.kill();
        router = await startRouter({ ...options, environment: { ...options.environment, ...environment } });
        line.lead(router.origin);
      },
      async openBrowser() {
        const context = await playwright[browserName].launchPersistentContext(profile.path, {
          ...launchOptions,
          ...(channel === undefined ? {} : { channel }),
          baseURL: line.origin,
          locale: 'en-GB',
          timezoneId: 'UTC',
        });
        contexts.push(context);
        return context;
      },
    });
    await Promise.all(contexts.map((context) => context.close()));
    await line.close();
    await router.kill();
    await Promise.all([north.close(), south.close(), folder.remove(), profile.remove()]);
    if (testInfo.status !== testInfo.expectedStatus) await testInfo.attach('router', { body: router.output() });
  },
  page: async ({ browser, world }, use) => {
    const context = await browser.newContext({ baseURL: world.line.origin });
    await use(await context.newPage());
    await context.close();
  },
});

export { expect } from '@playwright/test';

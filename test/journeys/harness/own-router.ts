import { startRouter, temporaryFolder, type RouterProcess } from './router-process.ts';
import { test as base } from './world.ts';

/** A router that one journey starts in its own way. It ends with the journey, also with one that failed. */
export type OpenRouter = (options: { config?: string; environment: Record<string, string> }) => Promise<RouterProcess>;

export interface OwnRouter {
  openRouter: OpenRouter;
  /** Does this when the journey is over, the last thing first. */
  atEnd: (end: () => Promise<unknown>) => void;
}

export const test = base.extend<OwnRouter>({
  atEnd: async ({ browserName: _ }, use) => {
    const ends: (() => Promise<unknown>)[] = [];
    await use((end) => void ends.unshift(end));
    for (const end of ends) await end();
  },
  openRouter: async ({ atEnd }, use) => {
    await use(async (options) => {
      const folder = await temporaryFolder();
      atEnd(() => folder.remove());
      const router = await startRouter({ dataFolder: folder.path, ...options });
      atEnd(() => router.kill());
      return router;
    });
  },
});

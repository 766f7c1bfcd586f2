import { afterEach, expect, test, vi } from 'vitest';
import { composeRouter } from '../../../server/compose.ts';
import type { Configuration } from '../../../server/config/configuration.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { seededRandom } from '../../fakes/random.ts';
import { cleanUp, emptyFolder } from './router-start.ts';
import { openSurface } from './surface.ts';

// Whole routers, each with a process or a database thread of its own: slow where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

afterEach(cleanUp);

/** The epoch after a start on these data. */
async function start(dataFolder: string, change: (configuration: Configuration) => void = () => {}): Promise<number> {
  const { configuration } = openSurface();
  change(configuration);
  const router = await composeRouter({
    configuration,
    dataFolder,
    pageFolder: emptyFolder(),
    worker: 'on',
    host: '127.0.0.1',
    bypass: false,
    masterKey: 'lk-compose-test',
    devPage: null,
    version: '0.1.0',
    clock: fakeClock(),
    random: seededRandom(),
    log: { info: () => {}, warn: () => {}, error: () => {} },
  });
  const response = await router.app.request('http://127.0.0.1/api/travel', {
    headers: { authorization: 'Bearer lk-compose-test' },
  });
  await router.close();
  return Number(response.headers.get('x-layover-policy'));
}

test('[T9] the epoch rises when what devices hold may no longer be used, and only then', async () => {
  const folder = emptyFolder();
  const feature = (change: Partial<Configuration['features'] extends Map<string, infer F> ? F : never>) => {
    return (configuration: Configuration): void => {
      const known = configuration.features.get('default');
      if (known !== undefined) configuration.features.set('default', { ...known, ...change });
    };
  };
  expect(await start(folder)).toBe(1);
  expect(await start(folder)).toBe(1);
  expect(await start(folder, feature({ title: 'Another title' }))).toBe(1);
  expect(await start(folder, feature({ promptVersion: 2 }))).toBe(2);
  expect(await start(folder, feature({ promptVersion: 2 }))).toBe(2);
  expect(await start(folder, feature({ promptVersion: 2, model: 'app/other' }))).toBe(3);
  expect(await start(folder, (configuration) => void (configuration.demo = true))).toBe(4);
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import { bundle } from './harness/bundle.ts';

/** The contract of `test/contracts/device-database.ts` in a real browser's database; the same runs in Node over a fake one. */
test(
  '[D1][D2][D3] idb and Dexie agree on the database, in either order, and Dexie follows what idb writes',
  { tag: '@firefox' },
  async ({ page }) => {
    const script = await bundle('./database-on-window.ts');
    // A page without our content policy, which forbids scripts put in from outside.
    const server = createServer((request, response) => {
      const isScript = request.url === '/contract.js';
      response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
      response.end(isScript ? script : '<!doctype html><title>Contract</title><script src="/contract.js"></script>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const both = (await page.evaluate(() => window.deviceDatabase.openInBothOrders())) as {
        versions: number[];
        shapes: unknown[];
      };
      expect(both).toMatchObject({ versions: [20, 20], readByDexie: 'c1', readByUs: ['Why is the sky blue?'] });
      expect(both.shapes[0]).toEqual(both.shapes[1]);
      expect(await page.evaluate(() => window.deviceDatabase.openWhatIsNewer())).toEqual(['Why is the sky blue?']);
      expect(await page.evaluate(() => window.deviceDatabase.followWrite())).toEqual([0, 1]);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  },
);

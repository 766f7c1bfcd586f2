import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPage } from '../../../server/http/page.ts';
import { codeOf, openSurface, type Surface } from './surface.ts';

const HTML = '<!doctype html><title>Layover</title>';
const SCRIPT = `console.log(${JSON.stringify('x'.repeat(2_000))});`;
let folder = '';
let surface: Surface;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'layover-page-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), HTML);
  await writeFile(join(folder, 'sw.js'), SCRIPT);
  await writeFile(join(folder, 'assets', 'app-Ab12.js'), SCRIPT);
  await writeFile(join(folder, '.stamp'), 'secret');
  await writeFile(join(folder, 'manifest.webmanifest'), '{}');
  surface = openSurface({ parts: { page: openPage(folder, 'on') } });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('[H20] the page, its worker and its manifest are looked at each time; hashed files are kept for a year', async () => {
  const kept = async (path: string) => {
    const { headers } = await surface.plain(path);
    return [headers.get('content-type'), headers.get('cache-control')];
  };
  expect(await kept('/')).toEqual(['text/html; charset=utf-8', 'no-cache']);
  expect(await kept('/sw.js')).toEqual(['text/javascript; charset=utf-8', 'no-cache']);
  expect(await kept('/manifest.webmanifest')).toEqual(['application/manifest+json', 'no-cache']);
  expect(await kept('/assets/app-Ab12.js')).toEqual([
    'text/javascript; charset=utf-8',
    'public, max-age=31536000, immutable',
  ]);
});

test('[W14] where the worker is off, /sw.js is one that takes itself and the kept page away, looked at each time', async () => {
  const off = openSurface({ parts: { page: openPage(folder, 'off') } });
  const response = await off.plain('/sw.js', { headers: { 'accept-encoding': 'identity' } });
  expect([response.headers.get('cache-control'), response.headers.get('content-type')]).toEqual([
    'no-cache',
    'text/javascript; charset=utf-8',
  ]);
  const text = await response.text();
  expect(text).toContain('self.registration.unregister()');
  expect(text).not.toMatch(/indexedDB/);
  expect(text).not.toContain("addEventListener('fetch'");
  // All else is the page as it was built, and another worker than before to whoever has the old one.
  expect(await (await off.plain('/assets/app-Ab12.js')).text()).toBe(SCRIPT);
  expect(response.headers.get('etag')).not.toBe((await surface.plain('/sw.js')).headers.get('etag'));
});

test('[H20] scripts go packed to whoever unpacks them', async () => {
  const get = async (accept: string) => {
    const response = await surface.plain('/assets/app-Ab12.js', { headers: { 'accept-encoding': accept } });
    return { how: response.headers.get('content-encoding'), bytes: Buffer.from(await response.arrayBuffer()) };
  };
  const brotli = await get('gzip, deflate, br');
  expect([brotli.how, brotliDecompressSync(brotli.bytes).toString()]).toEqual(['br', SCRIPT]);
  const gzip = await get('gzip, br;q=0');
  expect([gzip.how, gunzipSync(gzip.bytes).toString()]).toEqual(['gzip', SCRIPT]);
  expect((await get('identity')).bytes.toString()).toBe(SCRIPT);
});

test('[H20] what a browser has is not sent again', async () => {
  const etag = (await surface.plain('/')).headers.get('etag') ?? '';
  const again = await surface.plain('/', { headers: { 'if-none-match': etag } });
  expect([again.status, await again.text()]).toEqual([304, '']);
});

test('[H21] every route of the app is its first document, for a navigation only', async () => {
  const accept = { accept: 'text/html,application/xhtml+xml' };
  for (const path of ['/console', '/saved/answers', '/history?x=1']) {
    expect(await (await surface.plain(path, { headers: accept })).text(), path).toBe(HTML);
  }
  for (const path of ['/console.js', '/assets/gone.js', '/assets/gone', '/v1/x', '/api/x', '/ai/', '/link/a/b']) {
    const response = await surface.plain(path, { headers: accept });
    expect([response.status, await codeOf(response)], path).toEqual([404, 'route_unknown']);
  }
  expect((await surface.plain('/console', { headers: { accept: '*/*' } })).status).toBe(404);
});

test.each(['/.stamp', '/../package.json', '/%2e%2e/package.json', '/assets/..%2f.stamp', '/index.html%00'])(
  '[H21] %s is not served',
  async (path) => {
    expect((await surface.plain(path)).status).toBe(404);
  },
);

test('[H21] without a built page a navigation is told what to do', async () => {
  const { plain } = openSurface({ parts: { page: openPage(join(folder, 'none'), 'off') } });
  const response = await plain('/', { headers: { accept: 'text/html' } });
  expect([response.status, await response.text()]).toEqual([503, expect.stringContaining('npm run build')]);
});

import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { buildScripts } from '../../../src/package/build.mjs';

const EXAMPLE = fileURLToPath(new URL('../../../examples/plain-vite-openai/', import.meta.url));

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/** The example app as it is deployed: built by its own configuration, on a static server that knows nothing else. */
export interface ExampleApp {
  readonly origin: string;
  /** What it was asked for, as `METHOD path`. */
  readonly seen: readonly string[];
  close(): Promise<void>;
}

/** Builds it in front of an API and serves it. `folder` is emptied. */
export async function startExample(folder: string, apiBase: string): Promise<ExampleApp> {
  const lib = join(folder, 'lib');
  const site = join(folder, 'site');
  await buildScripts(lib);
  for (const config of ['vite.config.js', 'vite.worker.config.js']) {
    await build({
      configFile: join(EXAMPLE, config),
      logLevel: 'error',
      define: { 'import.meta.env.VITE_API_BASE': JSON.stringify(apiBase) },
      resolve: { alias: { layover: lib } },
      // The page first: it empties the folder, and the worker comes beside it.
      build: { outDir: site, emptyOutDir: config === 'vite.config.js' },
    });
  }
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    seen.push(`${request.method ?? ''} ${pathname}`);
    const file = join(site, normalize(pathname === '/' ? '/index.html' : pathname));
    if (request.method !== 'GET' || !file.startsWith(site) || !existsSync(file) || !statSync(file).isFile()) {
      return void response.writeHead(404).end();
    }
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

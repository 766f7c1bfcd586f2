import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { env } from 'node:process';
import preact from '@preact/preset-vite';
import { build, defineConfig, type Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { shellOfPage } from './src/app/shell.ts';
import { cutInTwo } from './sw/build/cut-in-two.ts';

/** Where the router listens while the page is developed. */
const router = env['LAYOVER_ROUTER'] ?? 'http://127.0.0.1:4280';

/** The router's addresses. In production it serves the page itself, so nothing is proxied there. */
const routerPaths = ['/ai', '/v1', '/api', '/telemetry', '/healthz', '/readyz', '/link'];

/** Puts the marks into the page, so that `<use href="#…">` needs no request and follows the page's styles. */
function inlineMarks(): Plugin {
  return {
    name: 'layover-marks',
    transformIndexHtml: (html) =>
      html.replace('<!-- marks -->', readFileSync(resolve(import.meta.dirname, 'src/look/marks.svg'), 'utf8')),
  };
}

/** Puts into the page what stands in it before its script has run. */
function inlineShell(): Plugin {
  return { name: 'layover-shell', transformIndexHtml: (html) => html.replace('<!-- shell -->', shellOfPage()) };
}

/** To import a module of the shared code or of the device does nothing by itself: what is not used of it can be left out. */
const moduleSideEffects = [{ test: /\/src\/(shared|device)\//, sideEffects: false }];

/** The worker reads its schemas by `schema-reader.ts`: zod would be a third of what every browser loads and starts. */
function lightSchemas(): Plugin {
  return {
    name: 'layover-light-schemas',
    enforce: 'pre',
    // A schema that nothing reads by is left out, though a call has made it.
    config: () => ({ build: { rolldownOptions: { treeshake: { manualPureFunctions: ['z'], moduleSideEffects } } } }),
    resolveId: (id) => (id === 'zod/mini' ? resolve(import.meta.dirname, 'src/shared/schema-reader.ts') : null),
  };
}

/** Of Workbox and idb the worker carries what it uses of them: the rest would be a tenth of it. */
function lightParts(): Plugin {
  const here = (file: string): string => resolve(import.meta.dirname, file);
  return {
    name: 'layover-light-parts',
    enforce: 'pre',
    resolveId(id, importer) {
      if (id === 'idb') return here('sw/light-idb.ts');
      const isHandler = id === './StrategyHandler.js' && importer?.includes('/workbox-strategies/') === true;
      return isHandler ? here('sw/strategy-handler.ts') : null;
    },
  };
}

/** The network simulator is a script of its own, which the worker brings in when something is simulated. */
function simulatorScript(): Plugin {
  return {
    name: 'layover-simulator',
    apply: 'build',
    async closeBundle() {
      await build({
        configFile: false,
        logLevel: 'warn',
        plugins: [lightSchemas()],
        build: {
          target: 'es2022',
          emptyOutDir: false,
          copyPublicDir: false,
          rolldownOptions: {
            input: resolve(import.meta.dirname, 'sw/simulator.ts'),
            output: { format: 'iife', entryFileNames: 'simulator.js' },
          },
        },
      });
    },
  };
}

export default defineConfig({
  base: '/',
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    // A `data:` picture would need its own permission in the content policy.
    assetsInlineLimit: 0,
  },
  server: { proxy: Object.fromEntries(routerPaths.map((path) => [path, { target: router, changeOrigin: true }])) },
  plugins: [
    inlineMarks(),
    inlineShell(),
    simulatorScript(),
    preact({ devToolsEnabled: false }),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'sw',
      filename: 'worker.ts',
      registerType: 'prompt',
      injectRegister: false,
      // The icons and the manifest are among the files below; listed by the plugin too, each would stand there twice.
      includeManifestIcons: false,
      injectManifest: {
        globPatterns: ['**/*.{js,css,html,svg,png,webmanifest}'],
        globIgnores: ['screenshots/**', 'simulator.js', 'sw-later.js'],
        // Eight characters tell two versions of an icon apart as well as 32, and the worker carries them all.
        manifestTransforms: [
          (entries) => ({ manifest: entries.map((e) => ({ ...e, revision: e.revision?.slice(0, 8) ?? null })) }),
        ],
        buildPlugins: { vite: [lightSchemas(), lightParts(), cutInTwo('sw-later.js')] },
      },
      integration: {
        // The source is named for what it is; the built file keeps the address that every installed worker was registered under.
        beforeBuildServiceWorker(options) {
          options.swDest = resolve(options.outDir, 'sw.js');
          options.injectManifest.swDest = options.swDest;
        },
      },
      devOptions: { enabled: true, type: 'module' },
      manifest: {
        id: '/',
        name: 'Layover',
        short_name: 'Layover',
        description: 'Ask, also without a network. What is saved opens; what is not waits and goes by itself.',
        start_url: '/',
        scope: '/',
        display: 'standalone',
        lang: 'en',
        theme_color: '#f6f4ef',
        background_color: '#f6f4ef',
        icons: [
          { src: '/icon-192.png', sizes: '192x192', type: 'image/png', purpose: 'any' },
          { src: '/icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'any' },
          { src: '/icon-maskable-192.png', sizes: '192x192', type: 'image/png', purpose: 'maskable' },
          { src: '/icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
        ],
      },
    }),
  ],
});

// @ts-check
/** Builds `layover/worker`, `layover/page` and `layover/simulator` into `lib/`: `npm run build:package`. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What an app imports, and the declarations that those lean on. */
const entries = ['worker', 'page', 'simulator'];
const declarations = [...entries, 'options', 'page-api'];

/** The package carries of zod and idb what it uses of them, as our own worker does: an app installs nothing beside it. */
const lightParts = new Map([
  ['zod/mini', join(root, 'src/shared/schema-reader.ts')],
  ['idb', join(root, 'sw/light-idb.ts')],
]);

/** Builds the whole package. */
export async function buildPackage() {
  const outDir = join(root, 'lib');
  await buildScripts(outDir);
  writeDeclarations(outDir);
}

/**
 * Builds what an app imports, without its types.
 * @param {string} outDir which is emptied first
 */
export async function buildScripts(outDir) {
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    plugins: [
      {
        name: 'layover-light-parts',
        enforce: 'pre',
        resolveId: (id) => lightParts.get(id) ?? null,
      },
    ],
    build: {
      target: 'es2022',
      outDir,
      emptyOutDir: true,
      // Whoever bundles it makes it small.
      minify: false,
      lib: {
        entry: Object.fromEntries(entries.map((name) => [name, join(root, `src/package/${name}.ts`)])),
        formats: ['es'],
      },
      rolldownOptions: {
        treeshake: {
          manualPureFunctions: ['z'],
          moduleSideEffects: [{ test: /\/(src\/(shared|device|package)|sw)\//, sideEffects: false }],
        },
        output: { chunkFileNames: 'parts/[name].js' },
      },
    },
  });
}

/**
 * Declarations come from the compiler; what an app sees of them leans on nothing else of ours.
 * @param {string} outDir
 */
function writeDeclarations(outDir) {
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', 'src/package'], {
    cwd: root,
    stdio: 'inherit',
  });
  const made = join(root, 'node_modules/.cache/tsc/package/src/package');
  for (const name of declarations) {
    const text = readFileSync(join(made, `${name}.d.ts`), 'utf8');
    writeFileSync(join(outDir, `${name}.d.ts`), text.replaceAll(/from '(\.\/[\w-]+)\.ts'/g, "from '$1.js'"));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPackage();

// @ts-check
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from './child.mjs';
import { LaunchProblem } from './problem.mjs';
import { runtimeEnv } from './runtime.mjs';
import { fingerprint, readStamp, writeStamp } from './stamp.mjs';

/** All that the built page and worker come from. */
const buildInputs = [
  'src',
  'sw',
  'public',
  'index.html',
  'vite.config.ts',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
];

/**
 * Builds page and worker into `dist`, unless what is there came from the same files.
 * @param {string} root
 * @param {string} runtime
 * @param {NodeJS.ProcessEnv} env
 */
export async function buildPage(root, runtime, env) {
  const stampFile = join(root, 'dist', '.stamp');
  const wanted = fingerprint(root, buildInputs);
  if (readStamp(stampFile) === wanted) return;
  console.log('Building the page.');
  // A build that breaks off must not look finished.
  rmSync(stampFile, { force: true });
  const { code, errors } = await runToEnd({
    file: runtime,
    args: [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'],
    cwd: root,
    env: runtimeEnv(root, runtime, env),
  });
  if (code !== 0) {
    process.stderr.write(errors);
    throw new LaunchProblem(
      `The page is not built: \`vite build\` ended with code ${code}. Correct what it names above and run this again.`,
    );
  }
  writeStamp(stampFile, wanted);
}

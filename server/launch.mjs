// @ts-check
/**
 * The one program that runs before anything is installed: `node server/launch.mjs <command> [arguments]`. It needs no package
 * and an old Node; it brings the packages and the Node that everything else runs on.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPage } from './launch/build.mjs';
import { takeOver } from './launch/child.mjs';
import { installPackages } from './launch/install.mjs';
import { LaunchProblem } from './launch/problem.mjs';
import { compileCache, routerFlags } from './launch/router.mjs';
import { findRuntime, runtimeEnv } from './launch/runtime.mjs';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

/** @typedef {{runtime: string, env: NodeJS.ProcessEnv, args: readonly string[]}} Launch */

/** @type {Record<string, (launch: Launch) => Promise<number>>} */
const commands = {
  async start(launch) {
    await buildPage(root, launch.runtime, process.env).catch((/** @type {unknown} */ problem) => {
      // Whoever bypasses us needs no page: asks are answered without it.
      if (!(problem instanceof LaunchProblem) || !isBypassed(process.env)) throw problem;
      console.error(`${problem.message} Going on without the page, as \`BYPASS_ROUTER\` is on.`);
    });
    return takeOver([runRouter(launch)]);
  },

  async dev(launch) {
    const page = `http://127.0.0.1:${process.env['LAYOVER_DEV_PORT'] ?? '5173'}`;
    const router = `http://127.0.0.1:${process.env['PORT'] ?? '4280'}`;
    const env = { LAYOVER_ROUTER: router, ...launch.env, LAYOVER_DEV: '1', LAYOVER_DEV_PAGE: page };
    console.log(`The page with hot reload is on ${page}; the router behind it on ${env.LAYOVER_ROUTER}.`);
    const vite = ['--host', '127.0.0.1', '--port', new URL(page).port, '--strictPort', '--clearScreen', 'false'];
    return takeOver([runRouter({ ...launch, env }), run({ ...launch, env }, 'node_modules/vite/bin/vite.js', vite)]);
  },

  async build(launch) {
    await buildPage(root, launch.runtime, process.env);
    return 0;
  },

  async test(launch) {
    return takeOver([run(launch, 'test/run.ts', launch.args)]);
  },

  async screenshots(launch) {
    await buildPage(root, launch.runtime, process.env);
    return takeOver([run(launch, 'test/screenshots.ts', launch.args)]);
  },
};

/** @param {NodeJS.ProcessEnv} env */
function isBypassed(env) {
  return /^(?:true|1|yes|on)$/i.test((env['BYPASS_ROUTER'] ?? '').trim());
}

/**
 * @param {Launch} launch
 * @param {string} script relative to the project
 * @param {readonly string[]} args
 */
function run({ runtime, env }, script, args) {
  return { file: runtime, args: [join(root, script), ...args], cwd: root, env };
}

/** @param {Launch} launch */
function runRouter({ runtime, env, args }) {
  const main = join(root, 'server/main.ts');
  return {
    file: runtime,
    args: [...routerFlags(env), main, ...args],
    cwd: root,
    env: { ...compileCache(root), ...env },
  };
}

async function main() {
  const [name = '', ...args] = process.argv.slice(2);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    throw new LaunchProblem(`Unknown command \`${name}\`. Say one of: ${Object.keys(commands).join(', ')}.`);
  }
  await installPackages(root, process.env);
  const { platform, arch, execPath, versions } = process;
  const runtime = findRuntime(root, { platform, arch, execPath, version: versions.node });
  return command({ runtime, env: runtimeEnv(root, runtime, process.env), args });
}

try {
  process.exitCode = await main();
} catch (problem) {
  if (!(problem instanceof LaunchProblem)) throw problem;
  console.error(problem.message);
  // Whoever reads the last line of a test run finds a sum there, also when nothing could run.
  if (process.argv[2] === 'test') console.log('0 passed, 1 failed, 0 skipped');
  process.exitCode = 1;
}

// @ts-check
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { LaunchProblem } from './problem.mjs';

/** The oldest Node that runs the router: it strips types, and has the native parts built for it. */
const oldestMajor = 24;

/** Platforms whose Node comes with the packages (`optionalDependencies`). */
const delivered = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64'];

/**
 * The Node that is running, and where.
 * @typedef {object} RunningNode
 * @property {string} version
 * @property {string} platform
 * @property {string} arch
 * @property {string} execPath
 */

/**
 * The Node that runs everything but this launcher: the one that came with the packages, else the one that runs us.
 * @param {string} root
 * @param {RunningNode} running
 * @returns {string} the path of its executable
 */
export function findRuntime(root, running) {
  const brought = bundledNode(root, running);
  if (brought !== null && (isSame(brought, running.execPath) || majorOf(brought) >= oldestMajor)) return brought;
  if (Number.parseInt(running.version, 10) >= oldestMajor) return running.execPath;
  throw new LaunchProblem(noRuntimeSentence(brought, running));
}

/**
 * @param {string | null} brought
 * @param {RunningNode} running
 */
function noRuntimeSentence(brought, { version, platform, arch }) {
  const here = `${platform}-${arch}`;
  const start = `Layover needs Node ${oldestMajor}, this is Node ${version}, and`;
  const end = `Node ${oldestMajor} or later and run this again.`;
  if (brought !== null) return `${start} the one among the packages does not run on this ${here}. Install ${end}`;
  if (!delivered.includes(here)) return `${start} none is delivered for ${here}. Install ${end}`;
  return `${start} the packages were installed without the one for ${here}. Run \`npm ci --include=optional\`, or install ${end}`;
}

/**
 * @param {string} root
 * @param {RunningNode} running
 * @returns {string | null}
 */
function bundledNode(root, { platform, arch }) {
  const windows = platform === 'win32';
  const place = `${windows ? 'win' : platform}-${arch}`;
  const packages = [`node-${place}`, `node-bin-${place}`];
  const paths = packages.map((name) => join(root, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node'));
  return paths.find((path) => existsSync(path)) ?? null;
}

/**
 * @param {string} path
 * @param {string} execPath gone when `npm ci` has just replaced the packages we were started from
 */
function isSame(path, execPath) {
  return existsSync(execPath) && realpathSync(path) === realpathSync(execPath);
}

/**
 * The major version the executable reports, 0 when it does not run here (a glibc build on musl, say).
 * @param {string} path
 */
function majorOf(path) {
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  return status === 0 ? Number.parseInt(stdout.slice(1), 10) : 0;
}

/**
 * The environment for what the runtime starts: programs that ask for `node` get the same one.
 * @param {string} root
 * @param {string} runtime
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function runtimeEnv(root, runtime, env) {
  const path = [dirname(runtime), join(root, 'node_modules', '.bin'), env.PATH ?? ''];
  return { ...env, PATH: path.join(delimiter) };
}

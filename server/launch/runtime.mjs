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
 * The Node that runs everything but this launcher: the one that came with the packages, else the one that runs us.
 * @param {string} root
 * @returns {string} the path of its executable
 */
export function findRuntime(root) {
  const platform = `${process.platform}-${process.arch}`;
  const brought = bundledNode(root);
  if (brought !== null && (isUs(brought) || majorOf(brought) >= oldestMajor)) return brought;
  if (Number.parseInt(process.versions.node, 10) >= oldestMajor) return process.execPath;
  const why =
    brought !== null
      ? `the one among the packages does not run on this ${platform}`
      : delivered.includes(platform)
        ? `the packages were installed without the one for ${platform}`
        : `none is delivered for ${platform}`;
  const cure =
    brought === null && delivered.includes(platform) ? 'Run `npm ci --include=optional`, or install' : 'Install';
  throw new LaunchProblem(
    `Layover needs Node ${oldestMajor}: this is Node ${process.versions.node}, and ${why}. ${cure} Node ${oldestMajor} or later and run this again.`,
  );
}

/**
 * @param {string} root
 * @returns {string | null}
 */
function bundledNode(root) {
  const windows = process.platform === 'win32';
  const platform = `${windows ? 'win' : process.platform}-${process.arch}`;
  const places = [`node-${platform}`, `node-bin-${platform}`];
  const paths = places.map((name) => join(root, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node'));
  return paths.find((path) => existsSync(path)) ?? null;
}

/** @param {string} path */
function isUs(path) {
  return existsSync(process.execPath) && realpathSync(path) === realpathSync(process.execPath);
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

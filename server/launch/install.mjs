// @ts-check
import { statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runToEnd } from './child.mjs';
import { LaunchProblem } from './problem.mjs';
import { fingerprint, readStamp, writeStamp } from './stamp.mjs';

/** What npm's error codes mean for the person in front of it. */
const advice = {
  EUSAGE: 'package.json and package-lock.json do not agree: run `npm install` once',
  EACCES: 'this user may not write in the folder: make it yours, or clone it again as this user',
  ENOSPC: 'the disk is full: about 500 MB are needed',
  ENOTFOUND: 'the package registry cannot be reached: connect to the network',
  EAI_AGAIN: 'the package registry cannot be reached: connect to the network',
  ECONNREFUSED: 'the package registry cannot be reached: check the network and the proxy settings',
  ECONNRESET: 'the connection to the package registry broke off: check the network',
  ETIMEDOUT: 'the package registry does not answer: check the network',
};

/** npm's own reason is passed on up to this many characters. */
const maxReasonText = 200;

/**
 * Makes `node_modules` what package-lock.json says, and does nothing when it is.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 */
export async function installPackages(root, env) {
  const stampFile = join(root, 'node_modules', '.layover-install');
  const wanted = fingerprint(root, ['package-lock.json']);
  if (readStamp(stampFile) === wanted) return;
  if (!installedByHand(root)) await runInstall(root, env);
  writeStamp(stampFile, wanted);
}

/**
 * True when somebody ran npm after the lock file was last written: npm leaves a copy of it in `node_modules` when it is done.
 * @param {string} root
 */
function installedByHand(root) {
  const done = statSync(join(root, 'node_modules', '.package-lock.json'), { throwIfNoEntry: false });
  const lock = statSync(join(root, 'package-lock.json'), { throwIfNoEntry: false });
  return done !== undefined && lock !== undefined && done.mtimeMs > lock.mtimeMs;
}

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 */
async function runInstall(root, env) {
  console.log('Installing the packages that Layover needs; this happens once and takes about a minute.');
  const ended = await runToEnd({
    file: 'npm',
    args: ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
    cwd: root,
    env: withoutOurNode(root, env),
  }).catch((/** @type {unknown} */ cause) => {
    throw new LaunchProblem(
      'The packages are not installed: `npm` could not be started. Install npm and run this again.',
      { cause },
    );
  });
  if (ended.code !== 0) throw new LaunchProblem(installSentence(ended.code, ended.errors));
}

/**
 * npm runs on the machine's own Node: `npm ci` removes the one in node_modules under its feet.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
function withoutOurNode(root, env) {
  const ours = join(root, 'node_modules');
  const path = (env.PATH ?? '').split(delimiter).filter((folder) => !folder.startsWith(ours));
  return { ...env, PATH: path.join(delimiter) };
}

/**
 * @param {number} exitCode
 * @param {string} errors what npm wrote to its error output
 */
function installSentence(exitCode, errors) {
  const lines = [...errors.matchAll(/^npm (?:error|ERR!) (.+)$/gm)].map((match) => match[1] ?? '');
  const code = lines.find((line) => line.startsWith('code '))?.slice('code '.length);
  const known = Object.entries(advice).find(([name]) => name === code)?.[1];
  // What we know the cure of is said in our own words; of the rest npm's first sentence is passed on.
  const said =
    known === undefined ? lines.find((line) => !/^(code|errno|syscall|path|A complete log)\b/.test(line)) : undefined;
  const reason =
    [code, said?.slice(0, maxReasonText)].filter((part) => part !== undefined).join(': ') || `exit code ${exitCode}`;
  const cure = known ?? 'run `npm ci` to see the whole message';
  return `The packages are not installed: \`npm ci\` failed (${reason}); ${cure}, then run this again.`;
}

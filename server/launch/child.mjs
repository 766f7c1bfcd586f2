// @ts-check
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * @typedef {object} Command
 * @property {string} file
 * @property {readonly string[]} args
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} env
 */

/** One press of Ctrl-C can arrive twice: from the terminal, and again from npm, which passes it on. */
const samePressMs = 200;

/**
 * Runs the commands side by side as if each had been started in our place: they own the terminal, and signals reach them.
 * When one ends by itself the others are told to, and its exit code is the result; after a signal it is the first command's.
 * @param {readonly Command[]} commands
 * @returns {Promise<number>} the exit code
 */
export async function takeOver(commands) {
  const children = commands.map(({ file, args, cwd, env }) => spawn(file, args, { cwd, env, stdio: 'inherit' }));
  const endings = children.map(ending);
  let signalled = false;
  const stopPassing = passSignals(children, () => {
    signalled = true;
  });
  try {
    const code = await Promise.race(endings);
    if (signalled) return (await Promise.all(endings))[0] ?? code;
    for (const child of children) child.kill('SIGTERM');
    await Promise.all(endings);
    return code;
  } finally {
    stopPassing();
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>}
 */
function ending(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

/**
 * @param {readonly import('node:child_process').ChildProcess[]} children
 * @param {() => void} onSignal
 * @returns {() => void} ends the passing
 */
function passSignals(children, onSignal) {
  let lastPress = -samePressMs;
  /** @param {NodeJS.Signals} signal */
  const pass = (signal) => {
    // To a router it is no end, but the wish that it read its configuration again.
    if (signal !== 'SIGHUP') onSignal();
    const pressedAt = performance.now();
    const repeated = pressedAt - lastPress < samePressMs;
    lastPress = pressedAt;
    // At a terminal Ctrl-C has already reached every process of the group; a second one would end the drain.
    if (repeated || (signal === 'SIGINT' && process.stdin.isTTY)) return;
    for (const child of children) child.kill(signal);
  };
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, pass);
  return () => {
    for (const signal of signals) process.off(signal, pass);
  };
}

/**
 * Runs a command to its end and keeps what it wrote to its error output; its output goes where ours goes.
 * @param {Command} command
 * @returns {Promise<{code: number, errors: string}>}
 */
export async function runToEnd({ file, args, cwd, env }) {
  // npm is a batch file on Windows, which only a shell can start.
  const shell = process.platform === 'win32' && file === 'npm';
  const child = spawn(file, args, { cwd, env, shell, stdio: ['ignore', 'inherit', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (/** @type {string} */ text) => {
    errors = (errors + text).slice(-maxErrorText);
  });
  const code = await ending(child);
  return { code, errors };
}

/** Only the end of a long error output is kept, in characters. */
const maxErrorText = 16_384;

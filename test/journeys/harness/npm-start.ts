import { spawn, type ChildProcess } from 'node:child_process';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';

export const CHECKOUT = fileURLToPath(new URL('../../../', import.meta.url));

/** A command that a person typed. */
export interface Typed {
  /** What it printed so far. */
  output(): string;
  /** What it wrote to its error output so far, without npm's own remarks. */
  errors(): string;
  /** Waits until the output matches; rejects when the command ends first. */
  prints(pattern: RegExp): Promise<RegExpExecArray>;
  /** Its exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  /** A signal to the command alone, as `kill` sends it. */
  signal(name: NodeJS.Signals): void;
  /** Ends whatever it started and is still there. */
  end(): Promise<void>;
}

/** Names that would make a start other than that of a person who just cloned the repository. */
const OURS =
  /^(?:LAYOVER_|npm_|npm_config_|PORT$|HOST$|FORCE_COLOR$|NODE_|OTEL_|REDIS_URL|DATABASE_URL|BYPASS_ROUTER|.+_API_KEY$)/i;

/** The environment of a plain shell: nothing of this test run in it, and the machine's own Node first on PATH. */
function shellEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !OURS.test(name));
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter), npm_config_update_notifier: 'false' };
}

/** Types a command in a shell of its own, by default in the checkout. */
export function type(
  file: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Typed {
  const child = spawn(file, args, {
    cwd: options.cwd ?? CHECKOUT,
    env: { ...shellEnvironment(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that nothing outlives the test.
    detached: true,
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
  return {
    output: () => output,
    errors: () => withoutNpm(errors),
    ended,
    prints: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(output);
          if (found !== null) resolve(found);
        };
        look();
        child.stdout.on('data', look);
        ended.then(() => reject(new Error(`It ended without printing ${pattern.source}:\n${output}${errors}`)), reject);
      }),
    signal: (name) => void child.kill(name),
    async end() {
      endGroup(child);
      await ended;
    },
  };
}

/** `npm start` as typed in a fresh checkout: a free port, a data folder of its own, demo answers as fast as can be. */
export function npmStart(dataFolder: string, env: NodeJS.ProcessEnv = {}): Typed {
  return type('npm', ['start'], { env: { PORT: '0', LAYOVER_DATA: dataFolder, LAYOVER_DEMO_PACE: '0', ...env } });
}

function withoutNpm(errors: string): string {
  const lines = errors.split('\n').filter((line) => line.trim() !== '' && !/^npm (?:warn|notice|error)/.test(line));
  return lines.join('\n');
}

function endGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  process.kill(-pid, 'SIGKILL');
}

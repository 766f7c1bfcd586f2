import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A router as a person starts it: its own process, its own data folder. */
export interface RouterProcess {
  readonly origin: string;
  /** One-time sign-in of an operator, as printed at the start. */
  readonly consoleLink: string;
  /** Everything it printed so far. */
  output(): string;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  /** Asks it to stop and gives its exit code. */
  stop(): Promise<number | null>;
}

export interface RouterOptions {
  dataFolder: string;
  /** Text of a layover.yaml; left out, the demo providers serve. */
  config?: string;
  environment?: Record<string, string>;
}

/** A folder that lives as long as the test. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'layover-journey-'));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Starts `server/main.ts` on a free port and waits until it says where it is. */
export async function startRouter({ dataFolder, config, environment = {} }: RouterOptions): Promise<RouterProcess> {
  const configPath = join(dataFolder, 'layover.yaml');
  if (config !== undefined) await writeFile(configPath, config);
  const child = spawn(process.execPath, [join(ROOT, 'server/main.ts')], {
    cwd: dataFolder,
    env: {
      PATH: process.env['PATH'] ?? '',
      PORT: '0',
      LAYOVER_DATA: join(dataFolder, 'data'),
      LAYOVER_DEMO_PACE: '0.2',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const links = await new Promise<{ origin: string; consoleLink: string }>((resolve, reject) => {
    const read = (piece: Buffer): void => {
      output += piece.toString();
      const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
      const consoleLink = /http:\/\/127\.0\.0\.1:\d+\/link\/\S+/.exec(output)?.[0];
      if (origin !== undefined && consoleLink !== undefined) resolve({ origin, consoleLink });
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) =>
      reject(new Error(`The router ended with ${code ?? 'a signal'} before it was up:\n${output}`)),
    );
  });
  return {
    ...links,
    output: () => output,
    kill: () => end(child, 'SIGKILL').then(() => undefined),
    stop: () => end(child, 'SIGTERM'),
  };
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.kill(signal);
  });
}

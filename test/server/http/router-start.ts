import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../server/main.ts', import.meta.url));

/** `server/main.ts` in a process and an empty folder of its own. */
export interface RouterStart {
  folder: string;
  child: ChildProcess;
  /** All it printed so far, by stream. */
  said: { out: string; err: string };
  /** Resolves when its output holds a match; rejects when it ends before. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  /** Its exit code. */
  over: Promise<number | null>;
}

const folders: string[] = [];
const children: ChildProcess[] = [];

/** An empty folder, gone after the test. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'layover-start-'));
  folders.push(folder);
  return folder;
}

export function startRouter(environment: Record<string, string> = {}, folder = emptyFolder()): RouterStart {
  const child = spawn(process.execPath, [MAIN], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', LAYOVER_DEMO_PACE: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const said = { out: '', err: '' };
  let hear = (): void => undefined;
  child.stdout.on('data', (piece: Buffer) => {
    said.out += piece.toString();
    hear();
  });
  child.stderr.on('data', (piece: Buffer) => {
    said.err += piece.toString();
    hear();
  });
  const over = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return {
    folder,
    child,
    said,
    over,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        hear = () => {
          const match = pattern.exec(said.out);
          if (match !== null) resolve(match);
        };
        hear();
        void over.then((code) =>
          reject(new Error(`It ended with ${code ?? child.signalCode}: ${said.out}${said.err}`)),
        );
      }),
  };
}

/** Ends what a test left running, by its own id. */
export async function cleanUp(): Promise<void> {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await closed;
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

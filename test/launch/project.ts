import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Ended {
  code: number | null;
  output: string;
  errors: string;
}

/** A project in a folder of its own, with the real launcher and small stand-ins for npm, vite and the router. */
export class LaunchProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'layover-launch-'));
  readonly #running = new Set<ChildProcess>();

  constructor() {
    cpSync(join(root, 'server/launch'), this.path('server/launch'), { recursive: true });
    cpSync(join(root, 'server/launch.mjs'), this.path('server/launch.mjs'));
    this.write('package.json', '{"type": "module"}');
    this.write('package-lock.json', '{"version": 1}');
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  /** What `npm` does in this project: a shell script that runs in the project's folder. */
  npmDoes(script: string): void {
    this.write('bin/npm', `#!/bin/sh\n${script}\n`);
    chmodSync(this.path('bin/npm'), 0o755);
  }

  /** Packages as `npm ci` leaves them, with this Node among them. */
  installPackages(): void {
    const platform = `${process.platform}-${process.arch}`;
    this.write('node_modules/.package-lock.json', '{}');
    mkdirSync(this.path(`node_modules/node-${platform}/bin`), { recursive: true });
    symlinkSync(process.execPath, this.path(`node_modules/node-${platform}/bin/node`));
  }

  /** Starts the launcher; what it prints can be awaited line by line. */
  launch(args: readonly string[], env: NodeJS.ProcessEnv = {}): Launched {
    return this.run([this.path('server/launch.mjs'), ...args], env);
  }

  run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Launched {
    const path = [this.path('bin'), dirname(process.execPath), process.env['PATH']].join(delimiter);
    const child = spawn(process.execPath, args, {
      cwd: this.folder,
      env: { ...process.env, PATH: path, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    child.once('close', () => this.#running.delete(child));
    return new Launched(child);
  }

  remove(): void {
    for (const child of this.#running) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A program that was started: its output so far, its end, and a way to signal it. */
export class Launched {
  readonly #child: ChildProcess;
  readonly ended: Promise<Ended>;
  #output = '';
  #errors = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, output: this.#output, errors: this.#errors }));
    });
  }

  /** Waits until the output contains `text`. Fails when the program ends without it. */
  async says(text: string): Promise<void> {
    let ended = false;
    void this.ended.then(() => (ended = true));
    while (!this.#output.includes(text)) {
      if (ended) throw new Error(`It ended without saying "${text}": ${this.#output}${this.#errors}`);
      await Promise.race([new Promise((resolve) => this.#child.stdout?.once('data', resolve)), this.ended]);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }
}

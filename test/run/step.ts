import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The project's own folder, without a slash at the end. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

export interface Step {
  file: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** Milliseconds after which the step is ended; no limit unless given. */
  limitMs?: number;
}

/** Runs a program with our own output as its output. Resolves with its exit code; 1 when it was ended or could not start. */
export function runStep({ file, args, env = process.env, limitMs }: Step): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'], ...limit(limitMs) });
    child.once('error', (error) => {
      console.error(`\`${file}\` could not be started: ${error.message}`);
      resolve(1);
    });
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** Runs a script of a package, or our own, on this same Node. */
export function runScript(script: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<number> {
  return runStep({ file: process.execPath, args: [script, ...args], ...(env && { env }) });
}

function limit(limitMs: number | undefined): { timeout?: number } {
  return limitMs === undefined ? {} : { timeout: limitMs };
}

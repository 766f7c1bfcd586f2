#!/usr/bin/env node
/** The command line. It only decides; server/cli does. */
import { systemClock, systemRandom } from '#shared/clock.ts';
import { Problem } from '#shared/problem.ts';
import { readArguments } from './cli/arguments.ts';
import { CommandProblem } from './cli/command-problem.ts';
import { commands } from './cli/commands.ts';
import type { Terminal } from './cli/terminal.ts';
import { helpFor } from './cli/help.ts';
import { ConfigurationError } from './config/configuration-error.ts';
import { readVersion } from './version.ts';

const terminal: Terminal = {
  environment: process.env,
  isRead: process.stdout.isTTY,
  version: readVersion(),
  nodeVersion: process.versions.node,
  print: (text) => void process.stdout.write(text),
  tell: (text) => void process.stderr.write(text),
  onInterrupt(run) {
    process.on('SIGINT', run);
    return () => process.off('SIGINT', run);
  },
  // A command makes a handful of calls: what the hot path must not use is right here, and loads nothing.
  fetch: (address, init) => globalThis.fetch(address, init),
  clock: systemClock,
  random: systemRandom,
};

// Whoever reads us may have read enough: `layover … | head`.
process.stdout.on('error', (failure: NodeJS.ErrnoException) => {
  if (failure.code !== 'EPIPE') throw failure;
  process.exit(0);
});

try {
  const exitCode = await run();
  if (exitCode !== null) process.exitCode = exitCode;
} catch (failure) {
  terminal.tell(`${sentenceOf(failure)}\n`);
  process.exitCode = failure instanceof CommandProblem ? failure.exitCode : 1;
}

/** The exit code; null when the router sets it. */
async function run(): Promise<number | null> {
  const reading = readArguments(process.argv.slice(2), commands);
  switch (reading.kind) {
    case 'help':
      terminal.print(reading.text);
      return 0;
    case 'wrong':
      terminal.tell(`${reading.sentence}\n\n${reading.help}`);
      return 2;
    case 'run':
      try {
        return await reading.command.run(reading, terminal);
      } catch (failure) {
        if (!(failure instanceof CommandProblem) || failure.kind !== 'usage') throw failure;
        terminal.tell(`${failure.message}\n\n${helpFor(reading.command)}`);
        return failure.exitCode;
      }
    default:
      return reading satisfies never;
  }
}

function sentenceOf(failure: unknown): string {
  if (failure instanceof ConfigurationError || failure instanceof CommandProblem) return failure.message;
  if (failure instanceof Problem) return `${failure.message} ${failure.hint}`;
  throw failure;
}

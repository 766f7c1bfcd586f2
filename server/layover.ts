#!/usr/bin/env node
/** The command line: `layover init | start | link | help`. It only decides; server/cli does. */
import { systemClock, systemRandom } from '#shared/clock.ts';
import { Problem } from '#shared/problem.ts';
import { HELP, readArguments } from './cli/arguments.ts';
import { ConfigurationError } from './config/configuration-error.ts';

const command = readArguments(process.argv.slice(2));

try {
  const exitCode = await run();
  if (exitCode !== null) process.exitCode = exitCode;
} catch (failure) {
  process.stderr.write(`${sentenceOf(failure)}\n`);
  process.exitCode = 1;
}

/** The exit code; null when the router sets it. */
async function run(): Promise<number | null> {
  switch (command.kind) {
    case 'help':
      process.stdout.write(HELP);
      return 0;
    case 'wrong':
      process.stderr.write(`${command.sentence}\n\n${HELP}`);
      return 2;
    case 'init': {
      const { initialise } = await import('./cli/init.ts');
      process.stdout.write(`${initialise(process.env).join('\n')}\n`);
      return 0;
    }
    case 'link': {
      const { makeLink } = await import('./cli/link.ts');
      const { link, lines } = await makeLink({
        ...command,
        environment: process.env,
        clock: systemClock,
        random: systemRandom,
      });
      // Whoever reads it by a program wants the link alone.
      process.stdout.write(`${process.stdout.isTTY ? lines.join('\n') : link}\n`);
      return 0;
    }
    case 'start':
      // The router starts when its entry file is loaded, and sets the exit code itself when it ends.
      await import(new URL('./main.ts', import.meta.url).href);
      return null;
    default:
      return command satisfies never;
  }
}

function sentenceOf(failure: unknown): string {
  if (failure instanceof ConfigurationError) return failure.message;
  if (failure instanceof Problem) return `${failure.message} ${failure.hint}`;
  if (failure instanceof Error && failure.name === 'LinkRefused') return failure.message;
  throw failure;
}

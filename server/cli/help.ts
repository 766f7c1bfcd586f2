import type { Command } from './command.ts';

const ENVIRONMENT = `Environment: LAYOVER_CONFIG (layover.yaml), LAYOVER_DATA (.layover), HOST (127.0.0.1), PORT (4280).
A command that needs the running router finds it on this machine by its data folder; another one is named by
LAYOVER_URL and LAYOVER_KEY.
`;

/** The commands with one line each. */
export function helpForAll(commands: readonly Command[]): string {
  const rows = commands.map((command) => [command.name, command.about] as const);
  return `Usage: layover <command>

${columns([...rows, ['help [<command>]', 'prints this, or what a command takes']])}

${ENVIRONMENT}`;
}

/** All that a command takes. */
export function helpFor(command: Command): string {
  const options = Object.entries(command.options).map(([name, spec]) => {
    const value = spec.kind === 'flag' ? '' : ` <${spec.value}>`;
    return [`--${name}${value}`, spec.about] as const;
  });
  return [
    `Usage: ${synopsis(command)}\n\n${sentence(command.about)}\n`,
    ...(command.more === undefined ? [] : [`${command.more}\n`]),
    ...(options.length === 0 ? [] : [`${columns(options)}\n`]),
  ].join('\n');
}

/** How the command is typed: `layover ask <question> [options]`. */
export function synopsis({ name, words, options }: Command): string {
  const given = words.map((word) => (word.need === 'required' ? `<${word.name}>` : `[<${word.name}>]`));
  const more = Object.keys(options).length === 0 ? [] : ['[options]'];
  return ['layover', name, ...given, ...more].join(' ');
}

function columns(rows: readonly (readonly [name: string, about: string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, about]) => `  ${name.padEnd(width)}  ${about}`).join('\n');
}

function sentence(about: string): string {
  return `${about.charAt(0).toUpperCase()}${about.slice(1)}.`;
}

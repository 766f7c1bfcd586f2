import { parseArgs } from 'node:util';

/** What the command line asks for. `wrong` has a sentence that says what to type instead. */
export type Command =
  | { kind: 'help' }
  | { kind: 'init' }
  | { kind: 'start' }
  | { kind: 'link'; whom: Whom; url: string | null }
  | { kind: 'wrong'; sentence: string };

/** Whom a link signs in. A user who is left out is somebody new. */
export type Whom = { role: 'operator' } | { role: 'asker'; tenant: string; user: string | null };

export const HELP = `Usage: layover <command>

  init                              writes a commented layover.yaml into this folder; one that is there is kept
  start                             starts the router, as \`npm start\` does
  link --operator                   prints a one-time link, and its QR code, that signs in an operator
  link [--tenant <t>] --user <u>    the same for somebody who asks; the tenant is \`default\` unless you name one
       --url <address>              the address that people reach Layover by, such as https://ai.example.com
  help                              prints this

Environment: LAYOVER_CONFIG (layover.yaml), LAYOVER_DATA (.layover), HOST (127.0.0.1), PORT (4280).
`;

const COMMANDS = ['init', 'start', 'link', 'help'];
const NAME = /^[\p{L}\p{N}._@-]{1,100}$/u;

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  operator: { type: 'boolean' },
  tenant: { type: 'string' },
  user: { type: 'string' },
  url: { type: 'string' },
} as const;

export function readArguments(args: readonly string[]): Command {
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (failure) {
    // parseArgs names the option and what is the matter with it.
    return wrong(failure instanceof Error ? failure.message.split('. ')[0] + '.' : 'The options cannot be read.');
  }
  const { values, positionals } = parsed;
  const [name = '', ...more] = positionals;
  if (values.help === true || name === 'help' || args.length === 0) return { kind: 'help' };
  if (!COMMANDS.includes(name)) return wrong(`Unknown command \`${name}\`. Say one of: ${COMMANDS.join(', ')}.`);
  if (more.length > 0) return wrong(`\`layover ${name}\` takes no further word, and got \`${more.join(' ')}\`.`);
  const { operator = false, tenant, user, url } = values;
  if (name === 'link') return readLink({ operator, tenant, user, url });
  if (operator || tenant !== undefined || user !== undefined || url !== undefined) {
    return wrong(`\`layover ${name}\` takes no options.`);
  }
  return { kind: name === 'init' ? 'init' : 'start' };
}

interface LinkOptions {
  operator: boolean;
  tenant: string | undefined;
  user: string | undefined;
  url: string | undefined;
}

function readLink({ operator, tenant, user, url }: LinkOptions): Command {
  const named = tenant !== undefined || user !== undefined;
  if (operator === named)
    return wrong('Say whom the link is for: either `--operator`, or `--user <u>` and perhaps `--tenant <t>`.');
  for (const [option, value] of Object.entries({ tenant, user })) {
    if (value === undefined || NAME.test(value)) continue;
    return wrong(`\`--${option}\` must be 1 to 100 letters, digits or \`.\`, \`_\`, \`@\`, \`-\`.`);
  }
  const address = url === undefined ? null : originOf(url);
  if (url !== undefined && address === null)
    return wrong('`--url` must be an address such as `https://ai.example.com`.');
  const whom: Whom = operator
    ? { role: 'operator' }
    : { role: 'asker', tenant: tenant ?? 'default', user: user ?? null };
  return { kind: 'link', whom, url: address };
}

function originOf(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url === null || !/^https?:$/.test(url.protocol) ? null : url.origin;
}

function wrong(sentence: string): Command {
  return { kind: 'wrong', sentence };
}

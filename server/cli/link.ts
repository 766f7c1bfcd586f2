import { existsSync } from 'node:fs';
import { join } from 'node:path';
import qrcode from 'qrcode';
import type { Clock, Random } from '#shared/clock.ts';
import type { Problem } from '#shared/problem.ts';
import type { Environment } from '../config/variables.ts';
import { masterGrants } from '../identity/callers.ts';
import { hashToken, mintToken } from '../identity/tokens.ts';
import { openStores } from '../store/open.ts';
import { findRunningRouter } from '../store/running-router.ts';
import type { Grants } from '../store/sessions.ts';
import { CommandProblem } from './command-problem.ts';
import { dataFolderOf } from './router-address.ts';

/** How long an unspent link works: 7 days, as one made in the Console. */
const LINK_MS = 7 * 86_400_000;

/** Whom a link signs in. A user who is left out is somebody new. */
export type Whom = { role: 'operator' } | { role: 'asker'; tenant: string; user: string | null };

export interface LinkParts {
  whom: Whom;
  /** Address that people reach Layover by; null for that of the running router, else HOST and PORT. */
  url: string | null;
  environment: Environment;
  clock: Clock;
  random: Random;
}

/**
 * `layover link`: writes a one-time link into the data folder, whether the router runs or not, and gives it with its QR code
 * and what to know about it. Throws a CommandProblem where no data folder is.
 */
export async function makeLink({
  whom,
  url,
  environment,
  clock,
  random,
}: LinkParts): Promise<{ link: string; lines: string[] }> {
  const dataFolder = dataFolderOf(environment);
  if (!existsSync(join(dataFolder, 'layover.db'))) {
    throw new CommandProblem(
      `There is no Layover in \`${dataFolder}\`. Start it once from here, or set \`LAYOVER_DATA\` to its data folder.`,
    );
  }
  const token = mintToken(random);
  const problems: Problem[] = [];
  const stores = await openStores({ dataFolder, onProblem: (problem) => problems.push(problem) });
  try {
    await stores.sessions.addLink({
      tokenHash: hashToken(token),
      grants: grantsOf(whom, random),
      expiresAtMs: clock.now() + LINK_MS,
    });
  } finally {
    await stores.close();
  }
  if (problems[0] !== undefined) throw problems[0];
  const link = `${url ?? localAddress(environment, dataFolder)}/link/${token}`;
  const qr = await qrcode.toString(link, { type: 'terminal', small: true });
  return {
    link,
    lines: [`${nameOf(whom)}: works once, within 7 days.`, link, qr, ...(url === null ? [ELSEWHERE] : [])],
  };
}

const ELSEWHERE = 'For another device, make it with `--url` and the address that the device reaches Layover by.';

function grantsOf(whom: Whom, random: Random): Grants {
  if (whom.role === 'operator') return masterGrants;
  const user = whom.user ?? `user-${mintToken(random).slice(0, 16)}`;
  return { tenant: whom.tenant, user, role: 'asker', guest: false };
}

function nameOf(whom: Whom): string {
  if (whom.role === 'operator') return 'A sign-in link for an operator';
  return `A sign-in link for ${whom.user ?? 'somebody new'} of ${whom.tenant}`;
}

/** What this computer reaches the router by, now or when it is started. */
function localAddress(environment: Environment, dataFolder: string): string {
  const running = findRunningRouter(dataFolder);
  if (running !== null) return running.page_origin;
  const host = valueOf(environment, 'HOST', '127.0.0.1');
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${valueOf(environment, 'PORT', '4280')}`;
}

function valueOf(environment: Environment, name: string, otherwise: string): string {
  const value = environment[name] ?? '';
  return value === '' ? otherwise : value;
}

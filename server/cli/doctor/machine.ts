import { accessSync, constants, existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import type { Configuration } from '../../config/configuration.ts';
import type { Environment } from '../../config/variables.ts';
import { isLoopbackName } from '../../identity/addresses.ts';
import { isFolderHeld } from '../../store/folder-lock.ts';
import { findRunningRouter } from '../../store/running-router.ts';
import { dataFolderOf } from '../router-address.ts';
import type { Instruments } from './examine.ts';
import { fail, ok, warn, type Finding } from './finding.ts';
import { reach } from './reach.ts';

const LEAST_NODE = 24;

/** With less the database cannot grow; with little it soon cannot. */
const LEAST_BYTES = 200_000_000;
const FEW_BYTES = 1_000_000_000;

export function examineNode({ nodeVersion }: Instruments): Finding {
  const major = Number(nodeVersion.split('.')[0]);
  if (major >= LEAST_NODE) return ok('node', `Version ${nodeVersion}.`);
  const remedy = `Start it by \`npm start\`, which brings its own, or install Node ${LEAST_NODE}.`;
  return fail('node', `Version ${nodeVersion} is too old.`, remedy);
}

export function examineDataFolder({ environment, freeBytes }: Instruments): Finding[] {
  const folder = dataFolderOf(environment);
  const nearest = nearestFolder(resolve(folder));
  return [examineAccess(folder, nearest), examineDisk(nearest, freeBytes)];
}

function examineAccess(folder: string, nearest: string): Finding {
  const check = 'data folder';
  try {
    accessSync(nearest, constants.R_OK | constants.W_OK | constants.X_OK);
    accessSync(join(nearest, '.'), constants.F_OK);
  } catch {
    return fail(check, `\`${folder}\` cannot be written.`, 'Make it writable, or name another in `LAYOVER_DATA`.');
  }
  if (nearest !== resolve(folder)) return ok(check, `\`${folder}\` will be made at the first start.`);
  return ok(check, `\`${folder}\` can be written${isFolderHeld(folder) ? '; a router runs on it' : ''}.`);
}

function examineDisk(folder: string, freeBytes: Instruments['freeBytes']): Finding {
  const check = 'disk';
  let free: number;
  try {
    free = freeBytes(folder);
  } catch {
    // Not every file system tells.
    return warn(check, 'How much is free cannot be told.', 'See that there is 1 GB.');
  }
  const says = `${(free / 1e9).toFixed(1)} GB are free.`;
  if (free < LEAST_BYTES) return fail(check, says, 'Make room, or name another folder in `LAYOVER_DATA`.');
  return free < FEW_BYTES ? warn(check, says, 'Make room soon.') : ok(check, says);
}

/** The folder itself, else the nearest above it that is there; a file in its place is taken for what it is. */
function nearestFolder(path: string): string {
  let at = path;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  return at;
}

export async function examinePort(instruments: Instruments): Promise<Finding[]> {
  const { environment } = instruments;
  const check = 'port';
  const text = environment['PORT'] || '4280';
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    return [fail(check, `\`PORT\` is \`${text}\`.`, 'Set it to a number from 0 to 65535, or leave it out.')];
  const host = hostOf(environment);
  const code = await tryPort(host, port);
  if (code === null) return [ok(check, `${port} is free.`)];
  const running = findRunningRouter(dataFolderOf(environment));
  if (code === 'EADDRINUSE' && running !== null && new URL(running.origin).port === text)
    return [ok(check, `${port} is taken by the router that runs here.`)];
  if (code === 'EADDRINUSE') {
    const there = await reach(`http://127.0.0.1:${port}/healthz`, instruments);
    const who = there?.headers.get('x-layover') === '1' ? 'another Layover' : 'something else';
    return [fail(check, `${port} is taken by ${who}.`, 'Stop that, or set `PORT` to another number.')];
  }
  if (code === 'EACCES') return [fail(check, `${port} is not allowed to you.`, 'Set `PORT` to a number above 1023.')];
  return [
    fail(check, `\`HOST\` is \`${host}\`, which is no address of this computer.`, 'Correct it, or leave it out.'),
  ];
}

function hostOf(environment: Environment): string {
  return environment['HOST'] || '127.0.0.1';
}

/** Listens for a moment; the system's code when it cannot. */
function tryPort(host: string, port: number): Promise<string | null> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', (failure: NodeJS.ErrnoException) => done(failure.code ?? 'unknown'));
    server.listen(port, host, () => server.close(() => done(null)));
  });
}

/** Beyond this computer a service worker needs HTTPS, and the router must know the names it is called by. */
export function examineHttps({ general }: Configuration, { environment }: Instruments): Finding {
  const check = 'https';
  const host = hostOf(environment);
  if (isLoopbackName(host) && general.hosts.length === 0)
    return ok(check, 'Only this computer reaches it, where none is needed.');
  if (general.hosts.length === 0)
    return fail(
      check,
      `It listens on \`${host}\`, and answers to no name that others could call it by.`,
      'Name the hosts under `general_settings.hosts`, and put HTTPS in front: docs/https.md.',
    );
  const named = general.hosts
    .slice(0, 3)
    .map((name) => `\`${name}\``)
    .join(', ');
  return warn(
    check,
    `It answers to ${named}. Whether HTTPS stands in front cannot be seen from here.`,
    'Open the page there: without HTTPS it neither saves answers nor works offline. See docs/https.md.',
  );
}

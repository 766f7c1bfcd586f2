import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Something that a request can be sent to. */
export interface Contender {
  name: string;
  origin: string;
  headers: Record<string, string>;
  /** Resident memory in MB; null where it is nobody's own. */
  rssMb(): number | null;
  /** Processor time it has used, all its threads together, ms; null where it is nobody's own. */
  cpuMs(): number | null;
  close(): Promise<void>;
}

/** Ports of the provider that answers at once, and of the one that never does. */
export interface Upstream {
  quick: number;
  silent: number;
  close(): Promise<void>;
}

/** Brought for the run, and gone with it. With later versions of the two below it answers every stream with a 500. */
const PORTKEY = { '@portkey-ai/gateway': '1.15.2', hono: '4.9.7', '@hono/node-server': '1.13.8' };
const MASTER_KEY = 'lk-bench-master';
/** First content must be there so soon; the same for both routers. */
const FIRST_CONTENT_LIMIT_MS = 2_000;

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** With what the launcher runs the router. It is JavaScript, for it runs where nothing strips types. */
interface Launcher {
  routerFlags: (env: NodeJS.ProcessEnv) => string[];
  compileCache: (root: string) => Record<string, string>;
}

export async function startUpstream(): Promise<Upstream> {
  const { child, match } = await start([here('./upstream.ts')], /ports (\d+) (\d+)/);
  return { quick: Number(match[1]), silent: Number(match[2]), close: () => end(child) };
}

export function direct({ quick }: Upstream): Contender {
  return {
    name: 'direct',
    origin: originOf(quick),
    headers: {},
    rssMb: () => null,
    cpuMs: () => null,
    close: async () => {},
  };
}

export async function startPassThrough({ quick }: Upstream): Promise<Contender> {
  const { child, match } = await start([here('./pass-through.ts'), originOf(quick)], /ports (\d+)/);
  return contenderOf('pass-through', child, { origin: originOf(Number(match[1])), headers: {} });
}

/** Layover as `npm start` starts it: ledger, cache, journal and log on. `primary` and `secondary` are ports of the upstream. */
export async function startLayover(primary: number, secondary: number): Promise<Contender> {
  const folder = await mkdtemp(join(tmpdir(), 'layover-bench-'));
  await writeFile(join(folder, 'layover.yaml'), yamlOf(primary, secondary));
  const { routerFlags, compileCache } = (await import(here('../../../server/launch/router.mjs'))) as Launcher;
  const main = [...routerFlags({}), here('../../../server/main.ts')];
  const { child, match } = await start(main, /up on http:\/\/127\.0\.0\.1:(\d+)/, {
    cwd: folder,
    env: {
      ...compileCache(here('../../..')),
      PORT: '0',
      LAYOVER_DATA: join(folder, 'data'),
      LAYOVER_MASTER_KEY: MASTER_KEY,
    },
  });
  const headers = { authorization: `Bearer ${MASTER_KEY}` };
  const contender = contenderOf('Layover', child, { origin: originOf(Number(match[1])), headers });
  return {
    ...contender,
    async close() {
      await contender.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Portkey's gateway, with its own fallback from one target to the next; null when it cannot be brought. */
export async function installPortkey(): Promise<{ folder: string; remove(): Promise<void> } | null> {
  const folder = await mkdtemp(join(tmpdir(), 'layover-bench-portkey-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const { '@portkey-ai/gateway': _gateway, ...overrides } = PORTKEY;
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: PORTKEY, overrides }));
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await promisify(execFile)('npm', ['install', ...flags], { cwd: folder, timeout: 120_000 });
    return { folder, remove };
  } catch (cause) {
    console.log(`Portkey could not be brought, so its lines are missing: ${String(cause).split('\n')[0]}`);
    await remove();
    return null;
  }
}

export async function startPortkey(folder: string, primary: number, secondary: number): Promise<Contender> {
  const port = await freePort();
  const bin = join(folder, 'node_modules/@portkey-ai/gateway/build/start-server.js');
  const { child } = await start([bin, `--port=${port}`, '--headless'], null, { cwd: folder });
  await answers(port);
  const target = (at: number): object => ({
    ...{ provider: 'openai', api_key: 'bench', custom_host: `${originOf(at)}/v1` },
    ...{ request_timeout: FIRST_CONTENT_LIMIT_MS },
  });
  const config = { strategy: { mode: 'fallback' }, targets: [target(primary), target(secondary)] };
  return contenderOf('Portkey', child, {
    origin: originOf(port),
    headers: { 'x-portkey-config': JSON.stringify(config) },
  });
}

function yamlOf(primary: number, secondary: number): string {
  const deployment = (port: number, order: number): string => `
  - model_name: chat
    litellm_params: { model: openai/bench-${order}, api_base: ${originOf(port)}/v1, api_key: bench, order: ${order}, input_cost_per_token: 1e-7, output_cost_per_token: 4e-7 }`;
  return `model_list:${deployment(primary, 1)}${deployment(secondary, 2)}
router_settings: { stream_timeout: ${FIRST_CONTENT_LIMIT_MS / 1_000} }
features:
  default: { model: chat, cache: { ttl_seconds: 3600 } }
tenants:
  default: { monthly_cost_usd: 1000000, user_monthly_cost_usd: 1000000, asks_per_second: 1000000, burst: 1000000, user_asks_per_second: 1000000, user_burst: 1000000 }
`;
}

function contenderOf(name: string, child: ChildProcess, at: Pick<Contender, 'origin' | 'headers'>): Contender {
  return { ...at, name, rssMb: () => rssOf(child), cpuMs: () => cpuOf(child), close: () => end(child) };
}

/** Linux only; elsewhere unknown. */
function rssOf({ pid }: ChildProcess): number | null {
  try {
    const kB = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kB === undefined ? null : Math.round(Number(kB) / 1024);
  } catch {
    return null;
  }
}

/** Ticks of 10 ms, on Linux; elsewhere unknown. */
function cpuOf({ pid }: ChildProcess): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return null;
  }
}

interface Place {
  cwd?: string;
  env?: Record<string, string>;
}

async function start(
  args: string[],
  ready: RegExp | null,
  { cwd, env = {} }: Place = {},
): Promise<{ child: ChildProcess; match: RegExpExecArray }> {
  const child = spawn(process.execPath, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
    // Its log is written, and read by nobody.
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  const match = await new Promise<RegExpExecArray>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}: ${said}`)));
    if (ready === null) return resolve(/^/.exec('') as RegExpExecArray);
    child.stdout.on('data', (piece: Buffer) => {
      said += piece.toString();
      const found = ready.exec(said);
      if (found !== null) resolve(found);
    });
  });
  child.stdout.resume();
  return { child, match };
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

async function answers(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const up = await fetch(originOf(port)).then(
      () => true,
      () => false,
    );
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Nothing answers on port ${port}.`);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function originOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** The entry of the router: reads the environment, starts what `compose.ts` puts together, prints the links, and stops it well. */
import { join } from 'node:path';
import { isatty } from 'node:tty';
import { pino } from 'pino';
import { systemClock } from '#shared/clock.ts';
import { Problem } from '#shared/problem.ts';
import { addressesOf, announce, type Addresses } from './announcement.ts';
import { composeRouter, type ComposedRouter } from './compose.ts';
import { goneFile, readConfigurationText, writeStarterConfiguration } from './config/configuration-file.ts';
import type { Configuration } from './config/configuration.ts';
import { ConfigurationError } from './config/configuration-error.ts';
import { describeConfiguration } from './config/describe-configuration.ts';
import { findFile, hasStarterKey, readConfiguration, type ConfigurationSources } from './config/read-configuration.ts';
import { salvageConfiguration, type Salvaged } from './config/salvage.ts';
import { readBypass, readLogLevel, readPace, readPort, readWorker } from './environment.ts';
import { listen, type Listening } from './http/listen.ts';
import { isLoopbackName } from './identity/addresses.ts';
import { masterGrants } from './identity/callers.ts';
import { createPooledRandom } from './identity/pooled-random.ts';
import { withdrawRouter } from './store/running-router.ts';
import { createTokenizer } from './pricing/tokenizer.ts';
import { startDemoProviders, type DemoProviders } from './providers/demo/demo-providers.ts';
import { StartProblem } from './start-problem.ts';
import { readVersion } from './version.ts';

const DRAIN_MS = 10_000;
/** After the drain: time for the last bytes to leave. */
const FLUSH_MS = 1_000;
/** One press of Ctrl-C, or one SIGTERM to the process group, can reach us twice: directly, and passed on by whoever started us. */
const SAME_PRESS_MS = 300;
const LINK_MS = 24 * 3_600_000;
/** Names of the environment that other parts of the design give a meaning, and this version not yet. */
const UNUSED = /^(?:REDIS_URL|DATABASE_URL|OTEL_.+)$/;

const { env } = process;

async function main(): Promise<void> {
  const host = env['HOST'] || '127.0.0.1';
  const logTo = pino.destination({ dest: 2, sync: false });
  // What is said to a terminal that was closed is lost; asks under way must not be.
  const lost = (): void => undefined;
  logTo.on('error', lost);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', lost);
  const log = pino(
    { level: readLogLevel(env), base: null, redact: ['*.apiKey', '*.headers', '*.authorization', '*.cookie'] },
    logTo,
  );
  const dataFolder = env['LAYOVER_DATA'] || '.layover';
  const reader = openReader();
  const isBypass = readBypass(env);
  const { configuration, leftOut } = isBypass
    ? await reader.readWhatWorks()
    : { configuration: await reader.read(), leftOut: [] };
  // The port comes first: a second start on the same data must not touch the asks of the first.
  let begin = (): void => undefined;
  const composing = new Promise<void>((resolve) => (begin = resolve)).then(() =>
    composeRouter({
      configuration,
      isPartial: leftOut.length > 0,
      readConfiguration: () => reader.read(),
      dataFolder,
      pageFolder: join(import.meta.dirname, '..', 'dist'),
      worker: readWorker(env),
      host,
      bypass: isBypass,
      masterKey: env['LAYOVER_MASTER_KEY'],
      dataKey: env['LAYOVER_DATA_KEY'],
      devPage: env['LAYOVER_DEV'] === '1' ? (env['LAYOVER_DEV_PAGE'] ?? null) : null,
      version: readVersion(),
      tokenizer: createTokenizer({ clock: systemClock, log }),
      clock: systemClock,
      random: createPooledRandom(),
      log,
      // To look for secrets in a row takes longer than to write it.
      rowLog: log.child({}, { redact: [] }),
    }),
  );
  const listening = await listenOn(host, async (request, bindings) => (await composing).app.fetch(request, bindings));
  begin();
  const router = await composing;
  const addresses = addressesOf(host, listening.port, env);
  const notices = [...leftOut, ...announce(dataFolder, addresses, { ...router, pid: process.pid })];
  heedSignals({ listening, router, reader, dataFolder });
  await sayHello({ host, addresses, configuration, router, notices });
}

interface Reader {
  /** The configuration as it stands in the file now. Rejects with a ConfigurationError when it cannot be used. */
  read(): Promise<Configuration>;
  /** For a bypass: as much of it as can be used, and what is left out. */
  readWhatWorks(): Promise<Salvaged>;
  close(): Promise<void>;
}

/** Reads the configuration, at the start and again, and has the demo providers ready when it needs them. */
function openReader(): Reader {
  const sources = { environment: env, readText: readConfigurationText };
  let source: string | null = null;
  let demo: DemoProviders | null = null;
  const readBy = async (how: (sources: ConfigurationSources) => Salvaged): Promise<Salvaged> => {
    const file = findFile(sources);
    if (file === null && source !== null) throw goneFile(source);
    if (file === null && hasStarterKey(env)) writeStarter();
    let salvaged = how({ ...sources, demoDeployments: demo?.deployments ?? [] });
    if (salvaged.configuration.demo && demo === null) {
      demo = await startDemoProviders({ clock: systemClock, pace: readPace(env) });
      salvaged = how({ ...sources, demoDeployments: demo.deployments });
    }
    ({ source } = salvaged.configuration);
    return salvaged;
  };
  return {
    read: async () =>
      (await readBy((whole) => ({ configuration: readConfiguration(whole), leftOut: [] }))).configuration,
    readWhatWorks: () => readBy(salvageConfiguration),
    close: async () => demo?.close(),
  };
}

function writeStarter(): void {
  try {
    const { path, kind } = writeStarterConfiguration();
    if (kind === 'written')
      console.log(`Wrote \`${path}\` for the provider keys in the environment. Change it as you like.`);
  } catch (failure) {
    if (!(failure instanceof ConfigurationError)) throw failure;
    console.log(`${failure.message} Going on with the same settings, built in.`);
  }
}

async function listenOn(host: string, answer: Parameters<typeof listen>[0]): Promise<Listening> {
  const port = readPort(env);
  try {
    return await listen(answer, { host, port, clock: systemClock });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : null;
    if (code === 'EADDRINUSE') {
      const other = port < 65_535 ? port + 1 : 4280;
      throw new StartProblem(
        `Port ${port} is taken. Stop what uses it, or take another: PORT=${other} npm start`,
        cause,
      );
    }
    if (code === 'EACCES')
      throw new StartProblem(`Port ${port} is not allowed to you. Take one above 1023 in \`PORT\`.`, cause);
    throw new StartProblem(
      `\`HOST\` is \`${host}\`, which is no address of this computer. Correct it, or leave it out.`,
      cause,
    );
  }
}

interface Running {
  listening: Listening;
  router: ComposedRouter;
  reader: Reader;
  dataFolder: string;
}

function heedSignals({ listening, router, reader, dataFolder }: Running): void {
  let stoppingSince: number | null = null;
  const stop = async (): Promise<void> => {
    await router.drain(DRAIN_MS);
    if (router.holdsFolder) withdrawRouter(dataFolder);
    await listening.stop(FLUSH_MS);
    await router.close();
    await reader.close();
  };
  const onSignal = (): void => {
    if (stoppingSince !== null) {
      if (systemClock.monotonic() - stoppingSince < SAME_PRESS_MS) return;
      process.exit(130);
    }
    stoppingSince = systemClock.monotonic();
    console.log(`\nStopping. Asks under way have ${DRAIN_MS / 1000} s; press Ctrl-C again to stop at once.`);
    stop().then(
      () => process.exit(0),
      (failure: unknown) => {
        console.error(`The router did not stop cleanly: ${sentenceOf(failure)}`);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  const terminal = [0, 1, 2].find((fd) => isatty(fd));
  process.on('SIGHUP', () => {
    // Also sent when the window is closed in which the router was started: then nobody could stop it any more.
    if (terminal !== undefined && !isatty(terminal)) onSignal();
    else if (stoppingSince === null) void reload(router);
  });
}

/** What a SIGHUP does; the log has it too. */
async function reload(router: ComposedRouter): Promise<void> {
  const outcome = await router.reload();
  if (outcome.kind === 'refused') return console.error(`${outcome.why}\nNothing was changed.`);
  const lines = ['The configuration was read again.', ...describeConfiguration(outcome.configuration)];
  process.stdout.write(`${[...lines, ...outcome.atNextStart].join('\n')}\n`);
}

async function sayHello(about: {
  host: string;
  addresses: Addresses;
  configuration: Configuration;
  router: ComposedRouter;
  /** Beside the router's own. */
  notices: string[];
}): Promise<void> {
  const { host, addresses, configuration, router, notices } = about;
  const { token } = await router.callers.makeLink(masterGrants, LINK_MS);
  const unused = Object.keys(env).filter((name) => UNUSED.test(name) && env[name] !== '');
  const lines = [
    `Layover is up on ${addresses.origin}`,
    '',
    ...describeConfiguration(configuration),
    ...router.notices,
    ...notices,
    ...unused.map((name) => `\`${name}\` is set, and not used yet.`),
    ...(readBypass(env)
      ? [
          '`BYPASS_ROUTER` is on: every ask goes straight to the primary. No cache, retry, failover, cap or system prompt.',
        ]
      : []),
    ...(readWorker(env) === 'off'
      ? ['The service worker is off: the page neither opens nor answers without a line.']
      : []),
    ...(isLoopbackName(host) ? [] : beyondLoopback()),
    '',
    `Ask:      ${await askLink(host, addresses.page, router)}`,
    `Console:  ${addresses.page}/link/${token}`,
    '          It signs one browser in, once, within 24 hours.',
    '',
  ];
  // In one piece: whoever starts us reads the links as soon as they are there.
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** On this computer anybody may ask; elsewhere the link signs a person in. */
async function askLink(host: string, origin: string, router: ComposedRouter): Promise<string> {
  if (isLoopbackName(host)) return `${origin}/`;
  const grants = { tenant: 'default', user: 'owner', role: 'asker' as const, guest: false };
  const { token } = await router.callers.makeLink(grants, LINK_MS);
  return `${origin}/link/${token}`;
}

function beyondLoopback(): string[] {
  return [
    'Others can reach this router. Over plain HTTP their browsers neither save answers nor work offline: that takes HTTPS, see docs/https.md.',
    'Name the hosts it is reached by under `general_settings.hosts`.',
  ];
}

function sentenceOf(failure: unknown): string {
  if (failure instanceof Problem) return `${failure.message} ${failure.hint}`;
  return failure instanceof Error ? failure.message : String(failure);
}

try {
  await main();
} catch (failure) {
  console.error(sentenceOf(failure));
  process.exit(1);
}

import type { Hono } from 'hono';
import { expect } from 'vitest';
import type { Log } from '#shared/log.ts';
import type { Configuration } from '../../../server/config/configuration.ts';
import { createBypassSwitch } from '../../../server/bypass/switch.ts';
import { createApp } from '../../../server/http/app.ts';
import type { HttpEnv, HttpParts } from '../../../server/http/parts.ts';
import type { OwnAddresses } from '../../../server/identity/addresses.ts';
import { createCallers, type Callers } from '../../../server/identity/callers.ts';
import { createKeyRing } from '../../../server/identity/key-ring.ts';
import { createSafeguard } from '../../../server/guard/safeguard.ts';
import { createDeployments } from '../../../server/routing/deployments.ts';
import { createFaults } from '../../../server/routing/faults.ts';
import { createPins } from '../../../server/routing/pins.ts';
import { holdEpoch } from '../../../server/store/epoch.ts';
import type { DeviceBatch, Figures, Ledger } from '../../../server/store/ledger.ts';
import type { Grants } from '../../../server/store/sessions.ts';
import type { Upkeep } from '../../../server/upkeep/upkeep.ts';
import { fakeClock, type FakeClock } from '../../fakes/clock.ts';
import { seededRandom } from '../../fakes/random.ts';
import { memoryKeys, type MemoryKeys } from '../identity/memory-keys.ts';
import { sampleRouting, noFeatureLimits } from '../ask/sample-configuration.ts';
import { memorySessions } from '../identity/memory-sessions.ts';
import { ScriptedAsks } from './scripted-asks.ts';

export const MASTER_KEY = 'lk-test-master';
export const ORIGIN = 'http://127.0.0.1:4280';

/** The HTTP surface over scripted asks, called as a function. */
export interface Surface {
  app: Hono<HttpEnv>;
  asks: ScriptedAsks;
  clock: FakeClock;
  callers: Callers;
  batches: DeviceBatch[];
  configuration: Configuration;
  errors: object[];
  sessions: ReturnType<typeof memorySessions>;
  keys: MemoryKeys;
  /** A request of the operator's key. */
  request: (path: string, init?: RequestInit) => Promise<Response>;
  /** A request as it stands, from this computer. */
  plain: (path: string, init?: RequestInit, peer?: string) => Promise<Response>;
  /** The `Cookie` of somebody who opened a link. */
  signIn: (grants?: Partial<Grants>) => Promise<string>;
}

export interface SurfaceOptions {
  own?: Partial<OwnAddresses>;
  parts?: Partial<HttpParts>;
  bodyBytes?: number;
}

export function openSurface({ own, parts, bodyBytes = 1_000_000 }: SurfaceOptions = {}): Surface {
  const clock = fakeClock();
  const errors: object[] = [];
  const random = seededRandom();
  const asks = new ScriptedAsks();
  const sessions = memorySessions();
  const addresses = { listensOn: '127.0.0.1', hosts: [], corsOrigins: [], pageOrigins: [], ...own };
  const keys = memoryKeys();
  const log: Log = { info: () => {}, warn: () => {}, error: (about) => void errors.push(about) };
  const ring = createKeyRing({ keys, clock, random, log });
  const callers = createCallers({ sessions, keys: ring, masterKey: MASTER_KEY, own: addresses, clock, random });
  const configuration = testConfiguration(bodyBytes);
  const faults = createFaults({ deployments: configuration.deployments, clock });
  const batches: DeviceBatch[] = [];
  const epoch = holdEpoch({ raiseEpoch: async () => epoch.current() + 1 }, 3);
  const app = createApp({
    configuration,
    current: {
      loadedAtMs: clock.now(),
      atNextStart: [],
      reload: () => Promise.reject(new Error('No reload was scripted.')),
    },
    asks,
    warm: { warm: async () => ({ warmed: [], left: [] }) },
    bypass: {
      switch: createBypassSwitch({ always: false, clock }),
      primary: () => null,
      answer: () => expect.unreachable(),
    },
    ledger: testLedger(batches),
    callers,
    keys: ring,
    own: addresses,
    deployments: createDeployments({ configuration, clock, faults }),
    faults,
    pins: createPins(clock),
    budget: { lines: async () => [] },
    safeguard: createSafeguard(clock),
    checkDatabase: async () => {},
    epoch,
    upkeep: noUpkeep,
    dev: false,
    version: '0.1.0',
    page: null,
    clock,
    random,
    log,
    ...parts,
  });
  const plain = async (path: string, init: RequestInit = {}, peer = '127.0.0.1'): Promise<Response> =>
    // What of a socket the app looks at.
    app.request(new URL(path, ORIGIN).href, init, { incoming: { socket: { remoteAddress: peer } } });
  return {
    app,
    asks,
    clock,
    callers,
    batches,
    configuration,
    errors,
    sessions,
    keys,
    plain,
    request(path, init = {}) {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${MASTER_KEY}`);
      return plain(path, { ...init, headers });
    },
    async signIn(grants = {}) {
      const someone: Grants = { tenant: 'default', user: 'ada', role: 'asker', guest: false, ...grants };
      const { token } = await callers.makeLink(someone, 60_000);
      const response = await plain(`/link/${token}`);
      return cookieOf(response);
    },
  };
}

/** The session of a response, as a browser would send it back. */
export function cookieOf(response: Response): string {
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

/** A JSON body. */
export function json(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** The code in an error body. */
export async function codeOf(response: Response): Promise<string> {
  const body = (await response.json()) as { error: { code: string } };
  return body.error.code;
}

function testConfiguration(bodyBytes: number): Configuration {
  const deployment = {
    alias: 'app/chat',
    wire: 'openai' as const,
    model: 'north-large',
    apiBase: 'http://127.0.0.1:9/v1',
    apiKey: 'sk-provider-secret',
    weight: 1,
    timeoutMs: 30_000,
    firstTokenTimeoutMs: 2_000,
    idleTimeoutMs: 15_000,
    streamTotalMs: 300_000,
    prefill: false,
    prices: null,
    maxInputTokens: null,
    perMinute: { requests: null, tokens: null },
    judged: { allowedFails: null, allowedFailsPolicy: null, cooldownMs: null },
    demo: false,
    state: { kind: 'ready' as const },
  };
  return {
    source: 'layover.yaml',
    demo: false,
    deployments: [
      { ...deployment, id: 'north', name: 'openai/north-large', order: 1 },
      { ...deployment, id: 'south', name: 'openai/south-large', order: 2 },
    ],
    features: new Map([
      [
        'default',
        {
          name: 'default',
          title: 'Default',
          model: 'app/chat',
          system: null,
          promptVersion: 1,
          maxOutputTokens: null,
          limits: noFeatureLimits,
          cache: { ttlSeconds: 3600, scope: 'tenant' },
          staleIfDownSeconds: 0,
          normalization: { nfkc: false, fold_case: false, ignore_patterns: [] },
          pin: null,
          device: { store: 'store_unless_pii', fresh_seconds: 86_400, keep_days: 30, queue: true },
          stream: { onBreak: null, delivery: 'live', hedge: true },
        },
      ],
    ]),
    defaultFeature: 'default',
    featuresDeclared: true,
    tenants: new Map(),
    unknownPrice: 'allow',
    routing: sampleRouting(),
    slo: {
      successPercent: 99.5,
      firstTokenP95Seconds: 2.5,
      costAverageUsd: 0.015,
      windowDays: 30,
      expectedAsksPerMonth: 10_000,
    },
    canary: { costNanoUsdPerHour: 10_000_000 },
    travel: { firstTokenSavedMs: 3_000, firstTokenNoneMs: 30_000, simulator: false },
    retention: { asksDays: 30, attemptsDays: 30, journalDays: 7 },
    general: { masterKey: null, hosts: [], corsOrigins: [], bodyBytes, encrypt: false },
    notices: [],
  };
}

/** For tests that remove nothing. */
export const noUpkeep: Upkeep = {
  purge: () => Promise.reject(new Error('No upkeep here.')),
  forget: () => Promise.reject(new Error('No upkeep here.')),
};

function testLedger(batches: DeviceBatch[]): Ledger {
  const empty: Figures = {
    router: {
      answered: 40,
      failed: 0,
      refused: 0,
      cancelled: 0,
      fromMemory: 0,
      firstTokenP95Ms: 900,
      firstTokenCount: 40,
      costNanoUsd: 40_000,
      costP95NanoUsd: 1_000,
      costKnown: 40,
      costUnknown: 0,
      firstAtMs: 0,
    },
    device: {
      answered: 0,
      failed: 0,
      saved: 0,
      waited: 0,
      firstTokenP95Ms: null,
      firstTokenCount: 0,
      dropped: 0,
      simulated: 0,
    },
  };
  return {
    record: async () => {},
    recordDevice: async (batch) => {
      batches.push(batch);
      return { accepted: batch.events.length, repeated: 0 };
    },
    figures: async () => empty,
    recent: async () => [],
    forget: async () => 0,
    prune: async () => {},
  };
}

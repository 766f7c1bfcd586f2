import type { Scenario } from '#shared/scenario.ts';

/** A scenario that has a name of its own, by which an address, the console and a test call it. */
export interface Preset {
  name: string;
  title: string;
  effect: string;
  scenario: Scenario & { name: string };
}

function preset(title: string, effect: string, scenario: Preset['scenario']): Preset {
  return { name: scenario.name, title, effect, scenario };
}

/** Networks as people meet them on the way. */
export const PLACES: readonly Preset[] = [
  preset('Café', 'Slow and lossy; now and then an answer stands still, or nothing comes.', {
    name: 'café',
    seed: 7,
    repeat: true,
    latency_ms: { p50: 600, p95: 4_000 },
    bandwidth_bytes_per_second: 24_000,
    drop_rate: 0.08,
    steps: [
      { for_ms: 45_000 },
      { for_ms: 12_000, stall_after_tokens: 12 },
      { for_ms: 30_000 },
      { for_ms: 6_000, silent: true },
    ],
  }),
  preset('Airport', 'A sign-in page for the first minute, then a slow line.', {
    name: 'airport',
    seed: 7,
    steps: [
      { for_ms: 60_000, portal: 'page' },
      { latency_ms: { p50: 900, p95: 5_000 }, bandwidth_bytes_per_second: 16_000 },
    ],
  }),
  preset('Plane', 'Offline, with a line of 15 s every 105 s.', {
    name: 'plane',
    seed: 7,
    repeat: true,
    steps: [
      { for_ms: 90_000, offline: true },
      { for_ms: 15_000, latency_ms: { p50: 900, p95: 2_500 }, bandwidth_bytes_per_second: 40_000 },
    ],
  }),
  preset('Oaxaca', 'The line is gone for 3 min every 45 min. Played 60 times faster: for 3 s every 45 s.', {
    name: 'Oaxaca',
    seed: 7,
    repeat: true,
    speed: 60,
    latency_ms: { p50: 180, p95: 700 },
    steps: [{ for_ms: 42 * 60_000 }, { for_ms: 3 * 60_000, offline: true }],
  }),
  preset('Hotel portal', 'Every two minutes it sends everything to its sign-in page, for 20 s.', {
    name: 'hotel portal',
    seed: 7,
    repeat: true,
    steps: [
      { for_ms: 20_000, portal: 'redirect' },
      { for_ms: 100_000, latency_ms: { p50: 250, p95: 1_200 }, bandwidth_bytes_per_second: 120_000 },
    ],
  }),
];

/** One thing that is wrong, and stays so. */
export const FAULTS: readonly Preset[] = [
  preset('Slow', 'Every request waits 6 s.', { name: 'slow', latency_ms: 6_000 }),
  preset('Lossy', 'Every second request is lost.', { name: 'lossy', drop_rate: 0.5, seed: 7 }),
  preset('Accepts, never answers', 'Connects, and nothing ever comes.', { name: 'silent', silent: true }),
  preset('Captive portal', 'A sign-in page answers everything.', { name: 'portal', portal: 'page' }),
  preset('Cut mid-stream', 'Every stream breaks off early.', { name: 'cut', cut_after_chars: 600 }),
  preset('Offline', 'No connection at all.', { name: 'offline', offline: true }),
  preset('Too many asks', 'The router answers 429, and says to wait 20 s.', {
    name: 'busy',
    only: 'asks',
    respond: { status: 429, retry_after_seconds: 20 },
  }),
  preset('Full disk', 'Nothing more can be stored on this device.', { name: 'full disk', quota_error: true }),
  preset('Killed worker', 'In 5 s the worker loses all that it has in memory.', {
    name: 'killed worker',
    steps: [{ for_ms: 5_000 }, { for_ms: 1_000, kill_worker: true }],
  }),
];

/** The preset of that name; case, accents, and what stands between words make no difference. */
export function findPreset(name: string): Preset | null {
  return [...PLACES, ...FAULTS].find((known) => folded(known.name) === folded(name)) ?? null;
}

function folded(name: string): string {
  return name
    .normalize('NFD')
    .replace(/[^\p{Letter}\p{Number}]/gu, '')
    .toLowerCase();
}

import type { Scenario } from '#shared/scenario.ts';

/** What can be simulated, and what it does. */
export const SCENARIOS: readonly { scenario: Scenario; effect: string }[] = [
  { scenario: { kind: 'slow', delay_ms: 6_000 }, effect: 'Every request waits 6 s.' },
  { scenario: { kind: 'lossy', drop_rate: 0.5, seed: 7 }, effect: 'Every second request is lost.' },
  { scenario: { kind: 'silent' }, effect: 'Connects, and nothing ever comes.' },
  { scenario: { kind: 'portal' }, effect: 'A sign-in page answers everything.' },
  { scenario: { kind: 'cut', after_chars: 600 }, effect: 'Every stream breaks off early.' },
  { scenario: { kind: 'offline' }, effect: 'No connection at all.' },
];

export function scenarioTitle(scenario: Scenario): string {
  switch (scenario.kind) {
    case 'slow':
      return 'Slow';
    case 'lossy':
      return 'Lossy';
    case 'silent':
      return 'Accepts, never answers';
    case 'portal':
      return 'Captive portal';
    case 'cut':
      return 'Cut mid-stream';
    case 'offline':
      return 'Offline';
    default:
      return scenario satisfies never;
  }
}

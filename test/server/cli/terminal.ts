import { systemClock, systemRandom } from '#shared/clock.ts';
import type { Terminal } from '../../../server/cli/terminal.ts';

/** A terminal that keeps what was printed. */
export interface TestTerminal extends Terminal {
  said: { out: string; err: string };
  /** Presses Ctrl-C. */
  interrupt(): void;
}

/** What `server/layover.ts` gives, with an environment of the test's own. */
export function testTerminal(environment: Record<string, string> = {}): TestTerminal {
  const said = { out: '', err: '' };
  const listeners = new Set<() => void>();
  return {
    environment,
    isRead: false,
    version: '0.1.0',
    nodeVersion: process.versions.node,
    said,
    print: (text) => void (said.out += text),
    tell: (text) => void (said.err += text),
    onInterrupt(run) {
      listeners.add(run);
      return () => listeners.delete(run);
    },
    interrupt: () => listeners.forEach((run) => run()),
    fetch: (address, init) => fetch(address, init),
    clock: systemClock,
    random: systemRandom,
  };
}

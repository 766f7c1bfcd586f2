import type { Clock, Random } from '#shared/clock.ts';
import type { Environment } from '../config/variables.ts';

/** What a command stands on: the entry file gives the real one. */
export interface Terminal {
  environment: Environment;
  /** Somebody reads what is printed; else it is a program. */
  isRead: boolean;
  /** Of this release, such as `0.1.0`. */
  version: string;
  /** Of the Node that runs this, such as `24.21.0`. */
  nodeVersion: string;
  /** To stdout, as it is. */
  print: (text: string) => void;
  /** To stderr, as it is: what is no result. */
  tell: (text: string) => void;
  /** Calls it at Ctrl-C, in place of ending. The returned function takes it back. */
  onInterrupt: (run: () => void) => () => void;
  fetch: Fetch;
  clock: Clock;
  random: Random;
}

export type Fetch = (address: string, init: RequestInit) => Promise<Response>;

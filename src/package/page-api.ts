/** How the line is, judged by what happened to the last real asks. */
export type Line = 'unknown' | 'online' | 'slow' | 'offline' | 'portal';

export interface TravelState {
  line: Line;
  /** Asks that wait for the network or for you. */
  waiting: number;
  /** Name of the scenario that is played; null for the real network. */
  scenario: string | null;
}

/** An ask that waits, or that nobody was there to take the answer of. */
export interface KeptAsk {
  id: string;
  /** The last thing asked, as it was typed. */
  question: string;
  /** Unix milliseconds. */
  askedAtMs: number;
  /**
   * `queued`, `sending`; `needs-sign-in`: the API answered 401, say `signedIn()` once that is cured; `refused`: finally, for
   * `reason`; `expired`: it waited too long; `answered`: whole, in `completion`; `partial`: it broke off, or failed, for `reason`.
   */
  state: 'queued' | 'sending' | 'needs-sign-in' | 'refused' | 'expired' | 'answered' | 'partial';
  /** What came of the answer so far. */
  text: string;
  /** What happened, in a sentence; null when nothing bad did. */
  reason: string | null;
  /** The whole answer as an OpenAI chat completion; null in every other state. */
  completion: Record<string, unknown> | null;
}

/** Takes a listener away. */
export type Unlisten = () => void;

export interface ConnectOptions {
  /**
   * Headers to send waiting asks with, as your app sends an ask now: read afresh each time, never stored. They also say whose asks
   * these are. Without it, or when it rejects, what waits goes on waiting.
   */
  onReplay?: () => HeadersInit | Promise<HeadersInit>;
}

/** A page's hand on the travel mode of its worker. Every promise rejects where no worker with travel mode is in charge. */
export interface TravelModePage {
  /** Calls back now and at every change. */
  onState(listener: (state: TravelState) => void): Unlisten;
  /** Calls back now and at every change of what `outbox()` gives: also as a waiting ask is being sent, and waits again. */
  onOutbox(listener: (asks: KeptAsk[]) => void): Unlisten;
  /** Calls back once for each ask that waited and is answered now, also for those answered before this page was opened. */
  onAnswered(listener: (ask: KeptAsk) => void): Unlisten;
  /** What waits, and what came of it, oldest first. */
  outbox(): Promise<KeptAsk[]>;
  /** Takes a waiting ask back. It may have reached the API already. */
  cancel(id: string): Promise<void>;
  /** Puts a waiting ask first and sends what is due. */
  sendNow(id: string): Promise<void>;
  /** Sends what is due. Done by itself when this page opens, is shown again, and hears that the network is back. */
  sendDue(): Promise<void>;
  /** Forgets an answer that was taken, or an ask that is over. */
  dismiss(id: string): Promise<void>;
  /** Somebody has signed in: asks that waited for that are sent. */
  signedIn(): Promise<void>;
  /** Plays a scenario, or the real network with null. Rejects where the worker was given no simulator. */
  simulate(scenario: Record<string, unknown> | null): Promise<void>;
  /** Removes all that is kept here for whoever the headers of `onReplay` name: answers, and asks that still wait. */
  forgetEverything(): Promise<void>;
  /** Lets go of everything: no listener is called any more. */
  close(): void;
}

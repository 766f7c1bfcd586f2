import type { KeepAlive } from '#device/ask-life.ts';
import type { Place } from '#device/database.ts';
import type { Device } from '#device/parts.ts';
import type { SuppliedHeaders } from './messages.ts';

/** What is kept for one person, and the device that keeps it. */
export interface Desk {
  device: Device;
  /** Null where nothing may be kept. */
  place: Place | null;
}

/** Whose endpoint travel mode stands in front of: our router's, or any API's. */
export interface Service<D extends Desk> {
  /** Whether this request is an ask to it. */
  owns(request: Request): boolean;
  /** Answers an ask, by the network or without it. */
  answer(request: Request, keepAlive: KeepAlive): Promise<Response>;
  /** Where the things are of whoever these headers name. */
  deskOf(headers: SuppliedHeaders | null): Promise<D>;
  /** Sends what waits there, first of all the ask of that id, as far as it may. */
  drain(desk: D, firstId: string | null): Promise<void>;
  /** Sends what waits for anybody whom a page speaks for. */
  drainAll(): Promise<void>;
  /** Somebody signed in, or another than before. */
  signedIn(desk: D): Promise<void>;
  /** Removes all that is kept there. */
  forget(desk: D): Promise<void>;
}

/** What a worker gives. */
export interface Host extends Pick<Device, 'fetch' | 'clock' | 'random' | 'factory' | 'subtle' | 'locks' | 'post'> {
  registerSync: () => Promise<void>;
  origin: string;
  /** When this worker was started, in monotonic milliseconds. */
  startedMonotonicMs: number;
  /** Headers that pages supply to send waiting asks with; none where no page does. */
  askPages: () => Promise<SuppliedHeaders[]>;
}

import * as z from 'zod/mini';
import type { Device } from '#device/parts.ts';
import { probeLine } from '#device/errand.ts';
import { networkSchema, type Network } from '#device/rows.ts';
import { readSetting, writeSetting } from '#device/settings.ts';

/** An attempt that failed in less time than this cost nobody anything: it opens nothing. Milliseconds. */
const COSTLY_MS = 1_000;

/** Longest that a probe may take, in milliseconds. */
const PROBE_LIMIT_MS = 3_000;

/** Rests between two probes that nobody waits for: from 5 s, doubling, to 5 minutes at most. */
const FIRST_REST_MS = 5_000;
const LONGEST_REST_MS = 300_000;

/** Milliseconds after which nobody knows any more how the line is: then the network is tried first again. */
const KNOWN_FOR_MS = 600_000;

const standSchema = z.object({
  /**
   * `closed`: the network is tried first. `slow`: the router is there, but its answer came too late for the last ask. `dead`: no
   * sign of life, or none looked for yet.
   */
  kind: z.enum(['closed', 'slow', 'dead']),
  /** What the line was when it opened. */
  network: networkSchema,
  /** When this was found out, in Unix milliseconds. */
  atMs: z.number(),
  /** Probes in a row that found nobody. */
  failed: z.number(),
});
export type Stand = z.infer<typeof standSchema>;

/** A line that costs time and brings nothing is paid for once, not at every ask. Outlives the worker. */
export class Breaker {
  readonly #device: Device;
  #stand: Stand | null = null;
  #probe: Promise<Network> | null = null;

  constructor(device: Device) {
    this.#device = device;
  }

  async stand(): Promise<Stand> {
    // Storage that is closed to us has nothing to say.
    const kept = this.#stand ?? (await readSetting(this.#device.meta, 'breaker', standSchema).catch(() => null));
    this.#stand ??= kept ?? { kind: 'closed', network: 'ok', atMs: 0, failed: 0 };
    const age = this.#device.clock.now() - this.#stand.atMs;
    // A clock that was set back knows nothing either.
    if (this.#stand.kind !== 'closed' && (age < 0 || age > KNOWN_FOR_MS)) this.#turn('closed', 'ok');
    return this.#stand;
  }

  /** An attempt brought nothing in `tookMs`. Opens the breaker if that was dear, as silence up to the limit is; true when it did so just now. */
  async missed(network: Network, tookMs: number, failed = 0): Promise<boolean> {
    const { kind } = await this.stand();
    if (kind === 'dead' || (network !== 'slow' && tookMs < COSTLY_MS)) return false;
    this.#turn('dead', network, failed);
    return true;
  }

  /** The router began to answer an ask after `firstMs`: in time (`limitMs`) that closes the breaker; else the line is there, and slow. */
  async heard(firstMs: number, limitMs: number): Promise<void> {
    const { kind } = await this.stand();
    if (kind === 'closed') return;
    if (firstMs <= limitMs) this.#turn('closed', 'ok');
    else this.#turn('slow', 'slow');
  }

  /**
   * Whether the router gives a sign of life: `ok`, or what the line is instead. One probe at a time, shared by all who want to
   * know. While somebody `waits`, a short rest after a failed one is enough; when the line `may-be-back`, one begun before tells
   * nothing of it.
   */
  async probe(somebody: 'waits' | 'may-be-back' | 'none'): Promise<Network> {
    const { failed, atMs, network } = await this.stand();
    const most = somebody === 'none' ? LONGEST_REST_MS : somebody === 'waits' ? FIRST_REST_MS : 0;
    const restMs = failed === 0 ? 0 : Math.min(most, FIRST_REST_MS * 2 ** (failed - 1));
    if (this.#device.clock.now() < atMs + restMs) return network;
    if (this.#probe === null || somebody === 'may-be-back') {
      const probe = this.#look(somebody === 'may-be-back').finally(() => {
        if (this.#probe === probe) this.#probe = null;
      });
      this.#probe = probe;
    }
    return this.#probe;
  }

  async #look(afresh: boolean): Promise<Network> {
    const network = await probeLine(this.#device, PROBE_LIMIT_MS);
    const { kind, failed } = await this.stand();
    if (kind === 'closed') return network;
    if (network !== 'ok') this.#turn('dead', network, failed + 1);
    else if (kind === 'dead') {
      // Nobody had found it gone: it was there all the time, and slow.
      if (failed === 0 && !afresh) this.#turn('slow', 'slow');
      else this.#turn('closed', 'ok');
    }
    return network;
  }

  #turn(kind: Stand['kind'], network: Network, failed = 0): void {
    this.#stand = { kind, network, atMs: this.#device.clock.now(), failed };
    // Kept for the next worker only.
    void writeSetting(this.#device.meta, 'breaker', this.#stand).catch((failure: unknown) => void failure);
  }
}

import * as z from 'zod/mini';
import type { Clock } from '#shared/clock.ts';
import type { Simulation } from '#shared/scenario.ts';
import type { Place } from '#device/database.ts';
import { dropSetting, readSetting, writeSetting } from '#device/settings.ts';

/** What is kept of a scenario that is on. The script that plays it reads it whole. */
const keptSchema = z.record(z.string(), z.unknown());

/** A scenario being played: `src/device/simulation.ts`, a script of its own. */
export interface Playing {
  /** Lets its time run. `fresh`: it was asked for just now, and is not taken up again by the next worker. */
  begin(fresh: boolean): void;
  fetch(request: Request): Promise<Response>;
  /** Null when it is over. */
  told(): Simulation | null;
  /** Milliseconds by which the device's clock goes wrong. */
  skewMs(): number;
  hasSync(): boolean;
  /** Throws where a write must fail. */
  refuseWrite(): void;
  /** An answer of the worker, which ends with it when the scenario kills it. */
  mortal(answer: Promise<Response>): Promise<Response>;
  /** Ends it: what it still holds goes on as without it. */
  end(): void;
}

/** What a scenario is played with. */
export interface Stage {
  fetch: (request: Request) => Promise<Response>;
  /** The true one. */
  clock: Clock;
  /** It goes otherwise from now on, or is over. */
  changed: () => void;
  /** Opens another device in the place of this one. Null where there is no worker to be killed. */
  killed: (() => void) | null;
}

/** Reads what was kept, to be played from where it is by now; null when that is no scenario, or over. */
export type Play = (kept: unknown, stage: Stage) => Playing | null;

interface Parts {
  fetch: Stage['fetch'];
  clock: Clock;
  /** Brings the script that plays scenarios; null where nothing can be simulated. */
  bringPlay: (() => Promise<Play>) | null;
  killed?: () => void;
}

/** Stands between the device and its network. Without a scenario it is not there; one that is on outlives the worker. */
export class Simulator {
  readonly #parts: Parts;
  readonly #meta: Place;
  readonly #changed: () => void;
  #playing: Playing | null = null;
  #loaded: Promise<unknown> | null = null;
  /** The device's clock: the true one, unless the scenario sets it wrong. */
  readonly clock: Clock;

  constructor(parts: Parts, meta: Place, changed: () => void) {
    this.#parts = parts;
    this.#meta = meta;
    this.#changed = changed;
    const { clock } = parts;
    this.clock = { ...clock, now: () => clock.now() + (this.#playing?.skewMs() ?? 0) };
  }

  /** What is simulated; null for the real network. */
  async scenario(): Promise<Simulation | null> {
    return (await this.#load())?.told() ?? null;
  }

  /** Begins a scenario, or goes back to the real network with null. What is no scenario changes nothing. */
  async set(scenario: unknown, rehearsal: boolean): Promise<void> {
    const kept = scenario === null ? null : { scenario, rehearsal, startedAtMs: this.#parts.clock.now() };
    const next = await this.#read(kept);
    if (kept !== null && next === null) return;
    this.#playing?.end();
    this.#playing = next;
    this.#loaded = Promise.resolve();
    await (kept === null ? dropSetting(this.#meta, 'scenario') : writeSetting(this.#meta, 'scenario', kept));
    next?.begin(true);
  }

  /** Looks again, when it is next needed, whether a scenario was begun: a page may have done so before it had a worker. */
  look(): void {
    if (this.#playing === null) this.#loaded = null;
  }

  async fetch(request: Request): Promise<Response> {
    return ((await this.#load()) ?? this.#parts).fetch(request);
  }

  async mortal(answer: Promise<Response>): Promise<Response> {
    return (await this.#load())?.mortal(answer) ?? answer;
  }

  /** Throws where a write must fail. */
  refuseWrite(): void {
    this.#playing?.refuseWrite();
  }

  hasSync(): boolean {
    return this.#playing?.hasSync() ?? true;
  }

  async #load(): Promise<Playing | null> {
    // Storage that is closed to us: then nobody switched a scenario on either.
    await (this.#loaded ??= this.#takeUp().catch((failure: unknown) => void failure));
    return this.#playing;
  }

  async #takeUp(): Promise<void> {
    const kept = await readSetting(this.#meta, 'scenario', keptSchema);
    if (kept === null) return;
    this.#playing = await this.#read(kept);
    if (this.#playing === null) await dropSetting(this.#meta, 'scenario');
    else this.#playing.begin(false);
  }

  async #read(kept: unknown): Promise<Playing | null> {
    const { fetch, clock, bringPlay, killed = null } = this.#parts;
    const play = kept === null ? null : await bringPlay?.();
    return play?.(kept, { fetch, clock, changed: this.#changed, killed }) ?? null;
  }
}

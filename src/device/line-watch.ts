import * as z from 'zod/mini';
import type { Clock } from '#shared/clock.ts';
import { evidenceSchema, EVIDENCE_KEPT, judgeLine, type Evidence, type LineState } from '#shared/line.ts';
import type { Place } from '#device/database.ts';
import { readSetting, writeSetting } from '#device/settings.ts';

const keptSchema = z.array(evidenceSchema);

/** Judges the line by what happened to the last real requests. */
export class LineWatch {
  readonly #clock: Clock;
  readonly #meta: Place;
  readonly #changed: () => void;
  #evidence: Evidence[] | null = null;

  constructor(parts: { clock: Clock; meta: Place; changed: () => void }) {
    this.#clock = parts.clock;
    this.#meta = parts.meta;
    this.#changed = parts.changed;
  }

  /** Adds what a request showed. Never fails: a line that cannot be noted is still judged in memory. */
  async note(outcome: Evidence['outcome'], firstTokenMs: number | null): Promise<void> {
    const evidence = [
      ...(await this.evidence()),
      { at_ms: this.#clock.now(), outcome, first_token_ms: firstTokenMs },
    ].slice(-EVIDENCE_KEPT);
    this.#evidence = evidence;
    this.#changed();
    // Kept for the next worker only: that it could not be written changes nothing for this one.
    await writeSetting(this.#meta, 'evidence', evidence).catch((failure: unknown) => void failure);
  }

  async evidence(): Promise<Evidence[]> {
    if (this.#evidence === null) {
      const kept = await readSetting(this.#meta, 'evidence', keptSchema).catch(() => null);
      this.#evidence ??= kept ?? [];
    }
    return this.#evidence;
  }

  async state(): Promise<LineState> {
    return judgeLine(await this.evidence());
  }
}

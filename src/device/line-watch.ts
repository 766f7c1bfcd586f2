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

  /**
   * Adds what a request showed. It counts at once, and is told and written when `after` has settled. Never fails: a line that cannot
   * be noted is still judged in memory.
   */
  async note(
    outcome: Evidence['outcome'],
    firstTokenMs: number | null,
    after: Promise<unknown> = Promise.resolve(),
  ): Promise<void> {
    const seen = { at_ms: this.#clock.now(), outcome, first_token_ms: firstTokenMs };
    if (this.#evidence === null) await this.evidence();
    this.#evidence = [...(this.#evidence ?? []), seen].slice(-EVIDENCE_KEPT);
    await after.catch((failure: unknown) => void failure);
    this.#changed();
    // Kept for the next worker only: that it could not be written changes nothing for this one.
    await writeSetting(this.#meta, 'evidence', await this.evidence()).catch((failure: unknown) => void failure);
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

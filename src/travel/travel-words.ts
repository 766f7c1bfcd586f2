import { clockWords, countWords, upTo } from '../look/words.ts';
import type { Estimate, Readiness } from './readiness.ts';

/** `Tue 24 Nov, 18:00`, in the reader's zone. */
export function momentWords(ms: number): string {
  return `${new Date(ms).toLocaleDateString('en-GB', { weekday: 'short', day: 'numeric', month: 'short' }).replace(',', '')}, ${clockWords(ms)}`;
}

/** `24 Nov, 18:00`, where it stands many times. */
export function shortMomentWords(ms: number): string {
  return `${new Date(ms).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}, ${clockWords(ms)}`;
}

/** `Tuesday 24 November, 10:00`. */
export function dateWords(ms: number): string {
  return `${new Date(ms).toLocaleDateString('en-GB', { weekday: 'long', day: 'numeric', month: 'long' }).replace(',', '')}, ${clockWords(ms)}`;
}

/** Dollars, up: whole cents from a dollar on, and four decimals below, for most asks cost less than a cent. */
export function usdWords(nanoUsd: number): string {
  return `$${upTo(nanoUsd / 1e9, nanoUsd >= 1e9 ? 2 : 4)}`;
}

/** `about $0.11`, `at least $0.11, two prices unknown`, `cost unknown`. */
export function estimateWords({ nanoUsd, unknown }: Estimate): string {
  if (unknown === 0) return `about ${usdWords(nanoUsd)}`;
  return nanoUsd === 0 ? 'cost unknown' : `at least ${usdWords(nanoUsd)}, ${countWords(unknown, 'price')} unknown`;
}

/** What stands beside the figure: `of 4 ready, 1 cannot be kept`. */
export function ofWords({ keepable, cannot }: Pick<Readiness, 'keepable' | 'cannot'>): string {
  return `of ${keepable} ready${cannot === 0 ? '' : `, ${cannot} cannot be kept`}`;
}

/** The one sentence under the figure. */
export function readySentence(pack: Readiness, demoAtMs: number | null, refreshHelps: boolean): string {
  const when = demoAtMs === null ? '' : ` before ${momentWords(demoAtMs)}`;
  if (pack.of === 0) return 'There is nothing in it yet.';
  if (pack.left > 0) {
    const failed =
      pack.failed === 0 ? '' : ` ${countWords(pack.failed, 'prompt')} had no answer; the reason stands beside it.`;
    return `${countWords(pack.left, 'prompt')} still to be answered.${failed}`;
  }
  if (pack.goneBefore.length > 0) {
    return `${countWords(pack.goneBefore.length, 'answer')} will be removed${when}: they are kept only so long. Refresh them.`;
  }
  if (pack.stale.length > 0) {
    const stale = pack.stale.length === 1 ? '1 answer goes' : `${pack.stale.length} answers go`;
    const old =
      demoAtMs === null ? `${countWords(pack.stale.length, 'answer')} are past their time.` : `${stale} stale${when}.`;
    const how = refreshHelps ? '' : ' Refreshed now they would too; do it closer to the date.';
    return `${old} They open without the network and are said to be old.${how}`;
  }
  if (pack.cannot > 0) {
    return `Everything that can be kept is ready. ${countWords(pack.cannot, 'prompt')} cannot be.`;
  }
  return 'You can demo this with the network off.';
}

/** Waits for the first word, rounded up: each of one or two, the bounds of more; empty for none. */
export function speedWords(waitsMs: readonly number[]): string {
  const words = [...waitsMs].sort((a, b) => a - b).map((ms) => (Math.ceil(ms / 100) / 10).toFixed(1));
  const [first] = words;
  const last = words.at(-1);
  if (first === undefined || last === undefined) return '';
  if (words.length <= 2) return words.map((word) => `${word} s`).join(' and ');
  return first === last ? `${first} s` : `${first} to ${last} s`;
}

/** Numbers as people read them. Waits and costs are rounded up: none may look better than it is. Ages are counted in full units, as people do. */

/** `0.6 s`, `12 s`, `3 min`; a wait, so it is rounded up. */
export function durationWords(ms: number): string {
  if (ms < 10_000) return `${(Math.ceil(ms / 100) / 10).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.ceil(ms / 1000)} s`;
  if (ms < 2 * 3_600_000) return `${Math.ceil(ms / 60_000)} min`;
  if (ms < 2 * 86_400_000) return `${Math.ceil(ms / 3_600_000)} h`;
  return `${Math.ceil(ms / 86_400_000)} days`;
}

/** `just now`, `8 min ago`, `3 h ago`, `yesterday`, `5 days ago`. */
export function ageWords(ms: number): string {
  if (ms < 60_000) return 'just now';
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ago`;
  if (ms < 24 * 3_600_000) return `${Math.floor(ms / 3_600_000)} h ago`;
  if (ms < 48 * 3_600_000) return 'yesterday';
  return `${Math.floor(ms / 86_400_000)} days ago`;
}

/** The time of day in the reader's zone, `14:33`. */
export function clockWords(ms: number): string {
  return new Date(ms).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false });
}

/** The day in the reader's zone: `Today`, `This week`, else the month and year. */
export function dayGroup(ms: number, nowMs: number): string {
  const day = new Date(ms).toDateString();
  if (day === new Date(nowMs).toDateString()) return 'Today';
  if (nowMs - ms < 7 * 86_400_000) return 'This week';
  return new Date(ms).toLocaleDateString('en', { month: 'long', year: 'numeric' });
}

/** `1 ask`, `3 asks`. */
export function countWords(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** `first`, `second`, `third`, `4th`; the place counts from 1. */
export function placeWords(place: number): string {
  const word = ['first', 'second', 'third'][place - 1];
  if (word !== undefined) return word;
  const ending = ['th', 'st', 'nd', 'rd'];
  const teen = place % 100 >= 11 && place % 100 <= 13;
  return `${place}${teen ? 'th' : (ending[place % 10] ?? 'th')}`;
}

/** How many words a text has. */
export function wordCount(text: string): number {
  return text.trim() === '' ? 0 : text.trim().split(/\s+/).length;
}

/** Bytes as `86 kB`, `1.9 MB`. */
export function bytesWords(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(Math.ceil(bytes / 100_000) / 10).toFixed(1)} MB`;
}

/** A number with so many decimals, never smaller than it is: `upTo(0.00011, 4)` is `0.0002`. */
export function upTo(value: number, decimals: number): string {
  const unit = 10 ** decimals;
  // What is a whole number of units but for the float's last bits stays what it is.
  return (Math.ceil(Number((value * unit).toFixed(6))) / unit).toFixed(decimals);
}

/** A comparison that holds. */
export interface Comparison {
  title: string;
  /** Words of a question that it suits. */
  suits: RegExp;
  rows: readonly (readonly [string, string, string, string])[];
  verdict: string;
}

/** The first row is the head. */
export const COMPARISONS: readonly [Comparison, ...Comparison[]] = [
  {
    title: 'Ways to get text to a browser as it is written',
    suits: /\b(sse|websockets?|polling|stream(ing)?|events|browser|http)\b/i,
    rows: [
      ['', 'Polling', 'Server-sent events', 'WebSocket'],
      ['Direction', 'one way, again and again', 'one way', 'both ways'],
      ['Resumes by itself', 'yes', 'yes, by last id', 'no'],
      ['Through old proxies', 'always', 'nearly always', 'sometimes'],
      ['Cost while idle', 'high', 'low', 'low'],
    ],
    verdict: 'For an answer that flows one way, server-sent events are the least that works.',
  },
  {
    title: 'Networks on the road',
    suits: /\b(wi-?fi|networks?|hotspot|mobile|signal|internet|5g|4g)\b/i,
    rows: [
      ['', 'Café Wi-Fi', 'Train Wi-Fi', 'Phone hotspot'],
      ['Typical delay', '20–60 ms', '80–900 ms', '40–90 ms'],
      ['Fails by', 'a sign-in page', 'tunnels', 'an empty battery'],
      ['Good for', 'long calls', 'reading', 'everything, for an hour'],
      ['Ask first', 'the password', 'the seat by the window', 'the price abroad'],
    ],
    verdict: 'Trust none of them with the only copy of what you are writing.',
  },
  {
    title: 'Three ways to travel 600 km',
    suits: /\b(trains?|planes?|bus(es)?|fly(ing)?|flights?|travel|cars?|trip)\b/i,
    rows: [
      ['', 'Train', 'Plane', 'Bus'],
      ['Door to door', '4–6 h', '4–5 h', '8–9 h'],
      ['Hours you can work in', '3–5', '1', '2–4'],
      ['Carbon, rough', '10–20 kg', '90–150 kg', '15–25 kg'],
      ['Luggage', 'what you can carry', 'what you pay for', 'one case'],
    ],
    verdict: 'Counted in hours of usable time, the train usually wins below 800 km.',
  },
  {
    title: 'Where to keep what must not be lost',
    suits: /\b(storage|store|files?|databases?|disk|backup|cloud|save|sqlite|postgres)\b/i,
    rows: [
      ['', 'Browser storage', 'A file on disk', 'A database server'],
      ['Survives a reload', 'yes', 'yes', 'yes'],
      ['Survives a full disk', 'may be evicted', 'fails loudly', 'fails loudly'],
      ['Reached from two devices', 'no', 'with effort', 'yes'],
      ['Backed up by', 'nobody', 'you', 'you, if you did'],
    ],
    verdict: 'Pick by asking who notices when it is gone.',
  },
];

/** A comparison as a Markdown table. */
export function writeTable({ rows }: Comparison): string {
  const [head, ...rest] = rows.map((cells) => `| ${cells.join(' | ')} |`);
  return [head, '| --- | --- | --- | --- |', ...rest].join('\n');
}

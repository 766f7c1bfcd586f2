import { describe, expect, it } from 'vitest';
import type { Provenance } from '#shared/answer.ts';
import type { AnswerView } from '../../src/ask/answer-view.ts';
import { tellOrigin } from '../../src/ask/provenance.ts';

const MIN = 60_000;

function provenance(part: Partial<Provenance> = {}): Provenance {
  return {
    id: 'a',
    source: 'provider',
    provider: 'north/large',
    model: 'm',
    attempts: 1,
    hops: 0,
    cost_usd: null,
    cost_estimated: false,
    degraded: [],
    age_seconds: 0,
    first_token_ms: null,
    demo: false,
    ...part,
  };
}

type Whole = Extract<AnswerView, { kind: 'whole' }>;

function whole(part: Partial<Whole> = {}, from: Partial<Provenance> = {}): Whole {
  return {
    kind: 'whole',
    text: 'Words.',
    finishReason: 'stop',
    provenance: provenance(from),
    network: 'ok',
    waitedMs: 0,
    firstTokenMs: 612,
    totalMs: 4_010,
    atMs: new Date(2026, 10, 20, 15, 2).getTime(),
    fresh: null,
    ...part,
  };
}

const arrival = {
  source: 'provider',
  provider: 'south/large',
  model: null,
  ageSeconds: 0,
  hops: 0,
  network: 'ok',
} as const;
/** Every state an ask can be in, and the line that stands under it. */
const TABLE: [string, Parameters<typeof tellOrigin>[0], string][] = [
  ['asked', { kind: 'asked' }, 'Asked. Waiting for the first word.'],
  [
    'arriving',
    { kind: 'arriving', text: 'W', arrival, firstWordMs: 1_900 },
    'Arriving from south/large. First word after 1.9 s.',
  ],
  [
    'arriving from nobody known',
    { kind: 'arriving', text: '', arrival: { ...arrival, provider: null }, firstWordMs: null },
    'Arriving.',
  ],
  [
    'arriving from memory',
    { kind: 'arriving', text: 'W', arrival: { ...arrival, source: 'router-cache', ageSeconds: 500 }, firstWordMs: 20 },
    'From the router’s memory, 8 min ago. First word after 0.1 s.',
  ],
  [
    'arriving from this device',
    {
      kind: 'arriving',
      text: 'W',
      arrival: { ...arrival, source: 'saved', ageSeconds: 3 * 3600, network: 'offline' },
      firstWordMs: 5,
    },
    'Saved on this device, 3 h ago. There was no network.',
  ],
  ['live', whole(), 'Live from north/large. First word after 0.7 s, whole in 4.1 s.'],
  ['live, without figures', whole({ firstTokenMs: null }), 'Live from north/large.'],
  ['live from nobody known', whole({ firstTokenMs: null }, { provider: null, model: null }), 'Live.'],
  [
    'live after a hop',
    whole({ firstTokenMs: null }, { hops: 1 }),
    'Live from north/large. Another provider did not answer in time.',
  ],
  [
    'live, [ST10] written by two',
    whole({ firstTokenMs: null }, { hops: 1, continued: { provider: 'south/large', at: 60 } }),
    'Live from north/large. It broke off; south/large wrote the rest.',
  ],
  [
    'live, cut at its length',
    whole({ firstTokenMs: null, finishReason: 'length' }),
    'Live from north/large. Cut at its length limit.',
  ],
  [
    'live, filtered',
    whole({ firstTokenMs: null, finishReason: 'content_filter' }),
    'Live from north/large. Cut by the provider’s content filter.',
  ],
  [
    'memory',
    whole({}, { source: 'router-cache', age_seconds: 480 }),
    'From the router’s memory, 8 min ago. Costs nothing.',
  ],
  [
    'old memory',
    whole({}, { source: 'router-cache', age_seconds: 3 * 86_400, degraded: ['stale_answer'] }),
    'Old answer, 3 days ago. No provider can be reached now.',
  ],
  [
    'memory in place of what a limit forbids',
    whole({}, { source: 'router-cache', age_seconds: 3 * 86_400, degraded: ['cached_answer'] }),
    'Old answer, 3 days ago. A new one would go past a limit.',
  ],
  [
    'live for less',
    whole({ firstTokenMs: null }, { degraded: ['safeguard', 'truncate_context', 'cheaper_model'] }),
    'Live from north/large. Spending is held back. The oldest turns were left out. By a cheaper model.',
  ],
  [
    'saved, offline',
    whole({ network: 'offline' }, { source: 'saved', age_seconds: 3 * 3600 }),
    'Saved on this device, 3 h ago. There was no network.',
  ],
  [
    'saved, slow',
    whole({ network: 'slow' }, { source: 'saved', age_seconds: 10 }),
    'Saved on this device, just now. The line gave no first word in time.',
  ],
  [
    'saved, portal',
    whole({ network: 'portal' }, { source: 'saved', age_seconds: 30 * 3600 }),
    'Saved on this device, yesterday. The Wi-Fi wanted a sign-in.',
  ],
  [
    'saved, no provider answered',
    whole({ network: 'router' }, { source: 'saved', age_seconds: 2 * 86_400 }),
    'Saved on this device, 2 days ago. The router is there, but gave no answer.',
  ],
  [
    'saved, a stranger answered',
    whole({ network: 'bad-answer' }, { source: 'saved', age_seconds: 0 }),
    'Saved on this device, just now. Something that is not the router answered.',
  ],
  [
    'saved, cut',
    whole({ network: 'cut' }, { source: 'saved', age_seconds: 0 }),
    'Saved on this device, just now. The line broke.',
  ],
  ['came late', whole({ waitedMs: 12 * MIN, network: 'offline' }), 'Arrived at 15:02, after 12 min offline.'],
  [
    'came late, portal',
    whole({ waitedMs: 12 * MIN, network: 'portal' }),
    'Arrived at 15:02, after 12 min behind a sign-in page.',
  ],
  ['came late, slow', whole({ waitedMs: 12 * MIN, network: 'slow' }), 'Arrived at 15:02, after 12 min on a slow line.'],
  [
    'resuming',
    { kind: 'resuming', text: 'one two three' },
    'Part of it. The line broke after 3 words. Picking up where it stopped.',
  ],
  [
    'stopped',
    { kind: 'partial', text: 'one', code: 'cancelled', message: 'You stopped it.' },
    'Stopped after 1 word. Ask again for the whole.',
  ],
  [
    'a part',
    { kind: 'partial', text: 'one', code: 'stream_incomplete', message: 'The line broke before the end.' },
    'Part of it. The line broke before the end. What arrived is kept as a partial answer. Ask again for the whole.',
  ],
  [
    'stopped at once',
    { kind: 'failed', code: 'cancelled', message: 'You stopped it.' },
    'Stopped before the first word. Ask again sends it again.',
  ],
  [
    'taken back to edit',
    { kind: 'failed', code: 'edited', message: 'It was not sent.' },
    'Taken back to edit. It was not sent.',
  ],
  [
    'providers down',
    { kind: 'failed', code: 'providers_down', message: 'Nobody answers.' },
    'No provider can be reached. Nobody answers. Try again in a while. The Console shows what each provider said.',
  ],
  [
    'unreachable',
    { kind: 'failed', code: 'unreachable', message: 'It did not go out.' },
    'The router cannot be reached. It did not go out. Ask again when the line is back.',
  ],
  [
    'a code nobody knows',
    { kind: 'failed', code: 'strange', message: 'It was strange.' },
    'No answer. It was strange.',
  ],
  ['unsent', { kind: 'unsent' }, 'Not sent. Ask again sends it now.'],
];

describe('the line under an answer', () => {
  it.each(TABLE)('[G10] %s', (_name, view, words) => {
    const { what, more, mark } = tellOrigin(view);
    expect(`${what} ${more}`.trim()).toBe(words);
    expect(mark).not.toBe('');
  });

  it('[G10] a hint that the router already gave is not given twice', () => {
    const { more } = tellOrigin({ kind: 'failed', code: 'too_large', message: 'It is too long. Send less text.' });
    expect(more).toBe('It is too long. Send less text.');
  });
});

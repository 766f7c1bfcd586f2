import type { Provenance } from '#shared/answer.ts';
import { networkSchema, type Step } from '#device/rows.ts';
import type { MarkName } from '../look/mark.tsx';
import { ageWords, countWords, durationWords } from '../look/words.ts';
import type { AnswerView } from './answer-view.ts';
import { whyNotLive } from './provenance.ts';

/** One thing that happened to an ask, as it is read. */
export interface Moment {
  /** Since it was asked: `0.41 s`, rounded up; `before` when it happened ahead of the ask. */
  at: string;
  mark: MarkName;
  tone: '' | 'good' | 'warn' | 'bad';
  what: string;
  /** Why, or what came of it; empty for nothing. */
  more: string;
  /** From here on it waited. */
  waits: boolean;
}

/** What a stretch of the line was: waiting for words, words arriving, in the outbox, or given from this device. */
export interface Stretch {
  kind: 'waiting' | 'arriving' | 'in-line' | 'saved';
  fromMs: number;
  toMs: number;
}

/** The life of one ask, as far as it was noted. */
export interface Timeline {
  /** One sentence that says what took the time. */
  summary: string;
  moments: Moment[];
  stretches: Stretch[];
  /** Where the line broke, in milliseconds since it was asked. */
  cutsMs: number[];
  totalMs: number;
  /** What the router says of its own part; empty when it says nothing. */
  router: { name: string; value: string }[];
  /** What nobody noted, one sentence each. */
  missing: string[];
}

type Ended = Extract<AnswerView, { kind: 'whole' | 'partial' | 'failed' }>;

/** Joins what this device noted with the router's own figures. `timeline` is null where nothing was noted. */
export function tellTimeline(timeline: readonly Step[] | null, answer: Ended): Timeline {
  const steps = [...(timeline ?? [])].sort((a, b) => a.atMs - b.atMs);
  const { stretches, cutsMs } = stretchesOf(steps);
  const asked = { at: '0.00 s', mark: 'is-idle', tone: '', what: 'Asked', more: '', waits: false } as const;
  let tries = 0;
  const told = steps.map((step) => {
    if (step.what === 'tried') tries += 1;
    return { atMs: step.atMs, moment: momentOf(step, tries) };
  });
  return {
    summary: summaryOf(steps, stretches, cutsMs.length),
    moments: [
      ...told.filter(({ atMs }) => atMs < 0).map(({ moment }) => moment),
      asked,
      ...told.filter(({ atMs }) => atMs >= 0).map(({ moment }) => moment),
    ],
    stretches,
    cutsMs,
    totalMs: Math.max(0, steps.at(-1)?.atMs ?? 0),
    router: answer.kind === 'whole' ? routerOf(answer.provenance) : [],
    missing: missingOf(timeline, answer),
  };
}

/** `0.41 s` under ten seconds, then as any duration; always rounded up. */
export function sinceWords(ms: number): string {
  if (ms < 0) return 'before';
  return ms < 10_000 ? `${(Math.ceil(ms / 10) / 100).toFixed(2)} s` : durationWords(ms);
}

function momentOf({ what, atMs, note }: Step, tries: number): Moment {
  const at = sinceWords(atMs);
  const moment = (mark: MarkName, words: string, more = '', tone: Moment['tone'] = '', waits = false): Moment => ({
    at,
    mark,
    tone,
    what: words,
    more,
    waits,
  });
  switch (what) {
    case 'worker-started':
      return moment('is-idle', 'The worker woke up', 'It sleeps while nobody asks.');
    case 'keyed':
      return moment('is-idle', 'Its key was made', 'By it the same question is known again.');
    case 'looked-up':
      return note === 'found'
        ? moment('from-device', 'A saved answer was found', 'It is given if the network brings nothing in time.')
        : moment('is-idle', 'Nothing was saved for it');
    case 'tried':
      return momentOfTry(moment, note, tries);
    case 'first-token':
      return moment('is-good', 'First word', '', 'good');
    case 'cut':
      return moment('from-part', 'The line broke', 'The rest was asked for by its id.', 'warn', true);
    case 'resumed':
      return moment('line-resuming', 'Picked up where it stopped');
    case 'saved-given':
      return moment('from-device', 'The saved answer was given', why(note));
    case 'queued':
      return moment('from-nowhere', 'Put in the line', why(note), '', true);
    case 'sent':
      return moment('line-online', 'Taken from the line, to be sent');
    case 'ended':
      return momentOfEnd(moment, note);
    case 'kept':
      return moment('from-device', 'Kept on this device');
    default:
      return what satisfies never;
  }
}

type MakeMoment = (mark: MarkName, what: string, more?: string, tone?: Moment['tone'], waits?: boolean) => Moment;

function momentOfTry(moment: MakeMoment, note: string | null, tries: number): Moment {
  const what = tries === 1 ? 'Sent to the router' : `Sent to the router, try ${tries}`;
  if (note === null) return moment('is-probing', what, 'How that went was not noted.', '', true);
  if (note === 'ok') return moment('is-probing', what, '', '', true);
  return moment('is-bad', what, why(note) || 'It was given up.', 'bad', true);
}

function momentOfEnd(moment: MakeMoment, note: string | null): Moment {
  switch (note) {
    case 'stop':
    case 'tool_calls':
      return moment('is-good', 'Whole', '', 'good');
    case 'length':
      return moment('is-warn', 'Cut at its length limit', '', 'warn');
    case 'content_filter':
      return moment('is-warn', 'Cut by the provider’s content filter', '', 'warn');
    case 'cancelled':
      return moment('is-idle', 'Stopped by you');
    default:
      return moment('is-bad', 'Ended without being whole', note === null ? '' : `Its code is ${note}.`, 'bad');
  }
}

function why(note: string | null): string {
  const network = networkSchema.safeParse(note);
  return network.success ? whyNotLive(network.data) : '';
}

function stretchesOf(steps: readonly Step[]): Pick<Timeline, 'stretches' | 'cutsMs'> {
  const stretches: Stretch[] = [];
  const cutsMs: number[] = [];
  let now: { kind: Stretch['kind']; fromMs: number } = { kind: 'waiting', fromMs: 0 };
  const turnTo = (kind: Stretch['kind'], atMs: number): void => {
    if (atMs > now.fromMs) stretches.push({ ...now, toMs: atMs });
    now = { kind, fromMs: Math.max(0, atMs) };
  };
  for (const { what, atMs } of steps) {
    if (what === 'first-token' || what === 'resumed') turnTo('arriving', atMs);
    else if (what === 'queued') turnTo('in-line', atMs);
    else if (what === 'sent') turnTo('waiting', atMs);
    else if (what === 'saved-given') turnTo('saved', atMs);
    else if (what === 'cut') {
      cutsMs.push(atMs);
      turnTo('waiting', atMs);
    } else if (what === 'ended') turnTo(now.kind, atMs);
  }
  return { stretches, cutsMs };
}

function summaryOf(steps: readonly Step[], stretches: readonly Stretch[], cuts: number): string {
  const last = steps.findLast(({ what }) => what === 'ended');
  if (last === undefined) return '';
  const spent = (kind: Stretch['kind']): number =>
    stretches.filter((each) => each.kind === kind).reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const part = (kind: Stretch['kind'], words: string): string =>
    spent(kind) < 5 ? '' : `${sinceWords(spent(kind))} ${words}`;
  const parts = [
    part('in-line', 'in the line'),
    part('waiting', 'waiting for words'),
    part('arriving', 'of words arriving'),
  ].filter((part) => part !== '');
  const broke = cuts === 0 ? '' : ` The line broke ${cuts === 1 ? 'once' : countWords(cuts, 'time')}.`;
  return `${sinceWords(last.atMs)} in all${parts.length === 0 ? '' : `: ${parts.join(', ')}`}.${broke}`;
}

/** Figures of the ask that brought this answer: of a saved one that was an earlier one, and then its own way is not told here. */
function routerOf(provenance: Provenance): Timeline['router'] {
  const { attempts, hops, provider, model, first_token_ms, cost_usd, cost_estimated, source, age_seconds } = provenance;
  const figures: [string, string | null][] = [
    ['Answered by', provider ?? model],
    ['Model', provider === null ? null : model],
    ['Age', source === 'provider' ? null : ageWords(age_seconds * 1000)],
    ['First token, at the router', first_token_ms === null ? null : sinceWords(first_token_ms)],
    ['Calls to providers', source === 'saved' ? null : String(attempts)],
    ['Moved on to another', hops === 0 ? null : countWords(hops, 'time')],
    ['Cost', cost_usd === null || source !== 'provider' ? null : costWords(cost_usd, cost_estimated)],
  ];
  return figures.flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
}

/** Exact, without the zeros at the end; cents always stand. */
function costWords(usd: string, estimated: boolean): string {
  return `$${usd.replace(/(\.\d\d\d*?)0+$/, '$1')}${estimated ? ', estimated' : ''}`;
}

function missingOf(timeline: readonly Step[] | null, answer: Ended): string[] {
  if (timeline === null || timeline.length === 0) return ['What happened on this device was not noted.'];
  const has = (...whats: Step['what'][]): boolean => timeline.some(({ what }) => whats.includes(what));
  const missing: string[] = [];
  if (!has('tried', 'saved-given', 'sent')) missing.push('How it was sent was not noted.');
  if (answer.kind === 'whole' && !has('first-token', 'saved-given'))
    missing.push('When the first word came was not noted.');
  if (!has('ended')) missing.push('Its end was not noted: whoever wrote it down was gone by then.');
  return missing;
}

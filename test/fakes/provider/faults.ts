import type { FailureKind } from '../../../server/providers/provider.ts';
import { COMPLAINT_NAMES, complain, complainInside, type ComplaintName, type FakeWire } from './refusals.ts';
import {
  attemptOf,
  begin,
  cut,
  cutAt,
  end,
  fail,
  finish,
  giveReason,
  hold,
  inBytes,
  inOneJson,
  open,
  ping,
  raw,
  refuse,
  reset,
  say,
  zipped,
  type Attempt,
  type Step,
} from './script.ts';

/**
 * What may go wrong with one attempt, by name: every row of the table of retries and every rule on streams. Each is made
 * of the whole answer that it spoils.
 */
export interface Fault {
  name: string;
  /** How far the attempt comes: nothing, the response head, or content. */
  after: 'nothing' | 'head' | 'content';
  /** What the provider's failure must be; null where only a timer of the router can end it. */
  kind: FailureKind | null;
  attempt(wire: FakeWire, pieces: readonly string[]): Attempt;
}

/** A fault that changes nothing for the person who asked: the answer is whole all the same. */
export interface Blemish {
  name: string;
  attempt(wire: FakeWire, pieces: readonly string[]): Attempt;
}

const KIND_OF_COMPLAINT: Record<ComplaintName, FailureKind> = {
  'rate limit': 'rate-limited',
  'slow down': 'rate-limited',
  quota: 'quota',
  'no credit': 'quota',
  'wrong key': 'unauthorized',
  forbidden: 'unauthorized',
  'no such model': 'model-missing',
  timeout: 'rejected',
  conflict: 'rejected',
  'too large': 'caller',
  unprocessable: 'caller',
  malformed: 'caller',
  'too long': 'context-length',
  policy: 'content-policy',
  'server error': 'rejected',
  'bad gateway': 'rejected',
  unavailable: 'rejected',
  'gateway timeout': 'rejected',
  overloaded: 'rejected',
};

/** Refusals before the stream, one for each row of the table. */
export const REFUSALS: readonly Fault[] = COMPLAINT_NAMES.map((name) => ({
  name: `refused: ${name}`,
  after: 'nothing',
  kind: KIND_OF_COMPLAINT[name],
  attempt: (wire) => attemptOf(complain(wire, name)),
}));

/** The same complaints as error objects inside a 200 stream. */
export const REFUSALS_INSIDE: readonly Fault[] = COMPLAINT_NAMES.flatMap((name): Fault[] => [
  {
    name: `error inside before content: ${name}`,
    after: 'head',
    kind: KIND_OF_COMPLAINT[name],
    attempt: (wire) => attemptOf([open(), complainInside(wire, name)]),
  },
  {
    name: `error inside after content: ${name}`,
    after: 'content',
    kind: KIND_OF_COMPLAINT[name],
    attempt: (wire, pieces) => attemptOf([...half(pieces), complainInside(wire, name)]),
  },
]);

/** Breaks of the connection, and silences. */
export const BREAKS: readonly Fault[] = [
  fault('hung up before any byte', { after: 'nothing', kind: 'unreachable' }, () => [cut()]),
  fault('reset before any byte', { after: 'nothing', kind: 'unreachable' }, () => [reset()]),
  fault('silent before the headers', { after: 'nothing', kind: null }, () => [hold()]),
  fault('headers, then silence', { after: 'head', kind: null }, () => [open(), hold()]),
  fault('headers, then a reset', { after: 'head', kind: 'cut' }, () => [open(), reset()]),
  fault('headers, then a clean end', { after: 'head', kind: 'cut' }, () => [open(), end()]),
  fault('a role, then silence', { after: 'head', kind: 'stalled' }, () => [begin(), hold()]),
  fault('a role, then a clean end', { after: 'head', kind: 'cut' }, () => [begin(), end()]),
  fault('pings and nothing else', { after: 'head', kind: 'stalled' }, () => [open(), ping(), ping(), ping(), hold()]),
  fault('a page instead of a stream', { after: 'nothing', kind: 'rejected' }, () =>
    refuse(200, '<html>Sign in to the Wi-Fi</html>', { 'content-type': 'text/html' }),
  ),
  fault('a redirect', { after: 'nothing', kind: 'rejected' }, () => refuse(302, '', { location: '/elsewhere' })),
  fault('JSON that is no answer', { after: 'nothing', kind: 'rejected' }, () => refuse(200, { hello: 'world' })),
  fault('reset mid-answer', { after: 'content', kind: 'cut' }, (pieces) => [...half(pieces), reset()]),
  fault('hung up mid-answer', { after: 'content', kind: 'cut' }, (pieces) => [...half(pieces), cut()]),
  fault('silent mid-answer', { after: 'content', kind: 'stalled' }, (pieces) => [...half(pieces), hold()]),
  fault('a clean end without a finish reason', { after: 'content', kind: 'cut' }, (pieces) => [...half(pieces), end()]),
  fault('a terminator without a finish reason', { after: 'content', kind: 'cut' }, (pieces) => [
    ...half(pieces),
    finish({ reason: null, usage: false }),
  ]),
  fault('an error of no known class mid-answer', { after: 'content', kind: 'rejected' }, (pieces) => [
    ...half(pieces),
    fail('something_new'),
  ]),
  {
    name: 'cut at a byte of the second piece',
    after: 'content',
    kind: 'cut',
    // Behind what stands before the content and the first piece, on either wire.
    attempt: (wire, pieces) => cutAt(pieces.map(say), wire === 'openai' ? 420 : 620),
  },
];

/** Every fault of one attempt. */
export const FAULTS: readonly Fault[] = [...REFUSALS, ...REFUSALS_INSIDE, ...BREAKS];

/** What looks odd and is no failure. */
export const BLEMISHES: readonly Blemish[] = [
  blemish('bytes one by one', (pieces) => inBytes([...pieces.map(say), finish()], 1)),
  blemish('bytes in sevens', (pieces) => inBytes([...pieces.map(say), finish()], 7)),
  blemish('no terminator', (pieces) => [...pieces.map(say), finish({ terminator: false })]),
  blemish('no terminator, and the connection stays open', (pieces) => [
    ...pieces.map(say),
    finish({ terminator: false, linger: true }),
  ]),
  blemish('pings before and between', (pieces) => [ping(), ping(), ...pieces.flatMap((piece) => [say(piece), ping()])]),
  blemish('malformed chunks between', (pieces) => pieces.flatMap((piece) => [say(piece), raw('data: {"broken\n\n')])),
  blemish('an error object after the finish reason', (pieces) => [
    ...pieces.map(say),
    giveReason(),
    fail('overloaded_error'),
  ]),
  blemish('a reset after the finish reason', (pieces) => [...pieces.map(say), giveReason(), cut()]),
  blemish('usage on the chunk of the finish reason', (pieces) => [...pieces.map(say), finish({ usageOn: 'finish' })]),
  blemish('usage beside an empty delta', (pieces) => [...pieces.map(say), finish({ usageOn: 'empty-delta' })]),
  blemish('usage after the finish reason', (pieces) => [...pieces.map(say), giveReason(), finish()]),
  blemish('no usage', (pieces) => [...pieces.map(say), finish({ usage: false })]),
  blemish('one JSON instead of a stream', (pieces) => inOneJson(pieces.join(''))),
  blemish('one JSON without usage', (pieces) => inOneJson(pieces.join(''), { usage: false })),
];

/** A compressed stream although none was asked for; what it means is for the contract of providers to say. */
export const COMPRESSED: Blemish = blemish('a compressed stream', (pieces) => zipped([...pieces.map(say), finish()]));

function fault(
  name: string,
  { after, kind }: { after: Fault['after']; kind: FailureKind | null },
  steps: (pieces: readonly string[]) => Step[],
): Fault {
  return { name, after, kind, attempt: (_wire, pieces) => attemptOf(steps(pieces)) };
}

function blemish(name: string, make: (pieces: readonly string[]) => Step[] | Attempt): Blemish {
  return { name, attempt: (_wire, pieces) => attemptOf(make(pieces)) };
}

function half(pieces: readonly string[]): Step[] {
  return pieces.slice(0, Math.max(1, Math.floor(pieces.length / 2))).map(say);
}

import type { Told } from '../ask/provenance.ts';
import { waitedFor, whyNotLive } from '../ask/provenance.ts';
import { ageWords, clockWords, durationWords, placeWords, wordCount } from '../look/words.ts';
import type { Entry } from './entry.ts';

/** A try that comes sooner is not announced: by the time it is read it has been. */
const WORTH_SAYING_MS = 60_000;

/** How an entry reads wherever a person sees it: a mark, what, then why and what happens next. `nowMs` is Unix milliseconds. */
export function tellEntry(entry: Entry, nowMs: number): Told {
  switch (entry.kind) {
    case 'draft':
      return told('is-idle', 'Draft.', `Typed ${ageWords(nowMs - entry.atMs)}, not asked yet.`);
    case 'queued':
      return tellQueued(entry, nowMs);
    case 'sending':
      return told('line-resuming', 'Being sent.', 'The answer will stand in its conversation.', 'live');
    case 'resuming':
      return told(
        'from-part',
        `Resuming after word ${wordCount(entry.text)}.`,
        'The line broke; the rest is being fetched.',
        'live',
      );
    case 'answered':
      return tellAnswered(entry);
    case 'refused':
      return told('is-bad', 'Refused.', `${entry.message} It stays here until you edit or discard it.`, 'bad');
    case 'needs-sign-in':
      return told(
        'is-paused',
        'Needs you to sign in.',
        'Your session has ended. Open a sign-in link in this browser, and it goes by itself.',
        'warn',
      );
    case 'expired':
      return told('is-unmeasured', 'Expired.', 'It waited too long to be sent unasked. Ask again, or discard it.');
    case 'cancelled':
      return told('is-idle', 'Cancelled.', 'It was taken out of the line.');
    default:
      return entry satisfies never;
  }
}

function tellQueued(entry: Extract<Entry, { kind: 'queued' }>, nowMs: number): Told {
  const place = entry.place === null ? '' : `, ${placeWords(entry.place)} in line`;
  // That it is offline is said by the line; any other reason only here.
  const why = entry.network === null || entry.network === 'offline' ? '' : whyNotLive(entry.network);
  const next =
    entry.notBeforeMs - nowMs > WORTH_SAYING_MS ? `The next try is at ${clockWords(entry.notBeforeMs)}.` : '';
  const tells = entry.toTell ? 'You will be told when it is answered.' : '';
  const more = [why, next, 'It goes by itself, even if you close this page.', tells].filter((one) => one !== '');
  return told('from-nowhere', `Waiting to be sent${place}.`, more.join(' '));
}

function tellAnswered({ what, atMs, waitedMs, network }: Extract<Entry, { kind: 'answered' }>): Told {
  const after = `after ${durationWords(waitedMs)} ${waitedFor(network)}.`;
  const at = clockWords(atMs);
  if (what === 'whole') return told('is-good', `Answered at ${at},`, after, 'good');
  return what === 'partial'
    ? told('from-part', `Part of it came at ${at},`, `${after} Open it to see why.`, 'warn')
    : told('is-bad', `No answer at ${at},`, `${after} Open it to see why.`, 'bad');
}

const told = (mark: Told['mark'], what: string, more: string, tone: Told['tone'] = ''): Told => ({
  mark,
  tone,
  what,
  more,
});

import type { PreflightReport } from '#shared/preflight-wire.ts';
import type { Reply } from '../app/api.ts';
import { countWords } from '../look/words.ts';
import { bad, good, unmeasured, warn, type Finding } from './finding.ts';
import type { PreflightParts } from './preflight-parts.ts';
import { speedWords } from './travel-words.ts';

/** A clock that is further off than this makes ages and dates wrong, ms. */
const SKEW_LIMIT_MS = 120_000;

/** Whether the page opens offline. */
export function judgeShell(shell: { files: number; missing: number } | null): Finding {
  if (shell === null)
    return unmeasured('Opens offline', 'The page is not installed here, so it does not open offline.');
  const { files, missing } = shell;
  if (missing === 0 && files > 0) return good('Opens offline', `${files} files`);
  return bad(
    'It may not open offline',
    `${missing} of ${files} files missing`,
    'Load the page again while you are online.',
    'reload',
  );
}

/** Whether the worker answers for the page. */
export function judgeWorker({ kind }: Awaited<ReturnType<PreflightParts['worker']>>): Finding {
  if (kind === 'in-charge') return good('Worker in control', 'of this page');
  if (kind === 'not-in-charge')
    return warn(
      'No worker controls this page',
      '',
      'Load the page again; a forced reload leaves the worker out.',
      'reload',
    );
  return bad(
    'This browser runs no worker here',
    '',
    'A private window, or a browser that forbids it. What is saved opens only while this page stays open. Use an ordinary window.',
    null,
  );
}

/** Whether the browser keeps what is stored. */
export function judgeStorage(persisted: boolean | null): Finding {
  if (persisted === null) return unmeasured('Storage', 'This browser does not say whether it keeps what is stored.');
  if (persisted) return good('Kept by the browser', 'until you remove it');
  return warn(
    'The browser may clear this',
    '',
    'When it runs short of room it removes what is not marked to be kept. Ask it to keep this, or install Layover.',
    'persist',
  );
}

/** Whether the chosen pack is ready, and stays fresh. */
export function judgeAnswers(answers: Awaited<ReturnType<PreflightParts['answers']>>): Finding {
  if (answers === null || answers.of === 0)
    return warn('No travel pack', '', 'Make one, with what you will ask.', null);
  const { ready, of, stale, beforeDemo, refreshHelps, freshUntil } = answers;
  if (ready < of)
    return warn('The pack is not ready', `${ready} of ${of}`, 'Get it ready above, while you are online.', null);
  if (stale > 0)
    return warn(
      beforeDemo
        ? `${stale} of ${of} answers go stale before the demo`
        : `${stale} of ${of} answers are past their time`,
      '',
      `They open, and are said to be old. ${refreshHelps ? 'Refresh them above.' : 'Refresh them closer to the date.'}`,
      null,
    );
  return good('Answers fresh', `until ${freshUntil}`);
}

/** Whether what is stored opens. */
export function judgeKey(key: Awaited<ReturnType<PreflightParts['key']>>): Finding {
  switch (key) {
    case 'opens':
      return good('Key for what is stored', 'here, cannot leave');
    case 'empty':
      return good('Key for what is stored', 'here, nothing sealed yet');
    case 'does-not-open':
      return bad(
        'What is stored does not open',
        '',
        'Its key is not the one it was sealed with. Get the pack ready again.',
        null,
      );
    case 'none':
      return bad(
        'Nothing can be stored here',
        '',
        'This address is not HTTPS, so there is no key. Open Layover over HTTPS.',
        null,
      );
    default:
      return key satisfies never;
  }
}

/** By the moment halfway between sending and getting; it is known only to half of what lay between. */
export function judgeClock({ reply, sentMs, gotMs }: Awaited<ReturnType<PreflightParts['router']>>): Finding {
  if (!reply.ok) return unmeasured('Clock', 'It is compared with the router’s, which does not answer now.');
  const skewMs = (sentMs + gotMs) / 2 - reply.value.now_ms;
  const about = Math.max(100, Math.ceil((gotMs - sentMs) / 200) * 100);
  const off = Math.abs(skewMs);
  if (off <= about) return good('Clock', `right, to ${(about / 1000).toFixed(1)} s`);
  const fact = `${offWords(off)} ${skewMs > 0 ? 'ahead' : 'behind'}`;
  if (off <= SKEW_LIMIT_MS) return good('Clock', fact);
  return warn('The clock of this device is wrong', fact, 'Set it, or ages and dates here are wrong by as much.', null);
}

function offWords(ms: number): string {
  if (ms < 60_000) return `${(Math.ceil(ms / 100) / 10).toFixed(1)} s`;
  return ms < 2 * 3_600_000 ? `${Math.ceil(ms / 60_000)} min` : `${Math.ceil(ms / 3_600_000)} h`;
}

/** Events are told with the next ask, so a few of them wait now and then; more than so many, or for longer, they do not. */
const MANY_EVENTS = 100;
const OLD_EVENT_MS = 3_600_000;

/** Whether the router knows what happened here. */
export function judgeTold({ lastAnswer, waiting, oldestMs }: Awaited<ReturnType<PreflightParts['told']>>): Finding {
  const fact = lastAnswer === null ? 'not yet' : `last answer ${lastAnswer}`;
  const events = countWords(waiting, 'event');
  if (waiting > MANY_EVENTS || (waiting > 0 && oldestMs > OLD_EVENT_MS))
    return warn(`${events} not told yet`, fact, 'They go with the next ask. Nothing of them is lost offline.', null);
  return lastAnswer === null
    ? unmeasured('Told the router', 'No ask of this device was answered lately.')
    : good(
        'Told the router',
        `${fact}, ${waiting === 0 ? 'nothing waits' : `${events} ${waiting === 1 ? 'waits' : 'wait'} for the next ask`}`,
      );
}

/** Whether the providers answer, and how fast. */
export function judgeRouter(reply: Reply<PreflightReport>): Finding {
  if (!reply.ok) {
    const signedOut = reply.failure.status === 401;
    return signedOut
      ? warn('You are signed out', '', 'What is saved opens; nothing new can be asked. Open a sign-in link.', null)
      : warn('The router cannot be reached', '', whyUnreachable(reply.failure.message), null);
  }
  const { ready, reasons, deployments } = reply.value;
  if (!ready) return warn('The router is not ready', '', reasons.join(' ').replaceAll('`', ''), null);
  const out = deployments.filter(({ state }) => state !== 'callable');
  const measured = deployments.flatMap(({ state, name, first_token_p50_ms: waitMs }) =>
    state === 'callable' && waitMs !== null ? [{ name, waitMs }] : [],
  );
  const speed = speedWords(measured.map(({ waitMs }) => waitMs));
  if (out.length > 0) {
    const names = out.map(({ name }) => name).join(', ');
    return out.length === 1
      ? warn(`${names} is out`, speed, 'The others answer for it.', null)
      : warn(`${names} are out`, speed, 'The others answer for them.', null);
  }
  if (measured.length === 0)
    return unmeasured('Providers', 'None was asked in the last 24 h. Ask something to see whether they answer.');
  const title =
    deployments.length === 1
      ? 'The provider answers'
      : deployments.length === 2
        ? 'Both providers answer'
        : `All ${deployments.length} providers answer`;
  if (measured.length === deployments.length) return good(title, speed);
  const names = measured.map(({ name }) => name).join(', ');
  const others = deployments.length - measured.length === 1 ? 'The other was' : 'The others were';
  return {
    ...unmeasured('Providers', `First word from ${names} after ${speed}. ${others} not asked in the last 24 h.`),
    fact: `${measured.length} of ${deployments.length} measured`,
  };
}

/** Says nothing twice: the title has said that it cannot be reached. */
function whyUnreachable(message: string): string {
  return `${message.replace(/^The router cannot be reached\. ?/, '')} What is saved opens without it.`.trim();
}

/** Whether a new version waits. */
export function judgeUpdate({ updateWaits, kind }: Awaited<ReturnType<PreflightParts['worker']>>): Finding {
  if (kind === 'none') return unmeasured('Version', 'Without a worker the newest comes with each load.');
  if (!updateWaits) return good('Version', 'no update waits');
  return warn('An update waits', '', 'Take it before you leave, then look here again.', 'update');
}

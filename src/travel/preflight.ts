import type { Clock } from '#shared/clock.ts';
import type { PreflightReport } from '#shared/preflight-wire.ts';
import type { Reply } from '../app/api.ts';
import { speedWords } from './travel-words.ts';

/** What is looked at before a journey, in the order in which it is shown. */
export const CHECKS = ['shell', 'worker', 'storage', 'answers', 'key', 'clock', 'told', 'router', 'update'] as const;
export type CheckId = (typeof CHECKS)[number];

/** What a press beside a check does. */
export type Remedy = 'persist' | 'reload' | 'update';

/** What was found. `unmeasured` is never said to be fine. */
export interface Finding {
  verdict: 'good' | 'warn' | 'bad' | 'unmeasured';
  title: string;
  /** One fact, beside the title. */
  fact: string;
  /** What it means and what to do; empty when it is fine. */
  advice: string;
  remedy: Remedy | null;
}

export type Check = { id: CheckId; finding: Finding | null };

/** What the checks look at. Each verb may take its time: it is given up after `CHECK_LIMIT_MS` and counts as unmeasured. */
export interface PreflightParts {
  clock: Clock;
  /** Files of the page that must be there offline, and how many are; null when nobody can tell. */
  shell: () => Promise<{ files: number; missing: number } | null>;
  worker: () => Promise<{ kind: 'in-charge' | 'not-in-charge' | 'none'; updateWaits: boolean }>;
  /** Whether the browser keeps what is stored; null when it does not say. */
  persisted: () => Promise<boolean | null>;
  /** `stale` answers are so at the date of the demo (`beforeDemo`), or now where there is none. */
  answers: () => Promise<{
    of: number;
    ready: number;
    stale: number;
    beforeDemo: boolean;
    refreshHelps: boolean;
    freshUntil: string;
  } | null>;
  /** Whether this device's key is there, and opens what it sealed; `empty` when nothing is sealed yet. */
  key: () => Promise<'opens' | 'empty' | 'does-not-open' | 'none'>;
  /** Asks the router how it is. `sentMs` and `gotMs` are this device's clock before and after. */
  router: () => Promise<{ reply: Reply<PreflightReport>; sentMs: number; gotMs: number }>;
  /** When an ask of this device was last answered by the router, as words; how many events it has not been told. */
  told: () => Promise<{ lastAnswer: string | null; waiting: number }>;
}

/** Longest that one check may take, ms. */
export const CHECK_LIMIT_MS = 6_000;

/** A clock that is further off than this makes ages and dates wrong, ms. */
const SKEW_LIMIT_MS = 120_000;

/** Makes all checks side by side and tells each as it is done. None waits for another, none throws. */
export async function runChecks(
  parts: PreflightParts,
  { tell, only = CHECKS }: { tell: (check: Check) => void; only?: readonly CheckId[] },
  signal: AbortSignal,
): Promise<void> {
  // The router is asked once, for two of them.
  const router = once(parts.router);
  const worker = once(parts.worker);
  const made: Record<CheckId, () => Promise<Finding>> = {
    shell: async () => judgeShell(await parts.shell()),
    worker: async () => judgeWorker(await worker()),
    storage: async () => judgeStorage(await parts.persisted()),
    answers: async () => judgeAnswers(await parts.answers()),
    key: async () => judgeKey(await parts.key()),
    clock: async () => judgeClock(await router()),
    told: async () => judgeTold(await parts.told()),
    router: async () => judgeRouter((await router()).reply),
    update: async () => judgeUpdate(await worker()),
  };
  await Promise.all(
    only.map(async (id) => {
      const finding = await within(parts.clock, id, made[id]);
      if (!signal.aborted) tell({ id, finding });
    }),
  );
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}

/** What it found, or that it could not be measured. */
function within(clock: Clock, id: CheckId, make: () => Promise<Finding>): Promise<Finding> {
  return new Promise((resolve) => {
    const cancel = clock.after(CHECK_LIMIT_MS, () =>
      resolve(unmeasured(TITLES[id], `It did not answer within ${CHECK_LIMIT_MS / 1000} s.`)),
    );
    make()
      .catch((cause: unknown) =>
        unmeasured(
          TITLES[id],
          `It could not be looked at: ${cause instanceof Error ? cause.message : 'no reason given'}`,
        ),
      )
      .then((finding) => {
        cancel();
        resolve(finding);
      }, resolve);
  });
}

const TITLES: Record<CheckId, string> = {
  shell: 'Opens offline',
  worker: 'Worker in control',
  storage: 'Storage',
  answers: 'Answers fresh',
  key: 'Key for what is stored',
  clock: 'Clock',
  told: 'Told the router',
  router: 'Providers',
  update: 'Version',
};

function judgeShell(shell: { files: number; missing: number } | null): Finding {
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

function judgeWorker({ kind }: Awaited<ReturnType<PreflightParts['worker']>>): Finding {
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

function judgeStorage(persisted: boolean | null): Finding {
  if (persisted === null) return unmeasured('Storage', 'This browser does not say whether it keeps what is stored.');
  if (persisted) return good('Kept by the browser', 'until you remove it');
  return warn(
    'The browser may clear this',
    '',
    'When it runs short of room it removes what is not marked to be kept. Ask it to keep this, or install Layover.',
    'persist',
  );
}

function judgeAnswers(answers: Awaited<ReturnType<PreflightParts['answers']>>): Finding {
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

function judgeKey(key: Awaited<ReturnType<PreflightParts['key']>>): Finding {
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
function judgeClock({ reply, sentMs, gotMs }: Awaited<ReturnType<PreflightParts['router']>>): Finding {
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

function judgeTold({ lastAnswer, waiting }: Awaited<ReturnType<PreflightParts['told']>>): Finding {
  const fact = lastAnswer === null ? 'not yet' : `last answer ${lastAnswer}`;
  if (waiting > 0)
    return warn(
      `${waiting} ${waiting === 1 ? 'event' : 'events'} not told yet`,
      fact,
      'They go with the next ask. Nothing of them is lost offline.',
      null,
    );
  return lastAnswer === null
    ? unmeasured('Told the router', 'No ask of this device was answered lately.')
    : good('Told the router', `${fact}, nothing waits`);
}

function judgeRouter(reply: Reply<PreflightReport>): Finding {
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

function judgeUpdate({ updateWaits, kind }: Awaited<ReturnType<PreflightParts['worker']>>): Finding {
  if (kind === 'none') return unmeasured('Version', 'Without a worker the newest comes with each load.');
  if (!updateWaits) return good('Version', 'no update waits');
  return warn('An update waits', '', 'Take it before you leave, then look here again.', 'update');
}

function good(title: string, fact: string): Finding {
  return { verdict: 'good', title, fact, advice: '', remedy: null };
}

function warn(title: string, fact: string, advice: string, remedy: Remedy | null): Finding {
  return { verdict: 'warn', title, fact, advice, remedy };
}

function bad(title: string, fact: string, advice: string, remedy: Remedy | null): Finding {
  return { verdict: 'bad', title, fact, advice, remedy };
}

function unmeasured(title: string, advice: string): Finding {
  return { verdict: 'unmeasured', title, fact: 'not measured', advice, remedy: null };
}

import type { Clock } from '#shared/clock.ts';
import { unmeasured, type Finding } from './finding.ts';
import type { PreflightParts } from './preflight-parts.ts';
import {
  judgeAnswers,
  judgeClock,
  judgeKey,
  judgeRouter,
  judgeShell,
  judgeStorage,
  judgeTold,
  judgeUpdate,
  judgeWorker,
} from './preflight-verdicts.ts';

/** What is looked at before a journey, in the order in which it is shown. */
export const CHECKS = ['shell', 'worker', 'storage', 'answers', 'key', 'clock', 'told', 'router', 'update'] as const;
export type CheckId = (typeof CHECKS)[number];

export type Check = { id: CheckId; finding: Finding | null };

/** Longest that one check may take, ms. */
export const CHECK_LIMIT_MS = 6_000;

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

import type { Answer } from '#shared/answer.ts';
import { statusOf } from '#shared/problem-codes.ts';
import { eventOf, rowOf, wholeState, type AskLife } from '#device/ask-life.ts';
import type { Failure } from '#device/failure.ts';
import { keepLate } from '#device/late-answer.ts';
import type { Opening, Unread } from '#device/opening.ts';
import { readRefusal } from '#device/refusal.ts';
import { afterward } from '#device/router-answer.ts';
import type { Network } from '#device/rows.ts';
import { touchSaved } from '#device/saved-answers.ts';
import { settle } from '#device/settlement.ts';

type Late = Promise<Opening | Unread | null> | null;

/** Ends an ask that a saved answer was given to. The answer does not wait for it; what may still come is taken afterwards: `over`. */
export async function endSaved(
  life: AskLife,
  answer: Answer,
  { network, late }: { network: Network; late: Late },
): Promise<{ over: Promise<void> }> {
  await settleSaved(life, answer, network);
  // Only then there is a row to which the fresh one can be added.
  return { over: late === null ? Promise.resolve() : takeLate(life, late) };
}

/** Ends an ask that got nothing: `passed` is the router's own failure, when it was that. */
export async function endFailed(
  life: AskLife,
  failure: Failure,
  { network, passed }: { network: Network; passed: Response | null },
): Promise<void> {
  const told = passed === null ? null : readRefusal(await passed.clone().text());
  await settle(life.device, life.standing.place, {
    row: rowOf(life, {
      kind: 'problem',
      code: told?.code ?? failure.code,
      message: told?.message ?? failure.message,
      status: passed?.status ?? statusOf(failure.code),
      network,
    }),
    event: eventOf(life, { outcome: 'failed', source: 'none', network }),
    saved: null,
    outbox: null,
  });
}

/** Ends an ask that somebody stopped. */
export async function endStopped(life: AskLife, failure: Failure): Promise<void> {
  await settle(life.device, life.standing.place, {
    row: rowOf(life, { kind: 'problem', ...failure, status: statusOf(failure.code), network: 'ok' }),
    event: eventOf(life, { outcome: 'stopped', source: 'none', network: 'ok' }),
    saved: null,
    outbox: null,
  });
}

/** The fresh answer, and what waited for a line. */
async function takeLate(life: AskLife, late: Promise<Opening | Unread | null>): Promise<void> {
  const headers = await keepLate(life, late);
  if (headers !== null) await afterward(life, headers);
}

/** Ends an ask that a saved answer was given to. The answer does not wait for it: it is on the disk already. */
async function settleSaved(life: AskLife, answer: Answer, network: Network): Promise<void> {
  const { device, standing, saved } = life;
  const nowMs = device.clock.now();
  await settle(device, standing.place, {
    row: rowOf(life, wholeState(life, answer, network)),
    event: eventOf(life, {
      outcome: 'answered',
      source: 'saved',
      network,
      savedAgeMs: saved === null ? 0 : Math.max(0, nowMs - saved.savedAtMs),
    }),
    saved: null,
    outbox: null,
  });
  if (standing.place !== null && saved !== null) await touchSaved(standing.place, saved.key, nowMs);
}

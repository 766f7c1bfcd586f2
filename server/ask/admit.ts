import { Problem } from '#shared/problem.ts';
import type { ClaimResult } from '../store/journal.ts';
import type { AskHandle } from './asks.ts';
import type { Heart } from './heart.ts';
import { asksUsage, isDiscreet, type Ask } from './identify.ts';
import type { Job } from './job.ts';
import { JournalWriter } from './journal-writer.ts';
import { within } from './limit.ts';
import { expired, replay } from './replay.ts';

const MS_PER_DAY = 86_400_000;

/** Longest wait for a claim, ms; a little more than the database itself waits for another program. */
const CLAIM_MS = 6_000;

/** Either this ask is to run, or it is an earlier one come again. */
export type Admission = { kind: 'run'; job: Job } | { kind: 'again'; handle: AskHandle };

/**
 * Elects one producer per key. The job is registered in the same turn in which the claim is won, so that a claim that
 * is lost right after finds it.
 */
export async function admit(ask: Ask, heart: Heart): Promise<Admission> {
  const { journal, live, log } = heart;
  for (let tries = 1; ; tries++) {
    let claim: ClaimResult;
    try {
      claim = await claimInTime(ask, heart);
    } catch (cause) {
      log.error({ askId: ask.id, err: cause }, 'The journal did not take a claim; the ask goes on in memory only.');
      return claimInMemory(ask, heart);
    }
    if (claim.kind === 'run') {
      const writer = new JournalWriter(claim.askId, journal, log);
      return { kind: 'run', job: live.start({ ...ask, id: claim.askId }, { run: claim.run, journal: writer }) };
    }
    if (claim.kind === 'other-body') throw keyReused();
    if (claim.kind === 'expired') throw expired(ask.id);
    const job = live.byId(claim.askId);
    if (job === null) {
      const handle = await replay(ask.owner, claim.askId, heart);
      if (handle === null) throw expired(claim.askId);
      return { kind: 'again', handle };
    }
    // It failed, and its key is about to be free: this repeat is a new run as soon as the journal knows.
    if (tries === 1 && job.isKeyFree) await job.settled;
    else return { kind: 'again', handle: job.hold('replay', ask.request.reader) };
  }
}

/** Throws when the journal takes too long; a claim that is won after that is given back, so that its key stays free. */
async function claimInTime(ask: Ask, { clock, configuration, journal, log }: Heart): Promise<ClaimResult> {
  const { key, synthetic, arrivedAtMs } = ask.request;
  const claiming = journal.claim({
    owner: ask.owner,
    askId: ask.id,
    key,
    bodyHash: ask.bodyHash,
    nowMs: clock.now(),
    discreet: isDiscreet(ask),
    keepMs: configuration.retention.journalDays * MS_PER_DAY,
    usageAsked: asksUsage(ask.request.body),
    tags: { feature: ask.feature.name, synthetic, arrivedAtMs },
    ...(ask.cacheKey === null ? {} : { cacheKey: ask.cacheKey }),
  });
  const claim = await within(clock, CLAIM_MS, claiming);
  if (claim !== null) return claim;
  claiming
    .then((late) => (late.kind === 'run' ? journal.end(late.askId, 'failed', clock.now()) : undefined))
    .catch((cause: unknown) => log.error({ askId: ask.id, err: cause }, 'A late claim was not given back.'));
  throw new Error(`It did not answer within ${CLAIM_MS} ms.`);
}

/** Without a journal this process still runs a key once while it remembers it. */
function claimInMemory(ask: Ask, { live }: Heart): Admission {
  const { key } = ask.request;
  const earlier = key === null ? null : live.byKey(ask.owner, key);
  if (earlier === null || earlier.isKeyFree) {
    const run = earlier?.id === ask.id ? earlier.run + 1 : 1;
    return { kind: 'run', job: live.start(ask, { run, journal: null }) };
  }
  if (earlier.ask.bodyHash !== ask.bodyHash) throw keyReused();
  return { kind: 'again', handle: earlier.hold('replay', ask.request.reader) };
}

function keyReused(): Problem {
  return new Problem('key_reused', 'The `Idempotency-Key` stands for another ask already.', {
    param: 'Idempotency-Key',
  });
}

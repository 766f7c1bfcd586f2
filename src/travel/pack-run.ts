import { mintAskId } from '#shared/ask-id.ts';
import { wait, type Clock, type Random } from '#shared/clock.ts';
import type { Pack, PackItem } from '#device/pack.ts';
import type { AskAhead, Asked } from './ask-ahead.ts';
import { addCost } from './readiness.ts';

/** Asks that are on their way at the same time: enough to go on while one waits, few enough for a bad line. */
const LANES = 2;

/** How often an ask that came too soon is sent again, and the longest wait before that, ms. */
const TRIES = 5;
const LONGEST_WAIT_MS = 60_000;

/** After these the next ask would fare no better: the run pauses, and nothing is held against the prompt. */
const PAUSING: Record<string, string> = {
  offline: 'There is no connection to the router.',
  unreachable: 'The router cannot be reached.',
  portal: 'This Wi-Fi wants a sign-in first.',
  signed_out: 'You are signed out.',
  budget_spent: 'The budget is spent.',
  stopping: 'The router is restarting.',
};

export interface RunParts {
  clock: Clock;
  random: Random;
  /** A pause does not end an ask that is under way: it is being paid for. */
  ask: (ask: AskAhead) => Promise<Asked>;
  /** When the answer under this key was saved, Unix ms; null when none is. */
  savedAt: (key: string) => Promise<number | null>;
  /** Changes the pack and stores it; resolves when it is on the disk. */
  change: (change: (pack: Pack) => Pack) => Promise<void>;
  /** Is told which prompts are being asked now. */
  asking: (itemIds: ReadonlySet<string>) => void;
}

export type RunEnd = { kind: 'done' } | { kind: 'paused'; why: string | null };

/**
 * Asks these prompts, two at a time. The id of each ask is stored before it is sent and kept until it is answered, so that whoever
 * goes on after a reload, a pause or a lost line pays for nothing twice.
 */
export async function runPack(
  wanted: readonly { item: PackItem; key: string; refresh: boolean }[],
  parts: RunParts,
  signal: AbortSignal,
): Promise<RunEnd> {
  const queue = [...wanted];
  const asking = new Set<string>();
  let why: string | null = null;

  async function lane(): Promise<void> {
    for (;;) {
      const next = signal.aborted || why !== null ? undefined : queue.shift();
      if (next === undefined) return;
      asking.add(next.item.id);
      parts.asking(new Set(asking));
      try {
        why = (await askOne(next, parts, signal)) ?? why;
      } finally {
        asking.delete(next.item.id);
        parts.asking(new Set(asking));
      }
    }
  }

  await Promise.all(Array.from({ length: LANES }, lane));
  if (why !== null) return { kind: 'paused', why };
  return signal.aborted ? { kind: 'paused', why: null } : { kind: 'done' };
}

/** Why the whole run must pause; null to go on. */
async function askOne(
  { item, key, refresh }: { item: PackItem; key: string; refresh: boolean },
  parts: RunParts,
  signal: AbortSignal,
): Promise<string | null> {
  const { clock, random } = parts;
  const again = item.work !== null && item.work.key === key && item.work.refresh === refresh;
  const work = again ? item.work : { askId: mintAskId(clock, random), key, refresh, wantedAtMs: clock.now() };
  if (work === null) return null;
  await parts.change(onItem(item.id, (each) => ({ ...each, work })));
  const asked = await askPatiently(
    { askId: work.askId, feature: item.feature, prompt: item.prompt, refresh },
    parts,
    signal,
  );
  if (asked.kind === 'failed') {
    if (asked.code === 'cancelled') return null;
    const pausing = PAUSING[asked.code];
    if (pausing !== undefined) return pausing;
    const trouble = { code: asked.code, message: asked.message, atMs: clock.now() };
    // A final refusal has had its answer: whoever tries again asks anew. Any other failure has freed its id.
    const final = asked.status !== null && asked.status >= 400 && asked.status < 500 && asked.status !== 429;
    await parts.change(onItem(item.id, (each) => ({ ...each, trouble, work: final ? null : work })));
    return null;
  }
  const savedAtMs = await parts.savedAt(key);
  const kept = savedAtMs !== null && (!refresh || savedAtMs >= work.wantedAtMs);
  const trouble = kept ? null : { code: 'not-kept', message: whyNotKept(asked.whole), atMs: clock.now() };
  const done = onItem(item.id, (each) => ({
    ...each,
    work: null,
    trouble,
    importedAtMs: kept ? null : each.importedAtMs,
  }));
  await parts.change((pack) => {
    const next = done(pack);
    return asked.source === 'saved' ? next : { ...next, spent: addCost(next.spent, asked.costUsd) };
  });
  return null;
}

/** Asks that come too fast are told how long to wait. */
async function askPatiently(ask: AskAhead, { ask: send, clock }: RunParts, signal: AbortSignal): Promise<Asked> {
  for (let tries = 1; ; tries++) {
    const asked = await send(ask);
    if (asked.kind === 'answered' || asked.status !== 429 || tries === TRIES || signal.aborted) return asked;
    try {
      await wait(clock, Math.min(asked.retryAfterMs ?? 1_000, LONGEST_WAIT_MS), signal);
    } catch {
      // Paused meanwhile.
      return { ...asked, code: 'cancelled' };
    }
  }
}

function whyNotKept(whole: boolean): string {
  return whole
    ? 'It was answered, but the answer is not kept: it looks personal, or this device has no room.'
    : 'It was answered, but not to its end, and only whole answers are kept. Ask for less.';
}

/** Changes one prompt of a pack; a pack without it stays as it is. */
export function onItem(id: string, change: (item: PackItem) => PackItem): (pack: Pack) => Pack {
  return (pack) => ({ ...pack, items: pack.items.map((item) => (item.id === id ? change(item) : item)) });
}

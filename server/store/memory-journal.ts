import type { NumberedEvent } from '#shared/answer.ts';
import type { Clock } from '#shared/clock.ts';
import { Problem } from '#shared/problem.ts';
import {
  MAX_EVENT_BYTES,
  type Claim,
  type ClaimResult,
  type CutAsk,
  type EndState,
  type Journal,
  type JournalPage,
  type NotedCall,
  type Owner,
} from './journal.ts';

/** Most bytes of events of ended asks; those that ended longest ago lose theirs first, and are expired. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Most asks that are over; those that ended longest ago are forgotten first. */
const MAX_OVER = 10_000;

/** How often what is past its time is looked for, ms. */
const SWEEP_MS = 60_000;

interface Kept {
  claim: Claim;
  run: number;
  state: 'running' | EndState;
  events: NumberedEvent[];
  calls: NotedCall[];
  /** As JSON. */
  bytes: number;
  /** Both are 0 while it runs. */
  expiresAtMs: number;
  forgetAtMs: number;
}

/**
 * The journal in memory. [J7] It has nothing left to recover after a crash. Running asks have no bound of their own: the
 * same events are held by whoever runs them.
 */
export class MemoryJournal implements Journal {
  readonly #clock: Clock;
  readonly #maxBytes: number;
  readonly #byId = new Map<string, Kept>();
  readonly #byKey = new Map<string, Kept>();
  /** In the order in which they ended. */
  readonly #over = new Set<Kept>();
  #bytesOver = 0;
  #takeBackSweep: (() => void) | null = null;

  constructor(clock: Clock, maxBytes = MAX_BYTES) {
    this.#clock = clock;
    this.#maxBytes = maxBytes;
  }

  async claim(claim: Claim): Promise<ClaimResult> {
    const held = this.holding(claim);
    if (held !== null) return held;
    const earlier = this.#byId.get(claim.askId);
    const run = earlier !== undefined && isFree(earlier.state) ? earlier.run + 1 : 1;
    this.begin(claim, run);
    return { kind: 'run', askId: claim.askId, run };
  }

  /** What keeps a claim from running; null when nothing here does. */
  holding({ owner, askId, key, bodyHash, nowMs }: Claim): ClaimResult | null {
    const held = key === null ? undefined : this.#known(this.#byKey.get(keyOf(owner, key)), nowMs);
    if (held !== undefined && !isFree(held.state)) {
      if (held.claim.bodyHash !== bodyHash) return { kind: 'other-body' };
      if (held.state !== 'running' && held.expiresAtMs <= nowMs) return { kind: 'expired' };
      return { kind: 'same', askId: held.claim.askId, state: held.state };
    }
    const taken = this.#known(this.#byId.get(askId), nowMs);
    return taken === undefined || taken === held ? null : { kind: 'other-body' };
  }

  /** Begins a run that nothing keeps from running. */
  begin(claim: Claim, run: number): void {
    const { owner, askId, key } = claim;
    const earlier = key === null ? undefined : this.#byKey.get(keyOf(owner, key));
    if (earlier !== undefined) this.#forget(earlier);
    const kept: Kept = { claim, run, state: 'running', events: [], calls: [], bytes: 0, expiresAtMs: 0, forgetAtMs: 0 };
    this.#byId.set(askId, kept);
    if (key !== null) this.#byKey.set(keyOf(owner, key), kept);
  }

  has(askId: string): boolean {
    return this.#byId.has(askId);
  }

  async append(askId: string, events: NumberedEvent[]): Promise<void> {
    this.#add(askId, events);
  }

  #add(askId: string, events: NumberedEvent[]): void {
    const kept = this.#byId.get(askId);
    if (kept?.state !== 'running') return;
    const fresh: NumberedEvent[] = [];
    for (const event of [...events].sort((a, b) => a.seq - b.seq)) {
      const expected = kept.events.length + fresh.length + 1;
      if (event.seq > expected)
        throw new Problem('broken', `Event ${expected} of ask \`${askId}\` was left out before ${event.seq}.`);
      if (event.seq === expected) fresh.push(event);
    }
    const bytes = kept.bytes + Buffer.byteLength(JSON.stringify(fresh));
    if (bytes > MAX_EVENT_BYTES)
      throw new Problem('too_large', `The events of ask \`${askId}\` are more than ${MAX_EVENT_BYTES} bytes.`);
    kept.bytes = bytes;
    kept.events.push(...fresh);
  }

  async note(askId: string, calls: readonly NotedCall[]): Promise<void> {
    const kept = this.#byId.get(askId);
    if (kept?.state === 'running') kept.calls = [...calls];
  }

  async end(askId: string, state: EndState, atMs: number, last: NumberedEvent[] = []): Promise<void> {
    if (last.length > 0) this.#add(askId, last);
    const kept = this.#byId.get(askId);
    if (kept?.state !== 'running') return;
    kept.state = state;
    kept.expiresAtMs = atMs + kept.claim.keepMs;
    kept.forgetAtMs = kept.expiresAtMs + kept.claim.keepMs;
    this.#over.add(kept);
    this.#bytesOver += kept.bytes;
    for (const oldest of this.#over) {
      if (this.#bytesOver <= this.#maxBytes) break;
      if (oldest.bytes > 0) this.#empty(oldest, atMs);
    }
    for (const oldest of this.#over) {
      if (this.#over.size <= MAX_OVER) break;
      this.#forget(oldest);
    }
    this.#takeBackSweep ??= this.#clock.after(SWEEP_MS, () => this.#sweep());
  }

  async read(query: {
    owner: Owner;
    askId: string;
    after: number;
    limit: number;
    nowMs: number;
  }): Promise<JournalPage | null> {
    const { owner, askId, after, limit, nowMs } = query;
    const kept = this.#known(this.#byId.get(askId), nowMs);
    if (kept === undefined || kept.claim.owner.tenant !== owner.tenant || kept.claim.owner.user !== owner.user)
      return null;
    if (kept.state !== 'running' && kept.expiresAtMs <= nowMs) return { state: 'expired', events: [] };
    const usageAsked = kept.claim.usageAsked === true ? { usageAsked: true as const } : {};
    return { state: kept.state, events: kept.events.slice(after, after + limit), ...usageAsked };
  }

  async cacheKeyOf(askId: string): Promise<string | null> {
    return this.#byId.get(askId)?.claim.cacheKey ?? null;
  }

  async recover(nowMs: number): Promise<CutAsk[]> {
    const cut = [...this.#byId.values()].filter(({ state }) => state === 'running');
    await Promise.all(cut.map(({ claim }) => this.end(claim.askId, 'incomplete', nowMs)));
    return cut.map(({ claim, run, events, calls, bytes }) => {
      const { owner, askId, tags } = claim;
      return { owner, askId, run, tags, begun: events.length > 0, calls, answerBytes: bytes };
    });
  }

  async forget({ tenant, user }: { tenant: string; user: string | null }): Promise<number> {
    const own = [...this.#byId.values()].filter(
      ({ claim: { owner } }) => owner.tenant === tenant && (user === null || owner.user === user),
    );
    for (const kept of own) this.#forget(kept);
    return own.length;
  }

  async prune(nowMs: number): Promise<void> {
    for (const kept of this.#over) {
      if (kept.forgetAtMs <= nowMs) this.#forget(kept);
      else if (kept.expiresAtMs <= nowMs) this.#empty(kept, nowMs);
    }
  }

  /** Forgets everything. */
  close(): void {
    this.#takeBackSweep?.();
    this.#takeBackSweep = null;
    this.#byId.clear();
    this.#byKey.clear();
    this.#over.clear();
  }

  /** Words must go when their time is up, not when somebody asks for them. */
  #sweep(): void {
    void this.prune(this.#clock.now());
    this.#takeBackSweep = this.#over.size === 0 ? null : this.#clock.after(SWEEP_MS, () => this.#sweep());
  }

  #known(kept: Kept | undefined, nowMs: number): Kept | undefined {
    return kept !== undefined && kept.state !== 'running' && kept.forgetAtMs <= nowMs ? undefined : kept;
  }

  #empty(kept: Kept, nowMs: number): void {
    this.#bytesOver -= kept.bytes;
    kept.bytes = 0;
    kept.events = [];
    kept.expiresAtMs = Math.min(kept.expiresAtMs, nowMs);
  }

  #forget(kept: Kept): void {
    const { owner, askId, key } = kept.claim;
    if (this.#over.delete(kept)) this.#bytesOver -= kept.bytes;
    if (this.#byId.get(askId) === kept) this.#byId.delete(askId);
    if (key !== null && this.#byKey.get(keyOf(owner, key)) === kept) this.#byKey.delete(keyOf(owner, key));
  }
}

function isFree(state: 'running' | EndState): boolean {
  return state === 'failed' || state === 'incomplete';
}

function keyOf({ tenant, user }: Owner, key: string): string {
  return JSON.stringify([tenant, user, key]);
}

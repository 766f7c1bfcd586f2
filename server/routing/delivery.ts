import type { Deployment } from '../config/configuration.ts';
import { Alignment } from './alignment.ts';
import type { ContentEvent } from './attempt.ts';
import { bytesOf } from './bill.ts';
import type { Commitment, RoutedAsk, RouteSink } from './route.ts';

/** What becomes of content: passed on, kept until the answer is whole, fitted to what was sent, or begun anew. */
type Mode = { kind: 'live' } | { kind: 'buffered' } | { kind: 'continue'; alignment: Alignment } | { kind: 'anew' };

/** Most bytes that are kept of an answer before it is passed on; more than the journal takes is passed on at once, and ends there. */
const MOST_KEPT_BYTES = 4 * 1024 * 1024;

/** What readers get of the attempts of one ask. It alone knows what was sent. Rules: docs/behaviour.md, ST7–ST16. */
export class Delivery {
  readonly #ask: Pick<RoutedAsk, 'onBreak' | 'delivery'>;
  readonly #sink: RouteSink;
  #mode: Mode;
  #sent = '';
  /** Something was sent that is no text: it cannot be gone on with. */
  #sentMore = false;
  #by: Commitment | null = null;
  #kept: { event: ContentEvent; by: Commitment }[] = [];
  #keptBytes = 0;

  constructor(ask: Pick<RoutedAsk, 'onBreak' | 'delivery'>, sink: RouteSink) {
    this.#ask = ask;
    this.#sink = sink;
    this.#mode = ask.delivery === 'buffered' ? { kind: 'buffered' } : { kind: 'live' };
  }

  /** Readers have something: only what follows them can go on. */
  get begun(): boolean {
    return this.#by !== null;
  }

  /** Who began what readers have; null when they have nothing. */
  get by(): Commitment | null {
    return this.#by;
  }

  /** The text that the next attempt is to go on with; null when it is to answer from the beginning. */
  get toGoOnWith(): string | null {
    return this.#mode.kind === 'continue' ? this.#sent : null;
  }

  /** An attempt begins. */
  expect({ prefill }: Deployment): void {
    if (this.#mode.kind === 'continue') this.#mode.alignment = new Alignment(this.#sent, { trusted: prefill });
  }

  /** Content of an attempt. False when it cannot be joined to what was sent. */
  take(event: ContentEvent, by: Commitment): boolean {
    switch (this.#mode.kind) {
      case 'live':
        this.#send(event, by);
        return true;
      case 'buffered':
        this.#kept.push({ event, by });
        this.#keptBytes += bytesOf(event);
        if (this.#keptBytes > MOST_KEPT_BYTES) this.#flush();
        return true;
      case 'continue':
        return this.#join(event, by, this.#mode.alignment);
      case 'anew':
        this.#mode = { kind: 'live' };
        this.#sent = '';
        this.#sentMore = false;
        this.#by = by;
        this.#sink.beginAnew(by);
        this.#send(event, by);
        return true;
    }
  }

  /** An attempt ended its answer. False when what it said cannot be joined. */
  finish(by: Commitment): boolean {
    if (this.#mode.kind === 'continue') {
      const { alignment } = this.#mode;
      const wasJoined = alignment.joined;
      const last = alignment.end();
      if (last.kind !== 'new') return false;
      if (!wasJoined) this.#disclose(by);
      if (last.text !== '') this.#send({ type: 'text-delta', text: last.text }, this.#by ?? by);
    }
    this.#flush();
    return true;
  }

  /** An attempt broke off in the middle of its answer: whether another one may follow. */
  broke(): boolean {
    const { onBreak } = this.#ask;
    if (this.#mode.kind === 'buffered') {
      this.#kept = [];
      this.#keptBytes = 0;
      return true;
    }
    if (this.#mode.kind === 'continue') return !this.#mode.alignment.joined;
    if (onBreak === 'continue' && !this.#sentMore) {
      this.#mode = { kind: 'continue', alignment: new Alignment(this.#sent, { trusted: false }) };
      return true;
    }
    const readers = this.#sink.readers();
    const may = onBreak === 'restart' ? readers !== 'fixed' : onBreak !== 'error' && readers === 'unseen';
    if (may) this.#mode = { kind: 'anew' };
    return may;
  }

  /** What was to go on did not fit: whether another attempt may answer from the beginning. */
  misfitted(): boolean {
    const may = this.#sink.readers() === 'unseen';
    if (may) this.#mode = { kind: 'anew' };
    return may;
  }

  #join(event: ContentEvent, by: Commitment, alignment: Alignment): boolean {
    // What it thinks before it goes on stands in the middle of an answer, where nobody wants to read it.
    if (event.type === 'reasoning-delta') return true;
    if (event.type !== 'text-delta') return false;
    const wasJoined = alignment.joined;
    const verdict = alignment.add(event.text);
    if (verdict.kind === 'misfit') return false;
    if (verdict.kind === 'held') return true;
    if (!wasJoined) this.#disclose(by);
    if (verdict.text !== '') this.#send({ type: 'text-delta', text: verdict.text }, this.#by ?? by);
    return true;
  }

  #disclose({ deployment }: Commitment): void {
    this.#sink.continued({ provider: deployment.name, at: this.#sent.length });
  }

  #flush(): void {
    const kept = this.#kept;
    this.#kept = [];
    this.#keptBytes = 0;
    if (this.#mode.kind === 'buffered' && kept.length > 0) this.#mode = { kind: 'live' };
    for (const { event, by } of kept) this.#send(event, by);
  }

  #send(event: ContentEvent, by: Commitment): void {
    this.#by ??= by;
    if (event.type === 'text-delta') this.#sent += event.text;
    else this.#sentMore = true;
    this.#sink.content(event.type === 'text-delta' ? { type: 'text-delta', text: event.text } : event, by);
  }
}

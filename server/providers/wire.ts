import type { SseEvent } from '#shared/sse.ts';
import type { Usage } from '#shared/money.ts';
import type { FinishReason } from '#shared/answer.ts';
import type { ProviderCall, ProviderEvent } from './provider.ts';

/** A provider's way of writing requests and answers; holds no connection and no state of its own. */
export interface Wire {
  /** Full address of the endpoint below a base address. */
  url(apiBase: string): URL;
  headers(apiKey: string | null): Record<string, string>;
  /** The JSON body; always asks for a stream with usage. Throws a ProviderFailure for what the wire cannot say. */
  body(call: ProviderCall, url: URL): string;
  /** Response header that names the call upstream. */
  readonly idHeader: string;
  /** A reader for one streamed answer. */
  reader(): WireReader;
  /** A whole answer in JSON from a server that ignored `stream`; null when it is none. */
  readWhole(value: unknown): WholeAnswer | null;
}

/** Reads one streamed answer, event by event. */
export interface WireReader {
  /** Content of this event, in order. Throws an InBandError for an error object. */
  read(event: SseEvent): ContentEvent[];
  /** `usage-open`: a finish reason was seen, usage may still come. `over`: nothing more is expected. */
  readonly ending: 'none' | 'usage-open' | 'over';
  /** The finish reason seen last; null before one. */
  readonly reason: FinishReason | null;
  /** The last reported usage; null for none. */
  readonly usage: Usage | null;
  /** Events that were no chunk. */
  readonly skipped: number;
}

export type ContentEvent = Extract<ProviderEvent, { type: 'text-delta' | 'reasoning-delta' | 'tool-delta' }>;

export interface WholeAnswer {
  model: string | null;
  content: ContentEvent[];
  reason: FinishReason;
  usage: Usage | null;
}

/** What a provider says is wrong, in its own words. */
export interface Complaint {
  /** HTTP status, or the one that the type stands for; null when neither is known. */
  status: number | null;
  type: string;
  code: string;
  message: string;
}

/** An error object inside a stream that began well. */
export class InBandError extends Error {
  readonly complaint: Complaint;

  constructor(complaint: Complaint) {
    super('The stream holds an error object.');
    this.name = 'InBandError';
    this.complaint = complaint;
  }
}

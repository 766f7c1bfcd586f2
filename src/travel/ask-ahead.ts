import type { Clock } from '#shared/clock.ts';
import type { Api } from '../app/api.ts';
import { readAnswer } from '../ask/read-answer.ts';

/** One ask of a pack, by the same way as any ask. */
export interface AskAhead {
  askId: string;
  feature: string;
  prompt: string;
  /** Reads no saved answer anywhere, and replaces it. */
  refresh: boolean;
}

/** How it ended. */
export type Asked =
  | {
      kind: 'answered';
      whole: boolean;
      source: 'provider' | 'router-cache' | 'saved';
      costUsd: string | null;
      ms: number;
    }
  | { kind: 'failed'; code: string; message: string; status: number | null; retryAfterMs: number | null };

/** Asks and reads the answer to its end. Never rejects: an ask that was given up ends as `cancelled`. */
export async function askAhead(
  { api, clock }: { api: Pick<Api, 'ask'>; clock: Clock },
  { askId, feature, prompt, refresh }: AskAhead,
  signal: AbortSignal,
): Promise<Asked> {
  const askedAt = clock.monotonic();
  const messages = [{ role: 'user' as const, content: prompt }];
  try {
    const response = await api.ask({ askId, feature, messages, noCache: refresh, ahead: true }, signal);
    const view = await readAnswer(response, { clock, askedAt, onChange: () => undefined });
    const ms = clock.monotonic() - askedAt;
    if (view.kind === 'whole') {
      const { source, cost_usd: costUsd } = view.provenance;
      const whole = view.finishReason === 'stop' || view.finishReason === 'tool_calls';
      return { kind: 'answered', whole, source, costUsd, ms };
    }
    const { code, message } = 'code' in view ? view : { code: 'bad_answer', message: 'It was not answered.' };
    return { kind: 'failed', code, message, status: response.status, retryAfterMs: retryAfterMs(response) };
  } catch (cause) {
    const code = signal.aborted ? 'cancelled' : 'unreachable';
    const message = cause instanceof Error ? `It did not go out: ${cause.message}.` : 'It did not go out.';
    return { kind: 'failed', code, message, status: null, retryAfterMs: null };
  }
}

function retryAfterMs(response: Response): number | null {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

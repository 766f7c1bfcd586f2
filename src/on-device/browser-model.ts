/** How ready the browser's own model is, in the words of the Prompt API. */
export type Readiness = 'unavailable' | 'downloadable' | 'downloading' | 'available';

/** One message of a conversation. */
export interface Said {
  role: 'user' | 'assistant';
  content: string;
}

/** The browser's own language model, where it has one. Only pages have it, never a worker. */
export interface BrowserModel {
  /** What the browser says of it now. */
  readiness(): Promise<Readiness>;
  /**
   * Has the browser download its model. Must begin in a press; `onPart` is told from 0 to 1. Rejects with `ModelFailure`, or with the
   * signal's reason; the browser may keep what it has loaded so far.
   */
  prepare(onPart: (part: number) => void, signal: AbortSignal): Promise<void>;
  /** Writes an answer piece by piece. Rejects with `ModelFailure`, or with the signal's reason. */
  answer(said: readonly Said[], signal: AbortSignal): AsyncGenerator<string, void, undefined>;
}

/** Why the model did nothing, as a sentence for people. */
export class ModelFailure extends Error {
  override name = 'ModelFailure';
}

/** Most characters of what was said before that go along: the model has a small window, and the question counts most. */
const MAX_HISTORY_CHARS = 6_000;

const KINDS = {
  expectedInputs: [{ type: 'text' }],
  expectedOutputs: [{ type: 'text' }],
} as const;

const TASK = 'You answer on a device without a network. Be brief and plain. Say so when you do not know.';

/** What we use of `LanguageModel`; https://webmachinelearning.github.io/prompt-api */
interface LanguageModelApi {
  availability(options: typeof KINDS): Promise<unknown>;
  create(options: CreateOptions): Promise<Session>;
}
type CreateOptions = typeof KINDS & {
  signal: AbortSignal;
  monitor?: (monitor: EventTarget) => void;
  initialPrompts?: readonly { role: 'system' | 'user' | 'assistant'; content: string }[];
};
interface Session {
  promptStreaming(input: string, options: { signal: AbortSignal }): ReadableStream<unknown>;
  destroy(): void;
}

/** Wraps what the browser has under `LanguageModel`; null where it has nothing that can be asked. */
export function findBrowserModel(found: unknown): BrowserModel | null {
  if (!isApi(found)) return null;
  const api = found;
  return {
    async readiness() {
      try {
        return readReadiness(await api.availability(KINDS));
      } catch (cause) {
        console.warn('The browser does not say whether it has a model.', cause);
        return 'unavailable';
      }
    },
    async prepare(onPart, signal) {
      const monitor = (watched: EventTarget): void => {
        watched.addEventListener('downloadprogress', (event) => onPart(readPart(event)));
      };
      const session = await explained(api.create({ ...KINDS, monitor, signal }), signal);
      session.destroy();
    },
    async *answer(said, signal) {
      const question = said.at(-1)?.content ?? '';
      const initialPrompts = [{ role: 'system', content: TASK } as const, ...shortened(said.slice(0, -1))];
      const session = await explained(api.create({ ...KINDS, initialPrompts, signal }), signal);
      try {
        const asked = async (): Promise<ReadableStream<unknown>> => session.promptStreaming(question, { signal });
        const reader = (await explained(asked(), signal)).getReader();
        for (;;) {
          const { done, value } = await explained(reader.read(), signal);
          if (done) return;
          if (typeof value === 'string') yield value;
        }
      } finally {
        session.destroy();
      }
    },
  };
}

function isApi(found: unknown): found is LanguageModelApi {
  if ((typeof found !== 'function' && typeof found !== 'object') || found === null) return false;
  return 'availability' in found && 'create' in found && [found.availability, found.create].every(isFunction);
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

function readReadiness(said: unknown): Readiness {
  return said === 'downloadable' || said === 'downloading' || said === 'available' ? said : 'unavailable';
}

/** How much of the download is there; `loaded` is a part of 1, and of `total` where a browser counts bytes. */
function readPart(event: Event): number {
  const { loaded, total } = event as Partial<ProgressEvent>;
  if (typeof loaded !== 'number' || !Number.isFinite(loaded)) return 0;
  const whole = typeof total === 'number' && total > 1 ? total : 1;
  return Math.min(1, Math.max(0, loaded / whole));
}

/** The newest of what was said before, from a question on, as far as the window is sure to reach. */
function shortened(said: readonly Said[]): readonly Said[] {
  let chars = 0;
  const from = said.findLastIndex((message) => (chars += message.content.length) > MAX_HISTORY_CHARS) + 1;
  const newest = said.slice(from);
  return newest[0]?.role === 'assistant' ? newest.slice(1) : newest;
}

async function explained<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    signal.throwIfAborted();
    const name = cause instanceof Error ? cause.name : '';
    throw new ModelFailure(REASONS[name] ?? 'The browser’s model broke off. Try again.', { cause });
  }
}

/** The exceptions that the Prompt API names. */
const REASONS: Record<string, string> = {
  NotAllowedError: 'The browser does not allow this page to use its model now. Press again, or look into its settings.',
  NotSupportedError: 'The browser’s model cannot run on this device.',
  NetworkError: 'The download broke off. Try again when the line is better.',
  QuotaExceededError: 'The question is too long for the browser’s model. Shorten it.',
  NotReadableError: 'The browser’s model gave an answer that the browser does not let through.',
  InvalidStateError: 'The browser has closed its model. Try again.',
};

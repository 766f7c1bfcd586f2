/** How the browser's model behaves in a test. Plain data, so that it can be handed into a page too. */
export interface LanguageModelScript {
  availability: 'unavailable' | 'downloadable' | 'downloading' | 'available';
  /** What it writes, piece by piece. */
  pieces?: string[];
  /** It holds back the piece of this number, from 0, until `release()`. */
  holdAt?: number;
  /** It holds the download half way, until `release()`. */
  holdDownload?: boolean;
  /** The name of the exception that the download, or the next answer, ends with. */
  failure?: string;
  /** Most characters of all prompts of a session; more is a QuotaExceededError. */
  window?: number;
  /** `create()` needs a press while the model is not there. Default true. */
  wantsPress?: boolean;
}

/** `LanguageModel` as the Prompt API describes it, with what a test may look at. */
export interface FakeLanguageModel {
  availability(options?: object): Promise<string>;
  create(options?: object): Promise<object>;
  /** Options of each `create()`, in order. */
  readonly created: { initialPrompts?: { role: string; content: string }[] }[];
  readonly prompts: string[];
  /** Sessions that were made and not destroyed. */
  open(): number;
  /** Lets go what is held. */
  release(): void;
  /** A press: `create()` may download now. */
  press(): void;
}

/**
 * Makes a `LanguageModel` that behaves as documented: a download needs a press and tells its progress, an abort rejects with the signal's
 * reason, a stream gives what was added, a destroyed session cannot be asked. Uses nothing from outside of itself, so that its source
 * can run in a page.
 */
export function fakeLanguageModel(script: LanguageModelScript): FakeLanguageModel {
  let availability = script.availability;
  let pressed = script.wantsPress === false;
  let sessions = 0;
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const created: FakeLanguageModel['created'] = [];
  const prompts: string[] = [];
  const fail = (name: string): DOMException => new DOMException(`The model: ${name}.`, name);
  const untilAborted = (signal: AbortSignal | undefined): Promise<never> =>
    new Promise((_, reject) => {
      if (signal === undefined) return;
      const end = (): void => reject(signal.reason as Error);
      if (signal.aborted) end();
      else signal.addEventListener('abort', end);
    });
  type Options = {
    signal?: AbortSignal;
    monitor?: (target: EventTarget) => void;
    initialPrompts?: { role: string; content: string }[];
  };

  async function download({ monitor, signal }: Options): Promise<void> {
    const target = new EventTarget();
    monitor?.(target);
    const tell = (loaded: number): void => {
      target.dispatchEvent(Object.assign(new Event('downloadprogress'), { loaded, total: 1 }));
    };
    availability = 'downloading';
    tell(0);
    tell(0.5);
    try {
      if (script.holdDownload === true) await Promise.race([held, untilAborted(signal)]);
      if (script.failure !== undefined) throw fail(script.failure);
    } catch (cause) {
      availability = 'downloadable';
      throw cause;
    }
    tell(1);
    availability = 'available';
  }

  function promptStreaming(input: string, { signal }: { signal?: AbortSignal }, used: number): ReadableStream<string> {
    prompts.push(input);
    const pieces = [...(script.pieces ?? [])];
    let at = 0;
    return new ReadableStream<string>(
      {
        async pull(stream) {
          if (at === (script.holdAt ?? -1)) await Promise.race([held, untilAborted(signal)]);
          signal?.throwIfAborted();
          if (used + input.length > (script.window ?? Infinity)) throw fail('QuotaExceededError');
          if (script.failure !== undefined) throw fail(script.failure);
          const piece = pieces[at++];
          if (piece === undefined) stream.close();
          else stream.enqueue(piece);
        },
      },
      { highWaterMark: 0 },
    );
  }

  return {
    created,
    prompts,
    open: () => sessions,
    release: () => letGo(),
    press: () => void (pressed = true),
    availability: async () => availability,
    async create(options: Options = {}) {
      created.push(options);
      options.signal?.throwIfAborted();
      if (availability === 'unavailable') throw fail('NotSupportedError');
      if (availability !== 'available') {
        const active =
          typeof navigator !== 'undefined' && 'userActivation' in navigator && navigator.userActivation.isActive;
        if (!pressed && !active) throw fail('NotAllowedError');
        await download(options);
      }
      const messages = options.initialPrompts ?? [];
      if (messages.some(({ role }, place) => role === 'system' && place > 0))
        throw new TypeError('The system prompt goes first.');
      const used = messages.reduce((sum, { content }) => sum + content.length, 0);
      if (used > (script.window ?? Infinity)) throw fail('QuotaExceededError');
      sessions += 1;
      let open = true;
      return {
        promptStreaming(input: string, how: { signal?: AbortSignal } = {}) {
          if (!open) throw fail('InvalidStateError');
          return promptStreaming(input, how, used);
        },
        destroy() {
          if (open) sessions -= 1;
          open = false;
        },
      };
    },
  };
}

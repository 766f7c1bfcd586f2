import { useEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';

type Renderer = typeof import('./markdown.ts');

/** Loaded once, on the first answer; kept for all. */
let renderer: Renderer | null = null;
const loadRenderer = async (): Promise<Renderer> => (renderer ??= await import('./markdown.ts'));

/** An answer as formatted text. Drawn at most once a frame while it arrives; as plain words until the formatter is there. */
export function AnswerText({ text, running }: { text: string; running: boolean }) {
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef({ text, running });
  const frame = useRef(0);
  const failed = useSignal(false);
  latest.current = { text, running };

  useEffect(() => {
    const draw = (): void => {
      frame.current = 0;
      if (host.current !== null && renderer !== null) renderer.renderMarkdown(host.current, latest.current);
    };
    const drawSoon = (): void => {
      if (frame.current === 0) frame.current = requestAnimationFrame(draw);
    };
    if (renderer !== null) {
      // A hidden tab gets no frames; its answer is drawn at once when it is whole.
      if (running) drawSoon();
      else draw();
      return;
    }
    if (host.current !== null) drawPlain(host.current, text);
    loadRenderer().then(drawSoon, () => (failed.value = true));
  }, [text, running]);

  useEffect(() => () => cancelAnimationFrame(frame.current), []);
  return <div ref={host} class="prose" aria-busy={running} onClick={copyCode} />;
}

function drawPlain(host: HTMLElement, text: string): void {
  const words = document.createElement('p');
  words.className = 'raw';
  words.textContent = text;
  host.replaceChildren(words);
}

/** Copies the code block whose button was pressed, and says so on the button. */
function copyCode(event: MouseEvent): void {
  const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>('button[data-copy]') : null;
  const code = button?.closest('.code')?.querySelector('code')?.textContent;
  const word = button?.querySelector('span');
  if (button === null || code === undefined || word === null || word === undefined) return;
  void navigator.clipboard.writeText(code).then(
    () => (word.textContent = 'Copied'),
    () => (word.textContent = 'Not allowed here'),
  );
}

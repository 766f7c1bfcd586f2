/** Pixels that stay free above a question that has reached the top. */
const ABOVE = 84;

/** What a person does to look somewhere else. */
const LOOKING_AWAY = ['wheel', 'touchmove', 'keydown', 'pointerdown'] as const;

/**
 * Keeps the newest turn in view while it grows, until its question stands at the top: from there it is read at the reader's own
 * pace. Ends as soon as the person scrolls. Returns how to stop it.
 */
export function followNewest(column: HTMLElement): () => void {
  const scroll = (): void => {
    const turn = column.querySelector('article:last-of-type');
    if (turn === null) return;
    const top = turn.getBoundingClientRect().top + scrollY - ABOVE;
    const target = Math.min(document.documentElement.scrollHeight - innerHeight, top);
    if (target > scrollY) scrollTo({ top: target, behavior: 'instant' });
  };
  const growth = new ResizeObserver(scroll);
  const stop = (): void => {
    growth.disconnect();
    for (const sign of LOOKING_AWAY) removeEventListener(sign, lookAway);
  };
  const lookAway = (event: Event): void => {
    const typing =
      event instanceof KeyboardEvent &&
      !['PageUp', 'PageDown', 'Home', 'End', 'ArrowUp', 'ArrowDown'].includes(event.key);
    if (!typing) stop();
  };
  for (const sign of LOOKING_AWAY) addEventListener(sign, lookAway, { passive: true });
  growth.observe(column);
  // The hint above the question field comes and goes; it must not cover the end.
  growth.observe(document.body);
  return stop;
}

import { useEffect, useRef } from 'preact/hooks';

/** A bar from 0 to 1; the number stands beside it. Set through the DOM, for the content policy allows no inline style. */
export function Meter({ part, look = '' }: { part: number; look?: string }) {
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    bar.current?.style.setProperty('--part', `${Math.round(Math.min(1, Math.max(0, part)) * 100)}%`);
  }, [part]);
  return (
    <span class={`meter ${look}`} aria-hidden="true">
      <i ref={bar} />
    </span>
  );
}

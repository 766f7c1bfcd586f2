/** Every mark there is; drawn in marks.svg. */
export type MarkName =
  | `line-${'unknown' | 'online' | 'slow' | 'offline' | 'portal' | 'resuming'}`
  | `from-${'provider' | 'router' | 'device' | 'nowhere' | 'part'}`
  | `is-${'good' | 'warn' | 'bad' | 'idle' | 'unmeasured' | 'suspect' | 'paused' | 'probing'}`
  | `go-${'ask' | 'waiting' | 'saved' | 'travel' | 'console' | 'settings'}`
  | 'hop'
  | 'up'
  | 'stop'
  | 'down'
  | 'lower'
  | 'more'
  | 'copy'
  | 'again'
  | 'undo'
  | 'close'
  | 'plus'
  | 'find';

/** A mark beside its word; never alone, so it is hidden from a screen reader. */
export function Mark({ name, look = '' }: { name: MarkName; look?: string }) {
  return (
    <svg class={`mark ${look}`} aria-hidden="true">
      <use href={`#${name}`} />
    </svg>
  );
}

/** The name's own mark: two hops and the stop between them. */
export function Logo() {
  return (
    <svg aria-hidden="true">
      <use href="#layover" />
    </svg>
  );
}

/** A point at which the fake provider waits until the test lets it go on. Waiting for it replaces every sleep. */
export interface Gate {
  /** Lets everybody through, now and later. */
  open(): void;
  /** Resolves when the fake provider has come to this gate: all that was scripted before it is on the wire. */
  readonly reached: Promise<void>;
  /** For the fake provider: says that it is here, and waits. */
  pass(): Promise<void>;
}

/** A closed gate. */
export function gate(): Gate {
  const opened = event();
  const reached = event();
  return {
    open: () => opened.happen(),
    reached: reached.happened,
    pass() {
      reached.happen();
      return opened.happened;
    },
  };
}

/** Something that happens once. */
export function event(): { happened: Promise<void>; happen: () => void } {
  let happen = (): void => undefined;
  const happened = new Promise<void>((resolve) => {
    happen = resolve;
  });
  return { happened, happen: () => happen() };
}

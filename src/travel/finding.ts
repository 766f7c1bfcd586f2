/** What a press beside a check does. */
export type Remedy = 'persist' | 'reload' | 'update';

/** What was found. `unmeasured` is never said to be fine. */
export interface Finding {
  verdict: 'good' | 'warn' | 'bad' | 'unmeasured';
  title: string;
  /** One fact, beside the title. */
  fact: string;
  /** What it means and what to do; empty when it is fine. */
  advice: string;
  remedy: Remedy | null;
}

/** It is fine: nothing is to be done. */
export function good(title: string, fact: string): Finding {
  return { verdict: 'good', title, fact, advice: '', remedy: null };
}

/** It works, and less well than it should. */
export function warn(title: string, fact: string, advice: string, remedy: Remedy | null): Finding {
  return { verdict: 'warn', title, fact, advice, remedy };
}

/** It does not work. */
export function bad(title: string, fact: string, advice: string, remedy: Remedy | null): Finding {
  return { verdict: 'bad', title, fact, advice, remedy };
}

/** Nobody knows: `advice` says why. */
export function unmeasured(title: string, advice: string): Finding {
  return { verdict: 'unmeasured', title, fact: 'not measured', advice, remedy: null };
}

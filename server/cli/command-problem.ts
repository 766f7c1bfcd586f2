/** A command cannot do what it was asked; the message is what happened and what to do. `usage`: what was typed is wrong. */
export class CommandProblem extends Error {
  readonly kind: 'failed' | 'usage';

  constructor(message: string, { kind = 'failed', cause }: { kind?: 'failed' | 'usage'; cause?: unknown } = {}) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'CommandProblem';
    this.kind = kind;
  }

  get exitCode(): number {
    return this.kind === 'usage' ? 2 : 1;
  }
}

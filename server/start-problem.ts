/** The start cannot go on; the message is one sentence that says what to do. */
export class StartProblem extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'StartProblem';
  }
}

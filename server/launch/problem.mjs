// @ts-check

/** A reason to stop that a person can act on. It is printed as one sentence, without a stack. */
export class LaunchProblem extends Error {
  /** @override */
  name = 'LaunchProblem';
}

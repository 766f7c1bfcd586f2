import type { FakeCall } from '../../fakes/provider/fake-call.ts';
import { costOf, type FakePrices } from '../../fakes/provider/fake-provider.ts';

/** What the providers counted for one question. */
export interface Count {
  /** Calls that arrived. */
  calls: number;
  /** Bill of the calls whose usage was told, and of those whose usage nobody told. Nano-dollars. */
  toldNanoUsd: number;
  untoldNanoUsd: number;
}

/** The providers' own books, by question. As small as can be: the run watches its memory. */
export class Tally {
  readonly #counts: Count[];

  constructor(questions: number) {
    this.#counts = Array.from({ length: questions }, () => ({ calls: 0, toldNanoUsd: 0, untoldNanoUsd: 0 }));
  }

  of(nth: number): Count {
    const count = this.#counts[nth];
    if (count === undefined) throw new RangeError(`There is no question ${nth}.`);
    return count;
  }

  /** Books the call when it is over. */
  async watch(nth: number, call: FakeCall, prices: FakePrices): Promise<void> {
    const count = this.of(nth);
    count.calls++;
    await call.counted;
    const cost = Number(costOf(call.billed, prices));
    if (call.told) count.toldNanoUsd += cost;
    else count.untoldNanoUsd += cost;
  }
}

import { EVIDENCE_KEPT, judgeLine, type Evidence } from '#shared/line.ts';
import type { FromDevice } from '#shared/worker-messages.ts';

/** Judges the line by this page's own asks, where no device module watches it. A lazy chunk. */
export function createWitness(hear: (message: FromDevice) => void): (evidence: Evidence) => void {
  let kept: readonly Evidence[] = [];
  return (evidence) => {
    kept = [...kept, evidence].slice(-EVIDENCE_KEPT);
    hear({ type: 'state', line: judgeLine(kept), evidence: [...kept], scenario: null, database: null, waiting: 0 });
  };
}

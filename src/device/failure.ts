import { DEVICE_HINTS, writeError } from '#shared/problem-codes.ts';

/** What the device answers with when it has no answer: what happened, in a sentence. */
export interface Failure {
  code: keyof typeof DEVICE_HINTS;
  message: string;
}

/** A failure as a body, or as the data of a stream's last event. */
export function writeFailure({ code, message }: Failure): string {
  return JSON.stringify(writeError(code, `${message} ${DEVICE_HINTS[code]}`));
}

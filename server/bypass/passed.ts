import type { PassedAnswer } from '../providers/passage.ts';
import type { Provider } from '../providers/provider.ts';
import type { DirectAnswer } from './bypass.ts';
import type { BypassCall } from './call.ts';
import { writeDirectBody } from './raw-body.ts';
import { noAnswer } from './verdict.ts';

/** Passes the ask on with the deployment's model name and key put in, and its answer back as it comes. */
export async function passOn(call: BypassCall, pass: NonNullable<Provider['pass']>): Promise<DirectAnswer> {
  const { ask, deployment } = call;
  const body = writeDirectBody(ask.text, deployment.model);
  let answer: PassedAnswer;
  try {
    answer = await pass(
      { body, headers: deployment.extras?.headers ?? {}, isStream: ask.isStream, onContent: call.hear },
      call.signal,
    );
  } catch (thrown) {
    throw noAnswer(call, call.fail(thrown, null));
  }
  call.accepted();
  const { status, failure } = answer;
  // That our key is refused is no news of whoever asked, whose own key is fine.
  if (failure !== null && (status === 401 || status === 403)) {
    answer.leave();
    throw noAnswer(call, call.fail(failure, status));
  }
  const upstream: Record<string, string> =
    answer.upstreamId === null ? {} : { 'x-layover-upstream-id': answer.upstreamId };
  return {
    kind: 'passed',
    status,
    headers: { ...answer.headers, ...upstream },
    provenance: call.provenance(),
    body: bodyOf(call, answer),
  };
}

/** The bytes as they come; a call that breaks off breaks this off, so that nobody takes half an answer for a whole one. */
function bodyOf(call: BypassCall, answer: PassedAnswer): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const bytes = await answer.read();
          if (bytes !== null) return controller.enqueue(bytes);
          finish(call, answer);
          answer.leave();
          controller.close();
        } catch (thrown) {
          answer.leave();
          controller.error(call.fail(thrown, answer.status));
        }
      },
      cancel() {
        call.stop();
        answer.leave();
        call.fail(call.signal.reason, answer.status);
      },
    },
    // What nobody reads yet waits at the provider, as it would in a direct call.
    { highWaterMark: 0 },
  );
}

function finish(call: BypassCall, answer: PassedAnswer): void {
  const { status: httpStatus, failure } = answer;
  if (failure !== null) return void call.fail(failure, httpStatus);
  const { reason, usage, unreadBytes } = answer.tally();
  const whole = reason !== null || unreadBytes > 0;
  call.end({
    ended: whole ? 'finished' : 'cut',
    outcome: whole ? 'answered' : call.hasContent ? 'incomplete' : 'failed',
    problem: whole ? null : 'stream_incomplete',
    ...{ reason, usage, unreadBytes, httpStatus },
  });
}

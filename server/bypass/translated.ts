import type { AnswerEvent, NumberedEvent } from '#shared/answer.ts';
import { answerParameters, chatRequestSchema, type ChatRequest } from '#shared/chat.ts';
import { explain } from '#shared/explain.ts';
import { parseJson } from '#shared/json.ts';
import { errorBody, Problem } from '#shared/problem.ts';
import type { AskHandle } from '../ask/asks.ts';
import { ProviderFailure, type Provider, type ProviderEvent } from '../providers/provider.ts';
import { brokeOff } from '../routing/verdict.ts';
import type { DirectAnswer } from './bypass.ts';
import type { BypassCall } from './call.ts';
import { noAnswer } from './verdict.ts';

/**
 * The primary speaks another wire than whoever asks: its bytes cannot be passed. The ask is translated once, as the router
 * does, and the answer back; nothing else is done to either.
 */
export async function translate(call: BypassCall, provider: Provider): Promise<DirectAnswer> {
  return { kind: 'translated', handle: handleOf(call, eventsOf(call, readBody(call), provider)) };
}

function readBody(call: BypassCall): ChatRequest {
  const json = parseJson(call.ask.text);
  const body = chatRequestSchema.safeParse(json.ok ? json.value : null);
  if (body.success) return body.data;
  const { sentence, path } = explain(body.error.issues);
  call.fail(new ProviderFailure('caller', sentence), null);
  throw new Problem('body_malformed', sentence, path === '' ? {} : { param: path });
}

/** The answer's events, from one call. A failure before the first content is thrown, a later one is the last event. */
async function* eventsOf(
  call: BypassCall,
  body: ChatRequest,
  provider: Provider,
): AsyncGenerator<AnswerEvent, void, undefined> {
  const { deployment, ask } = call;
  const { model, idleTimeoutMs } = deployment;
  const upstream = {
    model,
    messages: ask.messages,
    parameters: answerParameters(body),
    headers: deployment.extras?.headers ?? {},
    idleTimeoutMs,
  };
  try {
    for await (const event of provider.stream(upstream, call.signal)) {
      if (event.type === 'accepted') {
        call.accepted();
        const createdSeconds = Math.floor(ask.arrivedAtMs / 1000);
        yield { type: 'answer-start', model: event.model ?? model, createdSeconds };
      } else if (event.type === 'finish') yield finishOf(call, event);
      else {
        call.hear(event);
        yield event;
      }
    }
  } catch (thrown) {
    const failure = call.fail(thrown, null);
    if (!call.hasContent) throw noAnswer(call, failure);
    const said = brokeOff({ deployment, failure });
    const { message } = errorBody(said).error;
    const problem = { code: said.code, status: said.status, message };
    yield { type: 'answer-problem', problem, provenance: call.provenance() };
  }
}

function finishOf(call: BypassCall, { reason, usage }: Extract<ProviderEvent, { type: 'finish' }>): AnswerEvent {
  const provenance = call.end({
    ...{ ended: 'finished', outcome: 'answered', problem: null, httpStatus: 200, reason, usage },
  });
  return { type: 'answer-end', finishReason: reason, usage, provenance };
}

/** One reader's hold on them: nothing is read ahead of it but what decides the status. */
function handleOf(call: BypassCall, events: AsyncGenerator<AnswerEvent, void, undefined>): AskHandle {
  const opened: NumberedEvent[] = [];
  let seq = 0;
  let state: ReturnType<AskHandle['state']> = 'running';
  const next = async (): Promise<NumberedEvent | null> => {
    const step = await events.next();
    if (step.done === true) return null;
    if (step.value.type === 'answer-end') state = 'answered';
    if (step.value.type === 'answer-problem') state = 'incomplete';
    return { seq: ++seq, event: step.value };
  };
  return {
    askId: call.ask.id,
    delivery: 'provider',
    usageAsked: false,
    state: () => state,
    beganAnew: () => 0,
    async opening() {
      for (let one = await next(); one !== null; one = await next()) {
        opened.push(one);
        if (one.event.type !== 'answer-start') return call.provenance();
      }
      throw new Problem('stream_incomplete', 'The answer broke off.');
    },
    async *events(after) {
      for (const one of opened.splice(0)) if (one.seq > after) yield one;
      for (let one = await next(); one !== null; one = await next()) yield one;
    },
    leave() {
      if (state === 'running') call.stop();
    },
  };
}

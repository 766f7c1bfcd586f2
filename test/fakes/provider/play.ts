import type { ServerResponse } from 'node:http';
import type { Call } from './fake-call.ts';
import { anthropicFrames, openAiFrames, type Frames } from './frames.ts';
import type { Attempt, Step } from './script.ts';

export interface Play {
  wire: 'openai' | 'anthropic';
  attempt: Attempt;
  call: Call;
  response: ServerResponse;
  /** From 1; stands in the ids. */
  number: number;
}

/** Does one attempt, step by step, until it ends or the client leaves. */
export async function play(given: Play): Promise<void> {
  const { attempt, call } = given;
  const stage = new Stage(given);
  const whole: Step = { do: 'finish', how: {} };
  const steps = attempt.steps.some(isEnding) ? attempt.steps : [...attempt.steps, whole];
  for (const step of steps) {
    if (call.outcome !== 'running') return;
    if (isEnding(step)) return stage.end(step);
    await stage.go(step);
  }
}

const ENDINGS = new Set<Step['do']>(['finish', 'error', 'status', 'cut', 'end']);

function isEnding(step: Step): boolean {
  return ENDINGS.has(step.do) || (step.do === 'hold' && step.gate === null);
}

/** One response being written. */
class Stage {
  readonly #play: Play;
  readonly #frames: Frames;
  #begun = false;

  constructor(given: Play) {
    this.#play = given;
    const { call, number } = given;
    const model = typeof call.body['model'] === 'string' ? call.body['model'] : 'no-model';
    this.#frames =
      given.wire === 'openai'
        ? openAiFrames(number, model, asksUsage(call.body))
        : anthropicFrames(number, model, call.counted());
  }

  async go(step: Step): Promise<void> {
    const { call } = this.#play;
    switch (step.do) {
      case 'hold':
        return void (await Promise.race([step.gate?.pass(), call.over]));
      case 'open':
        return this.#head(step.headers);
      case 'say':
        call.sent(step.text);
        return this.#write(this.#begin() + this.#frames.text(step.text));
      case 'call-tool':
        call.sent(step.pieces.join(''));
        return this.#write(this.#begin() + this.#frames.tool(step));
      case 'raw':
        return this.#write(this.#begin() + step.text);
      default:
        throw new Error(`The step \`${step.do}\` ends a script; nothing may follow it.`);
    }
  }

  async end(step: Step): Promise<void> {
    const { call, response } = this.#play;
    switch (step.do) {
      case 'hold':
        return call.over;
      case 'finish':
        await this.#write(this.#begin() + this.#frames.finish(step.how, call.counted()));
        call.ended('finished');
        if (step.how.linger !== true) response.end();
        return;
      case 'error':
        await this.#write(this.#begin() + this.#frames.error(step));
        call.ended('refused');
        response.end();
        return;
      case 'status':
        call.ended('refused');
        return respond(response, step);
      case 'cut':
        call.ended('cut');
        response.destroy();
        return;
      case 'end':
        await this.#write(this.#begin());
        call.ended('cut');
        response.end();
        return;
      default:
        throw new Error(`The step \`${step.do}\` does not end a script.`);
    }
  }

  #begin(): string {
    if (this.#begun) return '';
    this.#begun = true;
    this.#head({});
    return this.#frames.head();
  }

  #head(headers: Record<string, string>): void {
    const { response, wire } = this.#play;
    if (response.headersSent) return;
    const id = wire === 'openai' ? { 'x-request-id': 'req-fake' } : { 'request-id': 'req-fake' };
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', ...id, ...headers });
    response.flushHeaders();
  }

  async #write(text: string): Promise<void> {
    const { attempt, call, response } = this.#play;
    const bytes = Buffer.from(text);
    const size = attempt.splitBytes ?? Math.max(1, bytes.length);
    for (let at = 0; at < bytes.length && call.outcome === 'running'; at += size)
      await writeBytes(response, bytes.subarray(at, at + size));
  }
}

/** Resolves when the bytes left this process, so that small pieces travel as small pieces. */
function writeBytes(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve();
    response.once('close', resolve);
    response.write(bytes, () => {
      response.off('close', resolve);
      // The next piece waits for a turn of the loop: written in one turn, pieces would join in one packet.
      setImmediate(resolve);
    });
  });
}

/** Sends a status step. */
export function respond(response: ServerResponse, step: Step | undefined): void {
  if (step?.do !== 'status') return;
  response.writeHead(step.status, step.headers);
  response.end(step.body);
}

function asksUsage(body: Record<string, unknown>): boolean {
  const options = body['stream_options'] as { include_usage?: boolean } | undefined;
  return options?.include_usage === true;
}

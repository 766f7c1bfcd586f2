import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { wait, type Clock } from '#shared/clock.ts';
import type { Call } from './fake-call.ts';
import { anthropicFrames, openAiFrames, wholeJson, type Frames } from './frames.ts';
import { Pipe } from './pipe.ts';
import type { Attempt, Finish, Step } from './script.ts';

export interface Play {
  wire: 'openai' | 'anthropic';
  attempt: Attempt;
  call: Call;
  response: ServerResponse;
  /** From 1; stands in the ids. */
  number: number;
  /** For pauses; null where a script may have none. */
  clock: Clock | null;
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

const ENDINGS = new Set<Step['do']>(['finish', 'error', 'status', 'json', 'cut', 'end']);

function isEnding(step: Step): boolean {
  return ENDINGS.has(step.do) || (step.do === 'hold' && step.gate === null);
}

/** One response being written. */
class Stage {
  readonly #play: Play;
  readonly #frames: Frames;
  readonly #model: string;
  readonly #pipe: Pipe;
  #begun = false;

  constructor(given: Play) {
    this.#play = given;
    const { call, number } = given;
    this.#model = typeof call.body['model'] === 'string' ? call.body['model'] : 'no-model';
    this.#frames =
      given.wire === 'openai'
        ? openAiFrames(number, this.#model, asksUsage(call.body))
        : anthropicFrames(number, this.#model, call.count());
    this.#pipe = new Pipe(given);
  }

  async go(step: Step): Promise<void> {
    const { call } = this.#play;
    switch (step.do) {
      case 'hold':
        return void (await Promise.race([step.gate?.pass(), call.over]));
      case 'pause':
        return this.#pause(step.ms);
      case 'open':
        return this.#head(step.headers);
      case 'begin':
        return void (await this.#write(''));
      case 'ping':
        this.#head({});
        return void (await this.#pipe.write(this.#frames.ping()));
      case 'say':
        if (await this.#write(this.#frames.text(step.text))) call.sent(step.text);
        return;
      case 'call-tool':
        if (await this.#write(this.#frames.tool(step))) call.sent(step.name + step.pieces.join(''));
        return;
      case 'raw':
        return void (await this.#write(step.text));
      case 'reason':
        return void (await this.#write(this.#frames.reason(step.reason)));
      default:
        throw new Error(`The step \`${step.do}\` ends a script; nothing may follow it.`);
    }
  }

  async end(step: Step): Promise<void> {
    const { call } = this.#play;
    switch (step.do) {
      case 'hold':
        return call.over;
      case 'finish':
        // A client that has all it wants may be gone before this process knows that its bytes are out.
        call.told = (await this.#write(this.#frames.finish(step.how, call.count()))) && this.#tells(step.how);
        call.ended('finished');
        return step.how.linger === true ? undefined : this.#pipe.end();
      case 'error':
        await this.#write(this.#frames.error(step));
        call.ended('refused');
        return this.#pipe.end();
      case 'status':
        call.ended('refused');
        return respond(this.#play.response, step);
      case 'json':
        return this.#json(step);
      case 'cut':
        call.ended('cut');
        return this.#cut(step.reset);
      case 'end':
        await this.#write('');
        call.ended('cut');
        return this.#pipe.end();
      default:
        throw new Error(`The step \`${step.do}\` does not end a script.`);
    }
  }

  async #pause(ms: number): Promise<void> {
    const { call, clock } = this.#play;
    if (clock === null) throw new Error('A script with a pause needs a clock: startFakeProvider({ wire, clock }).');
    const left = new AbortController();
    void call.over.then(() => left.abort(new Error('The client left.')));
    await wait(clock, ms, left.signal).catch((cause: unknown) => {
      if (!left.signal.aborted) throw cause;
    });
  }

  async #json({ text, usage }: Extract<Step, { do: 'json' }>): Promise<void> {
    const { call, number, response, wire } = this.#play;
    call.sent(text);
    const billed = usage ? call.count() : null;
    const value = wholeJson(wire, { call: number, model: this.#model, text, billed });
    call.ended('finished');
    call.told = usage;
    respond(response, {
      do: 'status',
      status: 200,
      body: JSON.stringify(value),
      headers: { 'content-type': 'application/json' },
    });
  }

  /** Writes the text, after what stands before all content; whether it went out whole. */
  #write(text: string): Promise<boolean> {
    const head = this.#begun ? '' : this.#frames.head();
    this.#begun = true;
    this.#head({});
    return this.#pipe.write(head + text);
  }

  #head(headers: Record<string, string>): void {
    const { attempt, call, response, wire } = this.#play;
    if (response.headersSent) return;
    call.opened();
    const id = wire === 'openai' ? { 'x-request-id': 'req-fake' } : { 'request-id': 'req-fake' };
    const encoding = attempt.gzip ? { 'content-encoding': 'gzip' } : {};
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', ...id, ...encoding, ...headers });
    response.flushHeaders();
  }

  #tells({ usage }: Finish): boolean {
    const { call, wire } = this.#play;
    return usage !== false && (wire === 'anthropic' || asksUsage(call.body));
  }

  #cut(reset: boolean): void {
    const { response } = this.#play;
    const socket: Socket | null = response.socket;
    if (reset && socket !== null) socket.resetAndDestroy();
    else response.destroy();
  }
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

import { signal } from '@preact/signals';
import { describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '#shared/clock.ts';
import { createApi } from '../../src/app/api.ts';
import type { DeviceStore } from '../../src/app/device-store.ts';
import { createTalk } from '../../src/ask/talk.ts';
import { fakeStorage } from '../fakes/page/storage.ts';

const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'a', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const WHOLE = chunk({ content: 'Good ' }) + chunk({ content: 'day.' }) + chunk({}, 'stop') + 'data: [DONE]\n\n';

function sse(body: BodyInit, headers: Record<string, string> = {}): Response {
  return new Response(body, { headers: { 'content-type': 'text/event-stream', 'x-layover': '1', ...headers } });
}

/** A talk before a network that answers as told; `log` holds what happened, in order. */
function talkBefore(
  answers: ((request: Request) => Response | Promise<Response>)[],
  options: { signedOut?: boolean; addTurn?: DeviceStore['addTurn'] } = {},
) {
  const requests: { headers: Headers; messages: { role: string; content: string }[] }[] = [];
  const { storage, state, log, drafts } = fakeStorage(
    options.addTurn === undefined ? {} : { store: { addTurn: options.addTurn } },
  );
  const api = createApi(async (request) => {
    log.push('sent');
    const { messages } = (await request.clone().json()) as { messages: { role: string; content: string }[] };
    requests.push({ headers: request.headers, messages });
    const answer = answers.shift();
    if (answer === undefined) throw new TypeError('Failed to fetch');
    return answer(request);
  }, 'http://layover.test');
  const talk = createTalk({
    api,
    storage,
    outbox: { cancelled: signal(new Map()) },
    clock: systemClock,
    random: systemRandom,
    signedOut: () => options.signedOut === true,
    witness: async () => undefined,
    stopAsk: (askId) => log.push(`stop ${askId}`),
    onConversation: () => log.push('shown'),
  });
  const last = () => talk.turns.value.at(-1)!;
  return { talk, log, state, drafts, requests, last };
}

describe('a conversation', () => {
  it('[G1] [G4] keeps the question before it sends it, and its draft until then', async () => {
    const { talk, log } = talkBefore([() => sse(WHOLE)]);
    talk.type('Hello?');
    await talk.ask();
    expect(log).toEqual(['draft Hello?', 'kept Hello?', 'shown', 'sent']);
  });

  it('[G1] whoever begins another conversation while the question is being kept is not led back', async () => {
    const { talk, log } = talkBefore([() => sse(WHOLE)]);
    talk.type('Hello?');
    const asked = talk.ask();
    talk.show(null);
    await asked;
    expect(talk.conversationId.value).toBeNull();
    expect(log).not.toContain('shown');
  });

  it('[G4] a question that is just being kept is no draft of whatever is begun meanwhile', async () => {
    const { talk, drafts } = talkBefore([() => sse(WHOLE), () => sse(WHOLE)]);
    talk.type('Hello?');
    const asked = talk.ask();
    expect(drafts.get('new')).toBe('Hello?');
    talk.show(null);
    await Promise.resolve();
    expect(talk.draft.value).toBe('');
    talk.type('And now?');
    await asked;
    expect(drafts.get('new')).toBe('And now?');
    expect(talk.draft.value).toBe('And now?');
  });

  it('[G4] of two questions asked one right after the other each takes its own draft along', async () => {
    const taken: (string | null)[] = [];
    const addTurn: DeviceStore['addTurn'] = async (_turn, _sent, draft) => (taken.push(draft()), true);
    const { talk } = talkBefore([() => sse(WHOLE), () => sse(WHOLE)], { addTurn });
    talk.type('Hello?');
    const one = talk.ask();
    talk.show(null);
    talk.type('And now?');
    await Promise.all([one, talk.ask()]);
    expect(taken).toEqual([null, 'new']);
  });

  it('[G1] [G4] whoever types and asks before the storage is open loses neither draft nor question', async () => {
    const { talk, log, state } = talkBefore([() => sse(WHOLE)]);
    const open = state.value;
    state.value = { kind: 'opening' };
    talk.type('Hello');
    expect(log).toEqual([]);
    state.value = open;
    expect(log).toEqual(['draft Hello']);
    state.value = { kind: 'opening' };
    talk.type('Hello?');
    const asked = talk.ask();
    state.value = open;
    await asked;
    expect(log).toEqual(['draft Hello', 'kept Hello?', 'shown', 'sent']);
  });

  it('[G4] words that stood typed when others were asked go along into the conversation', async () => {
    const { talk, drafts } = talkBefore([() => sse(WHOLE)]);
    talk.type('Later');
    await talk.ask('Hello?');
    expect([drafts.get('new'), drafts.get(talk.conversationId.value ?? '')]).toEqual([undefined, 'Later']);
    expect(talk.draft.value).toBe('Later');
  });

  it('[G1] a request that died without a word is sent once more, under the same key', async () => {
    const died = (): never => {
      throw new TypeError('Failed to fetch');
    };
    const { talk, last, requests } = talkBefore([died, () => sse(WHOLE)]);
    talk.type('Hello?');
    await talk.ask();
    expect(last().answer).toMatchObject({ kind: 'whole' });
    expect(requests[0]?.headers.get('idempotency-key')).toBe(last().id);
    expect(requests[1]?.headers.get('idempotency-key')).toBe(last().id);
  });

  it('[G1] a request that never went out counts as asked where its ask is kept, for then it goes by itself', async () => {
    const lost = talkBefore([]);
    lost.talk.type('Hello?');
    await lost.talk.ask();
    expect(lost.last().answer).toMatchObject({ kind: 'failed', code: 'unreachable' });
    const kept = talkBefore([], { addTurn: async () => true });
    kept.talk.type('Hello?');
    await kept.talk.ask();
    expect(kept.last().answer).toEqual({ kind: 'asked' });
    expect(kept.talk.writing.value).toBe(false);
  });

  it('[G1] asks although the device cannot keep the question', async () => {
    const { talk, last } = talkBefore([() => sse(WHOLE)], {
      addTurn: () => Promise.reject(new Error('The disk is full.')),
    });
    talk.type('Hello?');
    await talk.ask();
    expect(last().answer).toMatchObject({ kind: 'whole', text: 'Good day.' });
  });

  it('[G2] sends the whole history', async () => {
    const { talk, requests } = talkBefore([() => sse(WHOLE), () => sse(WHOLE)]);
    for (const words of ['One?', 'Two?']) {
      talk.type(words);
      await talk.ask();
    }
    expect(requests[1]?.messages).toEqual([
      { role: 'user', content: 'One?' },
      { role: 'assistant', content: 'Good day.' },
      { role: 'user', content: 'Two?' },
    ]);
  });

  it('[G2] [G3] asked again it is the same ask as before, under a new id and past every memory', async () => {
    const { talk, requests, last } = talkBefore([() => sse(WHOLE), () => sse(WHOLE)]);
    talk.type('One?');
    await talk.ask();
    await talk.askAgain(last());
    expect(requests[1]?.messages).toEqual(requests[0]?.messages);
    expect(requests[1]?.headers.get('cache-control')).toBe('no-cache');
    expect(requests[1]?.headers.get('idempotency-key')).not.toBe(requests[0]?.headers.get('idempotency-key'));
  });

  it('[G5] signed out, nothing is sent and the words stay', async () => {
    const { talk, requests } = talkBefore([], { signedOut: true });
    talk.type('Hello?');
    await talk.ask();
    expect(requests).toHaveLength(0);
    expect(talk.draft.value).toBe('Hello?');
  });

  it('[G6] stopped, it tells whoever answers and keeps the words that came', async () => {
    const { talk, log, last } = talkBefore([
      (request) =>
        sse(
          new ReadableStream<Uint8Array>({
            start(body) {
              body.enqueue(new TextEncoder().encode(chunk({ content: 'Good ' })));
              request.signal.addEventListener('abort', () => body.error(request.signal.reason));
            },
          }),
        ),
    ]);
    talk.type('Hello?');
    const asking = talk.ask();
    await new Promise<void>((resolve) => {
      const unwatch = talk.turns.subscribe((turns) => {
        if (turns.at(-1)?.answer.kind === 'arriving') queueMicrotask(() => (unwatch(), resolve()));
      });
    });
    talk.stop(last());
    await asking;
    expect(last().answer).toMatchObject({ kind: 'partial', text: 'Good ', code: 'cancelled' });
    expect(log).toContain(`stop ${last().id}`);
  });

  it('nothing blank is sent', async () => {
    const { talk, requests } = talkBefore([]);
    talk.type('  \n ');
    await talk.ask();
    expect(requests).toHaveLength(0);
  });

  it('a 202 waits', async () => {
    const { talk, last } = talkBefore([
      () => new Response('{}', { status: 202, headers: { 'x-layover-network': 'offline' } }),
    ]);
    talk.type('Hello?');
    await talk.ask();
    expect(last().answer).toMatchObject({
      kind: 'waiting',
      entry: { kind: 'queued', network: 'offline', place: null },
    });
  });
});

describe('how an answer ends', () => {
  const ends: [string, () => Response, object][] = [
    [
      '[G7] without its end mark it is a part',
      () => sse(chunk({ content: 'Good ' })),
      { kind: 'partial', text: 'Good ', code: 'stream_incomplete' },
    ],
    ['[G7] without a word it is no answer', () => sse(''), { kind: 'failed', code: 'stream_incomplete' }],
    [
      '[G7] an end mark without a finish is no end',
      () => sse(`${chunk({ content: 'Good ' })}data: [DONE]\n\n`),
      { kind: 'partial' },
    ],
    [
      '[G7] broken inside, it keeps what came',
      () => sse(`${chunk({ content: 'Good ' })}data: {"choices": 7}\n\n`),
      { kind: 'partial', text: 'Good ' },
    ],
    [
      '[G7] an error in the stream is told as it is',
      () => sse(`${chunk({ content: 'Good ' })}data: {"error": {"code": "timeout", "message": "Too late."}}\n\n`),
      { kind: 'partial', code: 'timeout', message: 'Too late.' },
    ],
    [
      '[G8] a sign-in page is no answer',
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      { kind: 'failed', code: 'portal' },
    ],
    [
      '[G8] a stranger’s stream is no answer',
      () => new Response(WHOLE, { headers: { 'content-type': 'text/event-stream' } }),
      { kind: 'failed', code: 'bad_answer' },
    ],
    [
      'a refusal has the router’s words',
      () =>
        Response.json(
          { error: { code: 'too_large', message: 'It is too long.' } },
          { status: 413, headers: { 'x-layover': '1' } },
        ),
      { kind: 'failed', code: 'too_large', message: 'It is too long.' },
    ],
    [
      'a saved one says why',
      () => sse(WHOLE, { 'x-layover-source': 'saved', 'x-layover-network': 'offline', age: '60' }),
      { kind: 'whole', network: 'offline' },
    ],
  ];

  it.each(ends)('%s', async (_name, answer, expected) => {
    const { talk, last } = talkBefore([answer]);
    talk.type('Hello?');
    await talk.ask();
    expect(last().answer).toMatchObject(expected);
  });

  it('a request that does not go out says so', async () => {
    const { talk, last } = talkBefore([]);
    talk.type('Hello?');
    await talk.ask();
    expect(last().answer).toMatchObject({ kind: 'failed', code: 'unreachable' });
  });
});

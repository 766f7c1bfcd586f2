import { describe, expect, it } from 'vitest';
import { AnswerCollector, type NumberedEvent } from '#shared/answer.ts';
import { deploymentOf } from './sample-configuration.ts';
import { startFakeProvider } from '../../fakes/provider/fake-provider.ts';
import { gate } from '../../fakes/provider/gate.ts';
import { answer, callTool, cut, end, finish, hold, raw, refuse, say } from '../../fakes/provider/script.ts';
import { codeOf, never, openRig, readAll, type Rig } from './rig.ts';

const WHOLE =
  'The night train leaves at nine, and whoever wants a berth books it a week ahead. Bring water; the bar closes early.';
const SENT = WHOLE.slice(0, 60);
const REST = WHOLE.slice(60);
const TOOLS = [{ type: 'function', function: { name: 'look' } }];

async function attemptsOf(rig: Rig): Promise<string[]> {
  const [row] = await rig.rows();
  return (row?.attempts ?? []).map(({ provider, role, status }) => `${role} ${provider} ${status}`);
}

/** The text that a reader has in the end. */
function collected(events: readonly NumberedEvent[]): string {
  const collector = new AnswerCollector('id');
  for (const { event } of events) collector.add(event);
  return collector.text;
}

function lastMessages(body: Record<string, unknown> | undefined, count: number): unknown {
  return (body?.['messages'] as unknown[]).slice(-count);
}

describe('prose that breaks off after its first content', () => {
  it.each([
    ['exactly', REST],
    ['from its last words', WHOLE.slice(30)],
    ['from its beginning', WHOLE],
  ])('[ST7] [ST10] goes on with the next deployment, which answers %s, and says so', async (_how, next) => {
    const rig = await openRig();
    rig.first.script([say(SENT.slice(0, 20)), say(SENT.slice(20)), cut()]);
    rig.second.script(answer(next.slice(0, 7), next.slice(7, 50), next.slice(50)));
    const { text, last, handle, events } = await rig.answer({ prompt: 'Hi' });
    expect(text).toBe(WHOLE);
    expect(handle.state()).toBe('answered');
    expect(last).toMatchObject({
      finishReason: 'stop',
      provenance: { provider: 'first/model', attempts: 2, hops: 1, continued: { provider: 'second/model', at: 60 } },
    });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
    expect(await attemptsOf(rig)).toEqual(['first first/model cut', 'continuation second/model ok']);
    expect((await rig.rows())[0]?.ask).toMatchObject({ outcome: 'answered', failover_hops: 1, retries: 0 });
  });

  it('[ST9] is asked for in words, with its last ones to find the place by', async () => {
    const rig = await openRig();
    rig.first.script([say(SENT), end()]);
    rig.second.script(answer(REST));
    await rig.answer({ messages: [{ role: 'user', content: 'When?' }], max_tokens: 100 });
    const [call] = rig.second.calls;
    expect(lastMessages(call?.body, 2)).toEqual([
      { role: 'assistant', content: [{ type: 'text', text: SENT }] },
      { role: 'user', content: [{ type: 'text', text: expect.stringContaining(`\n\n${SENT}\n\n`) as string }] },
    ]);
    // A cap on the answer is one on what is left of it.
    expect(call?.body['max_tokens']).toBe(88);
  });

  it('[ST9] is given to a model that goes on from a last turn of its own, and the blanks are joined right', async () => {
    const rig = await openRig({ second: { prefill: true } });
    const sent = 'First paragraph of it.\n';
    rig.first.script([say(sent), cut()]);
    rig.second.script(answer('\n', '\nSecond one.'));
    const { text } = await rig.answer({ prompt: 'Hi' });
    expect(text).toBe(`${sent}\nSecond one.`);
    expect(lastMessages(rig.second.calls[0]?.body, 1)).toEqual([
      { role: 'assistant', content: [{ type: 'text', text: 'First paragraph of it.' }] },
    ]);
  });

  it('[ST10] is booked with all its attempts, and tells the usage of both', async () => {
    const rig = await openRig();
    rig.first.script([say(SENT), cut()]);
    rig.second.script([say(REST), finish({ usage: { input_tokens: 100, output_tokens: 20 } })]);
    const { last } = await rig.answer({ prompt: 'Hi' });
    // Of the first: one token for four bytes, 1 in and 15 out.
    expect(last).toMatchObject({
      usage: { inputTokens: 101, outputTokens: 35, estimated: true },
      provenance: { cost_usd: '0.000000171', cost_estimated: true },
    });
    expect((await rig.rows())[0]?.ask).toMatchObject({ input_tokens: 101, output_tokens: 35, cost_nano_usd: 171 });
  });

  it('[ST12] ends with an error in-band where the next one visibly begins another answer, and the part is kept', async () => {
    const rig = await openRig();
    rig.first.script([say(SENT), cut()]);
    rig.second.script([
      say(
        'The night train? It leaves at nine in the evening, every day but Sunday, or so at least says the board in the hall.',
      ),
      hold(),
    ]);
    const { text, last, handle } = await rig.answer({ prompt: 'Hi' });
    expect(text).toBe(SENT);
    expect(last).toMatchObject({
      problem: {
        code: 'stream_incomplete',
        message: expect.stringMatching(
          /^The answer of `first\/model` broke off, and what `second\/model` went on/,
        ) as string,
      },
    });
    expect(handle.state()).toBe('incomplete');
    await rig.second.calls[0]?.over;
    expect(rig.second.calls[0]?.outcome).toBe('aborted');
    expect(await attemptsOf(rig)).toEqual(['first first/model cut', 'continuation second/model misfit']);
    // What it wrote is paid for, and its deployment did nothing wrong.
    expect((await rig.rows())[0]?.attempts[1]?.cost_nano_usd).toBeGreaterThan(0);
    expect(rig.deployments.views()[1]?.health).toMatchObject({ recentFails: 0 });
  });

  it.each([
    ['words', false],
    ['a last turn of its own', true],
  ])(
    '[ST11] [ST12] cut at any character, and asked to go on by %s, is the whole answer or ends with an error',
    async (_how, prefill) => {
      const rig = await openRig({ second: { prefill }, routing: { cooldowns: false } });
      let whole = 0;
      let asks = 0;
      for (let at = 1; at < WHOLE.length; at += 3) {
        const styles = prefill ? [WHOLE.slice(WHOLE.slice(0, at).trimEnd().length)] : [WHOLE.slice(at), WHOLE];
        for (const [style, next] of styles.entries()) {
          rig.first.script([say(WHOLE.slice(0, at)), at % 2 === 0 ? cut() : end()]);
          rig.second.script(answer(next.slice(0, 9), next.slice(9)));
          const { text, handle } = await rig.answer({ prompt: `Cut ${at}, style ${style}` });
          asks++;
          if (handle.state() === 'answered') {
            expect(text).toBe(WHOLE);
            whole++;
          } else expect([handle.state(), text]).toEqual(['incomplete', WHOLE.slice(0, at)]);
        }
      }
      expect(whole / asks).toBeGreaterThan(0.95);
    },
    60_000,
  );

  it('[ST13] is begun anew where it does not fit and nobody has seen any of it', async () => {
    const rig = await openRig();
    rig.first.script([say(SENT), cut()], answer(WHOLE));
    rig.second.script(
      answer(
        'The night train? It leaves at nine in the evening, every day but Sunday, or so at least says the board in the hall.',
      ),
    );
    const { events, handle } = await rig.answer({ prompt: 'Hi' }, { reader: 'collects' });
    expect(collected(events)).toBe(WHOLE);
    expect(handle.state()).toBe('answered');
    expect(await attemptsOf(rig)).toEqual([
      ...['first first/model cut', 'continuation second/model misfit', 'retry first/model ok'],
    ]);
  });

  it('[ST7] goes on once: a second break after the joint is the end', async () => {
    const rig = await openRig();
    rig.first.script([say(SENT), cut()], answer(WHOLE));
    rig.second.script([say(WHOLE.slice(0, 90)), cut()]);
    const { text, handle } = await rig.answer({ prompt: 'Hi' });
    expect(text).toBe(WHOLE.slice(0, 90));
    expect(handle.state()).toBe('incomplete');
    expect(rig.first.calls).toHaveLength(1);
  });

  it('[ST7] goes on with a third where the second fails before anything of it was passed on', async () => {
    const third = await startFakeProvider({ wire: 'openai' });
    const rig = await openRig({ more: [{ ...deploymentOf('third', third), order: 3 }] });
    rig.first.script([say(SENT), cut()]);
    rig.second.script([say(WHOLE.slice(0, 20)), cut()], refuse(401));
    third.script(answer(REST));
    expect((await rig.answer({ prompt: 'Hi' })).text).toBe(WHOLE);
    expect((await attemptsOf(rig)).at(-1)).toBe('continuation third/model ok');
    await third.close();
  });

  it('[ST7] keeps to the total limit of its stream', async () => {
    const rig = await openRig({ first: { streamTotalMs: 10_000 } });
    const broken = gate();
    rig.first.script([say(SENT), hold(broken), cut()]);
    rig.second.script([say(WHOLE), hold()]);
    const handle = await rig.ask({ prompt: 'Hi' });
    await handle.opening(never);
    await rig.clock.advance(9_000);
    broken.open();
    await rig.second.called(1);
    await rig.clock.settle();
    await rig.clock.advance(999);
    expect(handle.state()).toBe('running');
    await rig.clock.advance(1);
    expect((await readAll(handle)).text).toBe(WHOLE);
    expect(handle.state()).toBe('incomplete');
  });

  it('[ST10] that two wrote is not given again from memory', async () => {
    const rig = await openRig();
    rig.first.script([say(SENT), cut()]);
    rig.second.script(answer(REST));
    await rig.answer({ prompt: 'Hi' });
    const again = await rig.answer({ prompt: 'Hi' });
    expect(again.last).toMatchObject({ provenance: { source: 'provider' } });
  });
});

describe('an answer that may not be gone on with', () => {
  it.each([
    ['has tools', { tools: TOOLS }, say(SENT)],
    ['is JSON', { response_format: { type: 'json_object' } }, say('{"a": 1, ')],
    ['called a tool', {}, callTool('call-1', 'look', '{"a":')],
    ['showed its reasoning', {}, raw('data: {"choices":[{"delta":{"reasoning_content":"Hm."}}]}\n\n')],
  ])('[ST8] ends with an error in-band where it %s', async (_what, body, step) => {
    const rig = await openRig();
    rig.first.script([step, cut()]);
    const { last, handle } = await rig.answer({ prompt: 'Hi', ...body });
    expect(last).toMatchObject({ type: 'answer-problem', problem: { code: 'stream_incomplete' } });
    expect(handle.state()).toBe('incomplete');
    expect(rig.second.calls).toHaveLength(0);
  });

  it('[ST8] ends so with `on_break: error` too, whoever reads it', async () => {
    const rig = await openRig({ feature: { stream: { onBreak: 'error', delivery: 'live', hedge: true } } });
    rig.first.script([say(SENT), cut()]);
    const { handle } = await rig.answer({ prompt: 'Hi' }, { reader: 'collects' });
    expect(handle.state()).toBe('incomplete');
    expect(rig.second.calls).toHaveLength(0);
  });

  it('[ST13] is begun anew where nobody has seen any of it: a JSON caller gets the new one, whole', async () => {
    const rig = await openRig();
    rig.first.script([callTool('call-1', 'look', '{"a":'), cut()], [cut()]);
    rig.second.script(answer('Nothing to look at.'));
    const { events, handle, last } = await rig.answer({ prompt: 'Hi', tools: TOOLS }, { reader: 'collects' });
    expect(handle.state()).toBe('answered');
    expect(collected(events)).toBe('Nothing to look at.');
    expect(last).toMatchObject({ finishReason: 'stop', provenance: { provider: 'second/model' } });
    expect(events.map(({ event }) => event.type)).toContain('answer-reset');
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
  });
});

describe('an answer of a feature with `on_break: restart`', () => {
  const feature = { stream: { onBreak: 'restart' as const, delivery: 'live' as const, hedge: true } };

  it('[ST13] begins anew for a reader that can take it; who comes later sees the new one only', async () => {
    const rig = await openRig({ feature });
    rig.first.script([say('Half of one ans'), cut()], [cut()]);
    rig.second.script(answer('Another ', 'answer.'));
    const key = crypto.randomUUID();
    const { events, handle, last } = await rig.answer({ prompt: 'Hi' }, { reader: 'resets', key });
    expect(collected(events)).toBe('Another answer.');
    expect(last).toMatchObject({ provenance: { provider: 'second/model', attempts: 3, hops: 1 } });
    const reset = events.find(({ event }) => event.type === 'answer-reset');
    expect(handle.beganAnew()).toBe(reset?.seq);
    await rig.forget();
    const replayed = await rig.answer({ prompt: 'Hi' }, { key });
    expect(replayed.handle.delivery).toBe('replay');
    expect(replayed.handle.beganAnew()).toBe(reset?.seq);
    expect(replayed.events).toEqual(events);
  });

  it('[ST13] is not begun anew while somebody reads who cannot take it', async () => {
    const rig = await openRig({ feature });
    rig.first.script([say('Half of one ans'), cut()]);
    const { text, handle } = await rig.answer({ prompt: 'Hi' }, { reader: 'appends' });
    expect(text).toBe('Half of one ans');
    expect(handle.state()).toBe('incomplete');
    expect(rig.second.calls).toHaveLength(0);
  });

  it('[ST13] stays the part it was where nobody else answers', async () => {
    const rig = await openRig({ feature });
    rig.first.script([say('Half of one ans'), cut()], [cut()]);
    rig.second.otherwise(refuse(503));
    const { text, handle, last } = await rig.answer({ prompt: 'Hi' }, { reader: 'resets' });
    expect(text).toBe('Half of one ans');
    expect(last).toMatchObject({ problem: { code: 'stream_incomplete' } });
    expect(handle.state()).toBe('incomplete');
  });
});

describe('an answer of a feature with `delivery: buffered`', () => {
  const feature = { stream: { onBreak: null, delivery: 'buffered' as const, hedge: true } };

  it('[ST14] is passed on when it is complete, and not before', async () => {
    const rig = await openRig({ feature });
    const later = gate();
    rig.first.script([say('a'), hold(later), say('b')]);
    const handle = await rig.ask({ prompt: 'Hi' });
    const reading = readAll(handle);
    await later.reached;
    await rig.clock.advance(10_000);
    const none = new AbortController();
    const opening = codeOf(handle.opening(none.signal));
    none.abort(new Error('nothing yet'));
    expect(await opening).toContain('nothing yet');
    later.open();
    expect((await reading).text).toBe('ab');
    expect((await rig.rows())[0]?.ask).toMatchObject({ ttft_ms: 10_000 });
  });

  it('[ST14] fails over to the end, whatever broke off where, tools and JSON too', async () => {
    const rig = await openRig({ feature });
    rig.first.script([say('Half of one ans'), cut()], [callTool('call-1', 'look', '{"a":'), cut()]);
    rig.second.script(answer('The ', 'second answer.'));
    const { text, last, events } = await rig.answer({ prompt: 'Hi', tools: TOOLS });
    expect(text).toBe('The second answer.');
    expect(events.map(({ event }) => event.type)).not.toContain('answer-reset');
    expect(last).toMatchObject({ provenance: { provider: 'second/model', attempts: 3, hops: 1 } });
  });

  it('[ST14] has a true status when nobody could complete it', async () => {
    const rig = await openRig({ feature });
    for (const provider of [rig.first, rig.second]) provider.otherwise([say('Half of one ans'), cut()]);
    const { handle, events } = await rig.answer({ prompt: 'Hi' });
    expect(events).toHaveLength(1);
    expect(await codeOf(handle.opening(never))).toBe('providers_down');
    expect(handle.state()).toBe('failed');
  });
});

it('[ST15] a reader that reads nothing holds neither the producer nor another reader', async () => {
  const rig = await openRig();
  const words = Array.from({ length: 500 }, (_, at) => `word ${at} `);
  rig.first.script(answer(...words));
  const key = crypto.randomUUID();
  const idle = await rig.ask({ prompt: 'Hi' }, { key });
  const iterator = idle.events(0, never)[Symbol.asyncIterator]();
  await iterator.next();
  const { text, handle } = await rig.answer({ prompt: 'Hi' }, { key });
  expect(text).toBe(words.join(''));
  expect(handle.state()).toBe('answered');
  // It has all of it still, when it reads at last.
  expect((await readAll(idle)).text).toBe(text);
  await iterator.return?.();
});

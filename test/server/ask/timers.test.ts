import { describe, expect, it } from 'vitest';
import { openBlackHole } from '../../fakes/provider/black-hole.ts';
import { gate } from '../../fakes/provider/gate.ts';
import { callTool, fail, hold, open, raw, say, type Step } from '../../fakes/provider/script.ts';
import { never, openRig, readAll, type Rig } from './rig.ts';

/** How the attempts of the only ask went. */
async function attemptsOf(rig: Rig): Promise<string[]> {
  const [row] = await rig.rows();
  return (row?.attempts ?? []).map(({ provider, role, status }) => `${role} ${provider} ${status}`);
}

/** With tools a broken answer is not gone on with. */
const TOOLS = [{ type: 'function', function: { name: 'look' } }];

/** What is no content, on either wire: head, role, ping, comment, an empty piece. */
const NOISE: Record<'openai' | 'anthropic', Step[]> = {
  openai: [raw(': PROCESSING\n\n'), raw('data: {"choices":[{"delta":{"role":"assistant","content":""}}]}\n\n')],
  anthropic: [
    raw('event: ping\ndata: {"type":"ping"}\n\n'),
    raw(
      'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n',
    ),
  ],
};

const THOUGHT = {
  openai: 'data: {"choices":[{"delta":{"reasoning":"Hm."}}]}\n\n',
  anthropic:
    'data: {"type":"content_block_start","index":9,"content_block":{"type":"thinking","thinking":""}}\n\n' +
    'data: {"type":"content_block_delta","index":9,"delta":{"type":"thinking_delta","thinking":"Hm."}}\n\n',
};

describe('a connection', () => {
  it('[ST1] that swallows everything is given up after 800 ms, and the next deployment asked at once', async () => {
    const hole = await openBlackHole();
    const rig = await openRig({ first: { apiBase: `http://127.0.0.1:${hole.port}/v1` } });
    const handle = await rig.ask({ prompt: 'Hi' });
    await rig.clock.settle();
    await rig.clock.advance(799);
    expect(rig.second.calls).toHaveLength(0);
    await rig.clock.advance(1);
    expect((await readAll(handle)).text).toBe('This is the fake answer.');
    expect(await attemptsOf(rig)).toEqual(['first first/model unreachable', 'failover second/model ok']);
    expect((await rig.rows())[0]?.attempts[0]?.total_ms).toBe(800);
    await hole.close();
  });
});

describe.each(['openai', 'anthropic'] as const)('the first content on the %s wire', (wire) => {
  const first = async (more = {}): Promise<Rig> =>
    wire === 'openai'
      ? openRig({ first: more })
      : openRig({ first: { order: 3 }, second: { order: 1, ...more }, feature: {} });
  const asked = (rig: Rig) => (wire === 'openai' ? rig.first : rig.second);

  it('[ST2] is neither a head nor a role nor a ping: they do not put its limit off', async () => {
    const rig = await first();
    const later = gate();
    asked(rig).script([open(), ...NOISE[wire], hold(later), ...NOISE[wire], hold()]);
    const handle = await rig.ask({ prompt: 'Hi' });
    await later.reached;
    await rig.clock.advance(1_500);
    later.open();
    await rig.clock.settle();
    await rig.clock.advance(499);
    expect(handle.state()).toBe('running');
    await rig.clock.advance(1);
    expect((await readAll(handle)).text).toBe('This is the fake answer.');
    expect((await attemptsOf(rig))[0]).toContain('timeout');
    await asked(rig).calls[0]?.over;
    expect(asked(rig).calls[0]?.outcome).toBe('aborted');
  });

  it('[ST2] may be a tool call', async () => {
    const rig = await first();
    const later = gate();
    asked(rig).script([callTool('call-1', 'look', '{"a":'), hold(later), say('Done.')]);
    const handle = await rig.ask({ prompt: 'Hi' });
    await handle.opening(never);
    await rig.clock.advance(10_000);
    later.open();
    expect((await readAll(handle)).last).toMatchObject({ type: 'answer-end', finishReason: 'tool_calls' });
  });

  it('[ST2] [ST16] may be what the model thinks aloud, which is no part of the answer', async () => {
    const rig = await first();
    const later = gate();
    asked(rig).script([raw(THOUGHT[wire]), hold(later), say('Done.')]);
    const handle = await rig.ask({ prompt: 'Hi' });
    await handle.opening(never);
    await rig.clock.advance(10_000);
    later.open();
    const { text, events } = await readAll(handle);
    expect(text).toBe('Done.');
    expect(events[1]?.event).toEqual({ type: 'reasoning-delta', text: 'Hm.' });
    expect((await rig.answer({ prompt: 'Hi' })).events.map(({ event }) => event.type)).not.toContain('reasoning-delta');
  });

  it('[ST2] is waited for to its own limit, however short the limit on silence is', async () => {
    const rig = await first({ firstTokenTimeoutMs: 20_000, idleTimeoutMs: 1_000 });
    const later = gate();
    asked(rig).script([open(), ...NOISE[wire], hold(later), say('late')]);
    const handle = await rig.ask({ prompt: 'Hi' });
    await later.reached;
    await rig.clock.advance(19_000);
    later.open();
    expect((await readAll(handle)).text).toBe('late');
  });

  it.each([
    ['overloaded_error', 'rejected'],
    ['rate_limit_error', 'rate-limited'],
    ['authentication_error', 'unauthorized'],
    ['billing_error', 'quota'],
  ])('[ST5] an error `%s` inside a 200 before it is a failed attempt of its own class, `%s`', async (type, kind) => {
    const rig = await first();
    asked(rig).script([open(), ...NOISE[wire], fail(type)], [open(), fail(type)]);
    const { text, handle } = await rig.answer({ prompt: 'Hi' });
    expect(text).toBe('This is the fake answer.');
    expect((await attemptsOf(rig))[0]).toMatch(new RegExp(`^first .*/model ${kind}$`));
    expect(await handle.opening(never)).toMatchObject({ hops: 1 });
  });

  it('[ST3] is followed by no silence longer than the limit between pieces, and a ping ends none', async () => {
    const rig = await first({ idleTimeoutMs: 5_000 });
    const gates = [gate(), gate()];
    asked(rig).script([say('a'), hold(gates[0] ?? null), say('b'), hold(gates[1] ?? null), ...NOISE[wire], hold()]);
    const handle = await rig.ask({ prompt: 'Hi', tools: TOOLS });
    await handle.opening(never);
    await rig.clock.advance(4_999);
    gates[0]?.open();
    await rig.clock.settle();
    await gates[1]?.reached;
    await rig.clock.advance(3_000);
    gates[1]?.open();
    await rig.clock.settle();
    expect(handle.state()).toBe('running');
    await rig.clock.advance(2_000);
    expect((await readAll(handle)).text).toBe('ab');
    expect(handle.state()).toBe('incomplete');
    expect((await attemptsOf(rig))[0]).toContain('stalled');
    await asked(rig).calls[0]?.over;
    expect(asked(rig).calls[0]?.outcome).toBe('aborted');
  });

  it('[ST4] is followed by a stream no longer than its own total limit', async () => {
    const rig = await first({ streamTotalMs: 7_000 });
    const later = gate();
    asked(rig).script([say('a'), hold(later), say('b'), hold()]);
    const handle = await rig.ask({ prompt: 'Hi', tools: TOOLS });
    await handle.opening(never);
    await rig.clock.advance(6_000);
    later.open();
    await rig.clock.settle();
    expect(handle.state()).toBe('running');
    await rig.clock.advance(1_000);
    expect((await readAll(handle)).text).toBe('ab');
    expect(handle.state()).toBe('incomplete');
  });
});

it('[ST6] a malformed chunk is left out and booked', async () => {
  const rig = await openRig();
  rig.first.script([say('a'), raw('data: {"broken\n\n'), raw('data: 7\n\n'), say('b')]);
  expect((await rig.answer({ prompt: 'Hi' })).text).toBe('ab');
  expect((await rig.rows())[0]?.attempts).toMatchObject([{ role: 'first', status: 'ok', skipped_chunks: 2 }]);
});

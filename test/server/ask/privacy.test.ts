import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { mintAskId } from '#shared/ask-id.ts';
import { openDiscreetJournal } from '../../../server/store/discreet-journal.ts';
import { MemoryJournal } from '../../../server/store/memory-journal.ts';
import { openStores, type Stores } from '../../../server/store/open.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { gate } from '../../fakes/provider/gate.ts';
import { answer, callTool, cut, finish, hold, raw, refuse, say } from '../../fakes/provider/script.ts';
import { seededRandom } from '../../fakes/random.ts';
import { cleanUp, emptyFolder } from '../http/router-start.ts';
import { codeOf, never, openRig, readAll, SOMEONE, type Rig } from './rig.ts';
import { featureNamed } from './sample-configuration.ts';

const KEY = mintAskId(fakeClock(), seededRandom(99));
const DEVICE = { store: 'store_unless_pii', fresh_seconds: 86_400, keep_days: 30, queue: true } as const;
const SECRET = { ...DEVICE, store: 'never' } as const;

describe('what looks personal', () => {
  it.each([
    ['in the question', { prompt: 'Write to jane.roe@example.com' }, 'Gladly.'],
    ['in an earlier turn', { messages: turns('My card is 4111 1111 1111 1111', 'Is it valid?') }, 'It is.'],
    [
      'in a part',
      { messages: [{ role: 'user' as const, content: [{ type: 'text', text: '+1 212 555 0147' }] }] },
      'Hm.',
    ],
    [
      'in a call of an earlier turn',
      {
        messages: [
          { role: 'user' as const, content: 'Write to her' },
          {
            role: 'assistant' as const,
            content: '',
            function_call: { name: 'mail', arguments: '{"to": "jane.roe@example.com"}' },
          },
          { role: 'user' as const, content: 'Did it work?' },
        ],
      },
      'It did.',
    ],
    [
      'in the name of whoever speaks',
      { messages: [{ role: 'user' as const, name: 'jane.roe@example.com', content: 'Hello' }] },
      'Hm.',
    ],
    ['in the answer', { prompt: 'Where do I write to?' }, 'To jane.roe@example.com.'],
  ])('[PV10] %s keeps an answer out of the cache, also of one person alone', async (_where, body, text) => {
    for (const scope of ['tenant', 'user'] as const) {
      const rig = await openRig({ feature: { device: DEVICE, cache: { ttlSeconds: 3600, scope } } });
      rig.first.script(answer(text), answer(text));
      expect((await rig.answer(body)).text).toBe(text);
      expect((await rig.answer(body)).handle.delivery).toBe('provider');
    }
  });

  it('[PV10] in what an answer has a tool do keeps it out of the cache', async () => {
    const rig = await openRig({ feature: { device: DEVICE, cache: { ttlSeconds: 3600, scope: 'tenant' } } });
    const calls = [say('Done.'), callTool('call', 'mail', '{"to": "jane.roe@example.com"}'), finish()];
    rig.first.script(calls, calls);
    expect((await rig.answer({ prompt: 'Write to her' })).text).toBe('Done.');
    expect((await rig.answer({ prompt: 'Write to her' })).handle.delivery).toBe('provider');
  });

  it('[PV10] does not where the feature stores everything, nor in the feature’s own prompt, and nothing else is kept out', async () => {
    const personal = { prompt: 'Write to jane.roe@example.com' };
    const open = await openRig({ feature: { device: { ...DEVICE, store: 'store' } } });
    await open.answer(personal);
    expect((await open.answer(personal)).handle.delivery).toBe('router-cache');
    const rig = await openRig({ feature: { device: DEVICE, system: 'You answer for help@example.com.' } });
    await rig.answer({ prompt: 'Why is the sky blue?' });
    expect((await rig.answer({ prompt: 'Why is the sky blue?' })).handle.delivery).toBe('router-cache');
  });
});

describe('an ask of a feature that is never stored', () => {
  it('[PV11] is not remembered, and not joined', async () => {
    const rig = await discreetRig();
    const middle = gate();
    rig.first.script([say('a'), hold(middle)], answer('b'), answer('c'));
    const running = await rig.ask({ prompt: 'Hi' });
    await running.opening(never);
    expect((await rig.answer({ prompt: 'Hi' })).handle.delivery).toBe('provider');
    middle.open();
    await readAll(running);
    expect((await rig.answer({ prompt: 'Hi' })).handle.delivery).toBe('provider');
    expect((await rig.rows(3)).map(({ ask }) => [ask.delivery, ask.cache_ttl_s])).toEqual(
      Array(3).fill(['provider', null]),
    );
  });

  it('[PV11] can be read, resumed and repeated for 10 minutes, at no further cost', async () => {
    const rig = await discreetRig();
    const told = await rig.answer({ prompt: 'Hi' }, { key: KEY });
    await rig.forget();
    await rig.clock.advance(400_000);
    const found = await rig.asks.find(SOMEONE, KEY);
    expect(found === null ? null : (await readAll(found, 2)).events).toEqual(told.events.slice(2));
    expect((await rig.answer({ prompt: 'Hi' }, { key: KEY })).text).toBe(told.text);
    expect(rig.first.calls).toHaveLength(1);
    await rig.clock.advance(200_000);
    expect(await codeOf(rig.asks.find(SOMEONE, KEY))).toBe('ask_expired');
    await rig.clock.advance(600_000);
    expect((await rig.answer({ prompt: 'Hi' }, { key: KEY })).handle.state()).toBe('answered');
    expect((await rig.rows(2)).map(({ ask }) => ask.run).sort()).toEqual([1, 2]);
  });

  it('[PV12] leaves no word on the disk and none in the log, however it ends, nor does its refusal', async () => {
    const folder = emptyFolder();
    const disk = await openStores({ dataFolder: folder, onProblem: () => undefined });
    const log: string[] = [];
    const rig = await discreetRig(disk, log);
    const words = { prompt: 'Tell me of the unmistakable question' };
    const quoting = { error: { message: 'What is an "unmistakable"?', type: 'invalid_request_error' } };
    rig.first.script(
      answer('The unmistakable', ' answer'),
      [say('The unmistakable answer'), cut()],
      refuse(400, quoting),
      ...[refuse(503, quoting), refuse(503, quoting)],
      [raw('data: {"choices": [{"delta": {"content": "unmistakable"\n\n'), cut()],
    );
    rig.second.script(refuse(500, quoting), refuse(500, quoting));
    await rig.answer(words, { key: KEY });
    for (let at = 0; at < 3; at++) {
      const handle = await rig.ask(words);
      await handle.opening(never).catch(() => undefined);
      await readAll(handle);
    }
    await rig.ask({ ...words, n: 3 }).catch(() => undefined);
    const rows = await rig.rows(5);
    expect(rows.map(({ ask }) => ask.outcome).sort()).toEqual([
      ...['answered', 'failed', 'incomplete', 'refused', 'refused'],
    ]);
    await disk.close();
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
    expect(files.join('')).toContain(KEY);
    expect(files.join('')).not.toContain('unmistakable');
    expect(log).toHaveLength(6);
    expect(log.join('')).not.toContain('unmistakable');
  });
});

afterEach(cleanUp);

/** A rig whose journal is composed as the router composes it. */
function discreetRig(disk: Stores | null = null, log: string[] = []): Promise<Rig> {
  const memory = fakeClock();
  const logger = pino({ level: 'trace' }, { write: (line) => log.push(line) });
  return openRig({
    features: [featureNamed('open')],
    feature: { device: SECRET, stream: { onBreak: 'error', delivery: 'live', hedge: true } },
    stores: (real) => {
      const stores = disk ?? real;
      return { ...stores, journal: openDiscreetJournal(stores.journal, new MemoryJournal(memory)) };
    },
    onLog: (about, text) => logger.error(about, text),
  });
}

function turns(...texts: string[]): { role: 'user' | 'assistant'; content: string }[] {
  return texts.flatMap((content, at) => [
    { role: 'user' as const, content },
    ...(at < texts.length - 1 ? [{ role: 'assistant' as const, content: 'I see.' }] : []),
  ]);
}

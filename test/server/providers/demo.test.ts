import { describe, expect, it } from 'vitest';
import { compose, DEMO_SENTENCE, type Turn } from '../../../server/providers/demo/compose.ts';
import { startDemoProviders } from '../../../server/providers/demo/demo-providers.ts';
import { inPieces } from '../../../server/providers/demo/pace.ts';
import { recognise, subjectOf } from '../../../server/providers/demo/question.ts';
import { openProvider } from '../../../server/providers/open.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { seededRandom } from '../../fakes/random.ts';

const ask = (...texts: string[]): Turn[] =>
  texts.map((text, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', text }));
const answer = (question: string, model = 'large'): string => compose(ask(question), model);

const QUESTIONS = [
  'What is a layover?',
  'How do I plan a day in Porto?',
  'Write a TypeScript function that tries again',
  'Compare trains and planes',
  'Translate good morning into Japanese',
  'Write a long essay about tunnels',
  'In one sentence: why trains?',
  'Hello',
  '駅はどこですか',
  '<img src=x onerror=alert(1)> **bold** [link](javascript:alert(1)) `code`',
  '',
];

describe('an answer of the demo', () => {
  it.each(QUESTIONS)('[PD1] says at its head that it is a demo, and is the same each time: %j', (question) => {
    expect(answer(question).startsWith(`*${DEMO_SENTENCE}*`)).toBe(true);
    expect(answer(question)).toBe(answer(question));
  });

  it('[PD2] takes the form that was asked for', () => {
    expect(answer('How do I plan a day in Porto?')).toMatch(/^1\. .+\n2\. /m);
    expect(answer('Write a Python function')).toMatch(/^```python$/m);
    expect(answer('Compare trains and planes')).toMatch(/^\| --- \|/m);
    expect(answer('Translate good morning into Greek')).toContain('Καλημέρα');
    expect(answer('In one sentence: why trains?').length).toBeLessThan(200);
  });

  it('[PD2] is varied: forty questions of one kind have at least thirty answers', () => {
    const answers = Array.from({ length: 40 }, (_, index) =>
      answer(`What about lamp ${index}?`).replaceAll(/\d+/g, ''),
    );
    expect(new Set(answers).size).toBeGreaterThanOrEqual(30);
  });

  it('[PD2] carries the words of the question, without its markup', () => {
    expect(answer('What is the best way to learn Portuguese?')).toContain('learn Portuguese');
    const hostile = answer(QUESTIONS[9] ?? '');
    expect(hostile).not.toContain('<img');
    expect(hostile).not.toContain('](');
  });

  it('[PD2] answers in the script of the question that it is a demo', () => {
    expect(answer('駅はどこですか')).toContain('これはデモの回答です');
    expect(answer('أين المحطة؟')).toContain('تجريبية');
  });

  it('[PD3] knows the turns before', () => {
    const turns = ask('What about lighthouses?', 'They shine.', 'And who built them?');
    expect(compose(turns, 'large')).toContain('lighthouses');
    expect(compose(turns, 'large')).not.toBe(compose(ask('And who built them?'), 'large'));
  });

  it('[PD4] comes in pieces that make the whole, at a human pace', () => {
    for (const question of QUESTIONS) {
      const text = answer(question);
      const [first, ...rest] = inPieces(text);
      expect([first, ...rest].map((piece) => piece?.text).join('')).toBe(text);
      expect(first?.delayMs).toBeGreaterThanOrEqual(400);
      expect(first?.delayMs).toBeLessThanOrEqual(700);
      for (const { delayMs } of rest) expect(delayMs >= 20 && delayMs <= 30).toBe(true);
    }
  });

  it('[PD4] when long takes about a minute', () => {
    for (let count = 0; count < 50; count++) {
      const pieces = inPieces(answer(`A long answer about lamp ${count}`));
      const totalMs = pieces.reduce((sum, { delayMs }) => sum + delayMs, 0);
      expect(totalMs).toBeGreaterThan(50_000);
      expect(totalMs).toBeLessThan(75_000);
    }
  });
});

describe('the demo reads a question', () => {
  it.each([
    ['Compare trains and planes', 'table', 'trains and planes'],
    ['How do I plan a trip to Lisbon?', 'steps', 'plan a trip to Lisbon'],
    ['write a python script for tides', 'code', 'python script for tides'],
    ['Translate good morning into Greek', 'translate', 'Greek'],
    ['Olá!', 'greeting', 'Olá'],
    ['Why is the sky blue', 'prose', 'sky blue'],
    ['', 'prose', 'your question'],
  ])('[PD2] %j asks for %s about %s', (question, intent, subject) => {
    expect(recognise(question)).toBe(intent);
    expect(subjectOf(question)).toBe(subject);
  });
});

describe('the two demo providers', () => {
  it('[PD5] serve app/chat and app/small, north first, each on its own wire, with a key of this start', async () => {
    const demo = await startDemoProviders({ clock: fakeClock(), random: seededRandom(), pace: 0 });
    expect(demo.deployments.map(({ alias, name, wire, order }) => [alias, name, wire, order])).toEqual([
      ['app/chat', 'demo-north/large', 'openai', 1],
      ['app/chat', 'demo-south/large', 'anthropic', 2],
      ['app/small', 'demo-north/small', 'openai', 1],
      ['app/small', 'demo-south/small', 'anthropic', 2],
    ]);
    expect(new Set(demo.deployments.map(({ id }) => id)).size).toBe(4);
    expect(new Set(demo.deployments.map(({ apiKey }) => apiKey)).size).toBe(2);
    await demo.close();
  });

  it('[PD4] keep a human pace by the given clock, and none when it is set to 0 mid-answer', async () => {
    const clock = fakeClock();
    const demo = await startDemoProviders({ clock, random: seededRandom() });
    const [deployment] = demo.deployments;
    if (deployment === undefined) throw new Error('There is no demo deployment.');
    const provider = openProvider({ ...deployment, clock });
    const call = {
      model: 'large',
      messages: [{ role: 'user' as const, content: 'Write a long essay' }],
      parameters: {},
      idleTimeoutMs: 60_000,
    };
    let text = '';
    const done = (async () => {
      for await (const event of provider.stream(call, new AbortController().signal))
        if (event.type === 'text-delta') text += event.text;
    })();
    await clock.until(() => clock.timers() > 0);
    await clock.advance(399);
    expect(text).toBe('');
    await clock.advance(400);
    await clock.until(() => text !== '');
    expect(text.length).toBeLessThan(200);
    demo.setPace(0);
    await clock.advance(30);
    await done;
    expect(text.length).toBeGreaterThan(3000);
    expect(demo.calls()).toEqual({ north: 1, south: 0 });
    await provider.close();
    await demo.close();
  });
});

import { describe, expect, it } from 'vitest';
import { findBrowserModel, type Said } from '../../src/on-device/browser-model.ts';
import { createDeviceAnswers } from '../../src/on-device/device-answers.ts';
import { tellDeviceAnswer } from '../../src/on-device/on-device-answer.tsx';
import { createPreparation } from '../../src/on-device/preparation.ts';
import { fakeClock } from '../fakes/clock.ts';
import { fakeLanguageModel, type LanguageModelScript } from '../fakes/language-model.ts';

const QUESTION: Said[] = [{ role: 'user', content: 'How do I boil eggs?' }];

/** A sentence that holds these words. */
const saying = (words: string): unknown => expect.stringContaining(words);

function modelOf(script: Partial<LanguageModelScript>) {
  const fake = fakeLanguageModel({ availability: 'available', ...script });
  const model = findBrowserModel(fake);
  if (model === null) throw new Error('The fake is no model.');
  return { fake, model };
}

function answersOf(script: Partial<LanguageModelScript>) {
  const clock = fakeClock();
  const { fake, model } = modelOf(script);
  const answers = createDeviceAnswers(model, clock);
  return { fake, clock, answers, of: (askId: string) => answers.all.value.get(askId) };
}

describe('the browser’s own model', () => {
  it('[G60] is found by what it can do, not by its name', () => {
    for (const found of [undefined, null, 1, 'LanguageModel', {}, { availability: 1, create: 1 }, () => 1])
      expect(findBrowserModel(found)).toBeNull();
    expect(findBrowserModel(fakeLanguageModel({ availability: 'unavailable' }))).not.toBeNull();
  });

  it('[G60] is unavailable when the browser says so, fails to say, or says something new', async () => {
    const create = async () => ({});
    const states = [async () => 'unavailable', async () => 'perhaps', () => Promise.reject(new Error('no'))];
    for (const availability of states)
      expect(await findBrowserModel({ availability, create })?.readiness()).toBe('unavailable');
    for (const availability of ['downloadable', 'downloading', 'available'] as const)
      expect(await modelOf({ availability }).model.readiness()).toBe(availability);
  });

  it('[G66] hears what was said before as far as its window surely reaches, from a question on', async () => {
    const { fake, model } = modelOf({ pieces: ['Yes.'] });
    const before: Said[] = [
      { role: 'user', content: 'old '.repeat(1_000) },
      { role: 'assistant', content: 'long '.repeat(600) },
      { role: 'user', content: 'And then?' },
      { role: 'assistant', content: 'Then salt.' },
    ];
    const words = [];
    for await (const word of model.answer([...before, ...QUESTION], new AbortController().signal)) words.push(word);
    expect(words).toEqual(['Yes.']);
    expect(fake.prompts).toEqual(['How do I boil eggs?']);
    expect(fake.created[0]?.initialPrompts?.map(({ role }) => role)).toEqual(['system', 'user', 'assistant']);
    expect(fake.open()).toBe(0);
  });
});

describe('getting the model ready', () => {
  it('[G61] asks for no download by itself', async () => {
    const { fake, model } = modelOf({ availability: 'downloadable' });
    const preparation = createPreparation(model);
    await preparation.look();
    expect(preparation.state.value).toEqual({ kind: 'downloadable', failure: null });
    expect(fake.created).toEqual([]);
  });

  it('[G62] downloads on a press, tells how far it is, and is ready', async () => {
    const { fake, model } = modelOf({ availability: 'downloadable', holdDownload: true });
    const preparation = createPreparation(model);
    fake.press();
    const seen: number[] = [];
    preparation.state.subscribe((state) => state.kind === 'downloading' && seen.push(state.part));
    const done = preparation.start();
    await fakeClock().settle();
    expect(preparation.state.value).toEqual({ kind: 'downloading', part: 0.5 });
    fake.release();
    await done;
    expect(seen).toEqual([0, 0, 0.5, 1]);
    expect(preparation.state.value).toEqual({ kind: 'ready' });
    expect(fake.open()).toBe(0);
  });

  it('[G62] can be cancelled, and started again', async () => {
    const { fake, model } = modelOf({ availability: 'downloadable', holdDownload: true });
    const preparation = createPreparation(model);
    fake.press();
    const cancelled = preparation.start();
    await fakeClock().settle();
    preparation.cancel();
    await cancelled;
    expect(preparation.state.value).toEqual({ kind: 'downloadable', failure: null });
    fake.release();
    await preparation.start();
    expect(preparation.state.value).toEqual({ kind: 'ready' });
  });

  it('[G65] says why a download did not work', async () => {
    const unpressed = createPreparation(modelOf({ availability: 'downloadable' }).model);
    await unpressed.start();
    expect(unpressed.state.value).toMatchObject({
      kind: 'downloadable',
      failure: saying('Press again'),
    });

    const { fake, model } = modelOf({ availability: 'downloadable', failure: 'NetworkError' });
    fake.press();
    const broken = createPreparation(model);
    await broken.start();
    expect(broken.state.value).toMatchObject({ failure: saying('broke off') });
  });

  it('[G60] says so where there is no model, or it runs elsewhere', async () => {
    expect(createPreparation(null).state.value).toEqual({ kind: 'absent' });
    const downloading = createPreparation(modelOf({ availability: 'downloading' }).model);
    await downloading.look();
    expect(downloading.state.value).toEqual({ kind: 'downloading-elsewhere' });
  });
});

describe('an answer of this device', () => {
  it('[G63] comes piece by piece, and is kept under its ask as what it is', async () => {
    const { answers, fake, of } = answersOf({ pieces: ['Boil ', 'them.'], holdAt: 1 });
    const done = answers.write('ask', QUESTION);
    await fakeClock().settle();
    expect(of('ask')).toEqual({ source: 'on-device', kind: 'writing', text: 'Boil ' });
    fake.release();
    await done;
    expect(of('ask')).toEqual({ source: 'on-device', kind: 'whole', text: 'Boil them.' });
    expect(of('another')).toBeUndefined();
  });

  it('[G63] is stopped, and keeps the words that came', async () => {
    const { answers, clock, fake, of } = answersOf({ pieces: ['Boil ', 'them.'], holdAt: 1 });
    const done = answers.write('ask', QUESTION);
    await clock.settle();
    answers.stop('ask');
    await done;
    fake.release();
    await clock.settle();
    expect(of('ask')).toEqual({ source: 'on-device', kind: 'part', text: 'Boil ', message: 'You stopped it.' });
    expect(fake.open()).toBe(0);
    expect(clock.timers()).toBe(0);
  });

  it('[G63] is written once, however often it is pressed, and again when it is wanted again', async () => {
    const { answers, clock, fake, of } = answersOf({ pieces: ['Boil.'], holdAt: 0 });
    const first = answers.write('ask', QUESTION);
    await clock.settle();
    await answers.write('ask', QUESTION);
    expect(fake.prompts).toHaveLength(1);
    fake.release();
    await first;
    await answers.write('ask', QUESTION);
    expect(of('ask')).toMatchObject({ kind: 'whole', text: 'Boil.' });
    expect(fake.prompts).toHaveLength(2);
  });

  it('[G65] is given up after a minute of silence', async () => {
    const { answers, clock, of } = answersOf({ pieces: ['Boil ', 'them.'], holdAt: 1 });
    const done = answers.write('ask', QUESTION);
    await clock.advance(59_000);
    expect(of('ask')).toMatchObject({ kind: 'writing' });
    await clock.advance(1_000);
    await done;
    expect(of('ask')).toMatchObject({ kind: 'part', text: 'Boil ', message: saying('silent') });
  });

  it('[G65] says what went wrong in a sentence', async () => {
    const cases: [Partial<LanguageModelScript>, string][] = [
      [{ window: 90 }, 'too long'],
      [{ availability: 'unavailable' }, 'cannot run'],
      [{ failure: 'UnknownError' }, 'broke off'],
      [{ failure: 'NotReadableError' }, 'does not let through'],
      [{ pieces: [] }, 'no word'],
    ];
    for (const [script, words] of cases) {
      const { answers, of, fake } = answersOf(script);
      await answers.write('ask', QUESTION);
      expect(of('ask')).toMatchObject({ kind: 'part', text: '', message: saying(words) });
      expect(fake.open()).toBe(0);
    }
  });

  it('[G65] that grows without end is ended', async () => {
    const { answers, of } = answersOf({ pieces: Array.from({ length: 60 }, () => 'word '.repeat(200)) });
    await answers.write('ask', QUESTION);
    expect(of('ask')).toMatchObject({ kind: 'part', message: saying('too long') });
  });

  it('[G64] is kept for fifty asks; the oldest goes first', async () => {
    const { answers, of } = answersOf({ pieces: ['Yes.'] });
    for (let at = 0; at < 51; at++) await answers.write(`ask-${at}`, QUESTION);
    expect(answers.all.value.size).toBe(50);
    expect(of('ask-0')).toBeUndefined();
    expect(of('ask-50')).toBeDefined();
  });
});

describe('the line under what this device wrote', () => {
  it('[G63] says that it was written on this device, is simpler, and that the ask still waits', () => {
    const whole = tellDeviceAnswer({ source: 'on-device', kind: 'whole', text: 'Boil.' }, true);
    expect(`${whole.what} ${whole.more}`).toBe(
      'Written on this device, simpler. The browser’s own model wrote it; Layover sent nothing for it. Your question still waits to be sent.',
    );
    const nothing = tellDeviceAnswer(
      { source: 'on-device', kind: 'part', text: '', message: 'You stopped it.' },
      false,
    );
    expect(`${nothing.what} ${nothing.more}`).toBe('Nothing was written on this device. You stopped it.');
    const writing = tellDeviceAnswer({ source: 'on-device', kind: 'writing', text: '' }, true);
    expect(`${writing.what} ${writing.more}`).toBe(
      'Being written on this device, simpler. The browser’s own model is getting ready.',
    );
  });
});

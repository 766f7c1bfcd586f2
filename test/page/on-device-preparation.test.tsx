// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, describe, expect, it } from 'vitest';
import type { LineState } from '#shared/line.ts';
import { ModelsProvider, type Models } from '../../src/app/models.ts';
import { OnDevicePreparation } from '../../src/on-device/on-device-preparation.tsx';
import { fakeClock } from '../fakes/clock.ts';
import { fakeLanguageModel, type LanguageModelScript } from '../fakes/language-model.ts';

const clock = fakeClock();

/** The part of the page that gets the model ready, over a line and a model that the test has in hand. */
async function show(script: LanguageModelScript | null, lineIs: LineState = 'online') {
  const fake = script === null ? null : fakeLanguageModel(script);
  const line = signal<LineState>(lineIs);
  const standIns = { languageModel: fake, onDevice: null, similar: null };
  const models = { clock, standIns, line: { state: line } } as unknown as Models;
  /** Effects run when an `act` ends, and what they started is drawn in the next. */
  const after = async (work: () => void): Promise<void> => {
    await act(work);
    await clock.settle();
    await act(() => undefined);
  };
  await after(() =>
    render(
      <ModelsProvider value={models}>
        <OnDevicePreparation />
      </ModelsProvider>,
      document.body,
    ),
  );
  const button = (name: string): HTMLButtonElement | null =>
    [...document.querySelectorAll('button')].find((one) => one.textContent === name) ?? null;
  return {
    fake,
    line,
    button,
    after,
    says: () => document.querySelector('[role=status]')?.textContent ?? '',
    press: (name: string) => after(() => button(name)?.click()),
  };
}

afterEach(() => render(null, document.body));

describe('getting the model of this device ready', () => {
  it('[G62] downloads on a press, with progress and Cancel, until it is ready', async () => {
    const view = await show({ availability: 'downloadable', holdDownload: true });
    view.fake?.press();
    expect(view.says()).toContain('Not downloaded.');
    expect(view.fake?.created).toHaveLength(0);
    await view.press('Download the model');
    expect(view.says()).toContain('Being downloaded.');
    expect(document.querySelector('.part')?.textContent).toBe('50 %');
    await view.press('Cancel');
    expect(view.says()).toContain('Not downloaded.');
    await view.press('Download the model');
    await view.after(() => view.fake?.release());
    expect(view.says()).toContain('Ready.');
    expect(document.querySelectorAll('button')).toHaveLength(0);
  });

  it('[G62] is offered only while there is a line, and says so', async () => {
    const view = await show({ availability: 'downloadable' }, 'offline');
    expect(view.button('Download the model')?.disabled).toBe(true);
    expect(document.body.textContent).toContain('Only while you are online.');
    await view.after(() => (view.line.value = 'slow'));
    expect(view.button('Download the model')?.disabled).toBe(false);
    expect(document.body.textContent).not.toContain('Only while you are online.');
  });

  it('[G60] says what there is where nothing can be downloaded', async () => {
    expect((await show(null)).says()).toContain('This browser has none of its own.');
    render(null, document.body);
    expect((await show({ availability: 'unavailable' })).says()).toContain('not for this device');
    expect(document.querySelectorAll('button')).toHaveLength(0);
  });

  it('[G65] says why a download did not work, and offers it again', async () => {
    const view = await show({ availability: 'downloadable', failure: 'NetworkError', wantsPress: false });
    await view.press('Download the model');
    expect(view.says()).toContain('The download broke off. Try again when the line is better.');
    expect(view.button('Download the model')).not.toBeNull();
  });
});

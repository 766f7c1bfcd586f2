import { expect, test } from 'vitest';
import { createToasts } from '../../src/app/toasts.ts';
import { fakeClock } from '../fakes/clock.ts';

const update = { text: 'A new version is ready.', stays: true };

test('[W16] a message that stays makes way for a passing one, and comes back after it', async () => {
  const clock = fakeClock();
  const toasts = createToasts(clock);
  toasts.show(update);
  toasts.show({ text: 'Ask cancelled.' });
  expect(toasts.current.value?.text).toBe('Ask cancelled.');
  await clock.advance(8_000);
  expect(toasts.current.value).toEqual(update);
  await clock.advance(60_000);
  expect(toasts.current.value).toEqual(update);
  toasts.show({ text: 'Forgotten on this device.' });
  toasts.close();
  expect(toasts.current.value).toEqual(update);
  toasts.close();
  expect(toasts.current.value).toBeNull();
});

test('[W16] a message that stays takes the place of another that stays', () => {
  const toasts = createToasts(fakeClock());
  toasts.show(update);
  toasts.show({ text: 'A new version is in use.', stays: true });
  toasts.close();
  expect(toasts.current.value).toBeNull();
});

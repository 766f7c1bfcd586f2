import { computed, signal } from '@preact/signals';
import type { Models } from '../app/models.ts';
import { watchArrivals } from './arrivals.ts';

/** Watches the arrivals for as long as this page lives. */
export function startArrivals(models: Models): void {
  const { goTo, talk } = models;
  const visible = signal(document.visibilityState === 'visible');
  document.addEventListener('visibilitychange', () => (visible.value = document.visibilityState === 'visible'));
  watchArrivals({
    ...models,
    lookedAt: computed(() => (visible.value && talk.onScreen.value ? talk.conversationId.value : null)),
    go: (path) => (goTo.value = path),
    setBadge,
  });
}

/** A browser may refuse a badge to a page that is not installed; the count stands in the rail anyway. */
function setBadge(count: number): void {
  if (!('setAppBadge' in navigator)) return;
  const set = count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge();
  set.catch((refusal: unknown) => void refusal);
}

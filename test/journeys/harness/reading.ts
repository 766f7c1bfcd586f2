import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** What axe finds on screen: rule and place, one line each. */
export async function axeFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

/** What can be moved sideways though it must not: the page, or any part but tables and code. */
export function sidewaysParts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.documentElement;
    const parts = [...document.querySelectorAll('body, body *')].filter((element) => {
      if (element.matches('.wide, pre, textarea, input')) return false;
      const scrolls = ['auto', 'scroll'].includes(getComputedStyle(element).overflowX);
      return scrolls && element.scrollWidth > element.clientWidth + 1;
    });
    const names = parts.map((part) => `${part.localName}.${[...part.classList].join('.')}`);
    return root.scrollWidth > innerWidth ? [`the page, ${root.scrollWidth} px`, ...names] : names;
  });
}

/** Whether what has the focus looks other than without it: an outline, a shadow, an edge or a ground, on it or just around it. */
export function showsFocus(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const focused = document.activeElement;
    if (!(focused instanceof HTMLElement) || focused === document.body) return false;
    const look = (): string => {
      const around = [focused, focused.parentElement, focused.parentElement?.parentElement];
      return around
        .map((element) => {
          if (element === null || element === undefined) return '';
          const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor } = getComputedStyle(element);
          const outline = outlineStyle === 'none' ? '' : `${outlineStyle} ${outlineWidth} ${outlineColor}`;
          return [outline, boxShadow, borderColor].join(' ');
        })
        .join('|');
    };
    const lit = look();
    focused.blur();
    const unlit = look();
    focused.focus({ focusVisible: true });
    return lit !== unlit;
  });
}

/** Keeps what every `role="status"` says, in order, from the first document on. */
export async function listenToStatus(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const said: string[] = [];
    const last = new WeakMap<Element, string>();
    Object.assign(window, { saidAloud: said });
    const listen = (): void => {
      for (const status of document.querySelectorAll('[role="status"]')) {
        const text = status.textContent.trim();
        if (text !== '' && last.get(status) !== text) said.push(text);
        last.set(status, text);
      }
    };
    new MutationObserver(listen).observe(document, { subtree: true, childList: true, characterData: true });
  });
  return () => page.evaluate(() => (window as Window & { saidAloud?: string[] }).saidAloud ?? []);
}

/** Movements on screen that take time, by the element that moves. */
export function movements(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    document
      .getAnimations()
      .filter((one) => one.playState === 'running' && Number(one.effect?.getComputedTiming().duration ?? 0) > 1)
      .map((one) => {
        const target = one.effect instanceof KeyframeEffect ? one.effect.target : null;
        return target === null ? 'something' : `${target.localName}.${[...target.classList].join('.')}`;
      }),
  );
}

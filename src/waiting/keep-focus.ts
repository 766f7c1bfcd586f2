import { createRef } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

/**
 * For lists whose rows change places, lists and buttons, so that whoever goes by keyboard does not lose their place. An element that
 * was moved in the document has the focus again before anything of the new order is seen, whenever that order comes; where it went,
 * its row has it, wherever that stands now; where the row went too, all of the lists. Give the result as `ref` to what holds the lists
 * and can take the focus; a row is an `article` that can, with `data-row` as its name.
 */
export function useFocusKept() {
  const [lists] = useState(() => createRef<HTMLElement>());
  const focused = document.activeElement;
  const row = lists.current?.contains(focused) === true ? focused?.closest<HTMLElement>('[data-row]') : null;
  useLayoutEffect(() => {
    const { current } = lists;
    if (current === null || row == null || document.activeElement !== document.body) return;
    const name = CSS.escape(row.dataset['row'] ?? '');
    const next = current.contains(focused) ? focused : current.querySelector(`[data-row="${name}"]`);
    (next instanceof HTMLElement ? next : current).focus({ preventScroll: true });
  });
  return lists;
}

import { createRef } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

/**
 * For a list whose rows change places and buttons. An element that was moved in the document has the focus again before anything of
 * the new order is seen, whenever that order comes; where it went, its row has it. Give the result to the list as `ref`; its rows
 * are `article`s.
 */
export function useFocusKept<E extends Element>() {
  const [list] = useState(() => createRef<E>());
  const focused = document.activeElement;
  const row = focused?.closest<HTMLElement>('article');
  useLayoutEffect(() => {
    if (document.activeElement === focused) return;
    const next = focused?.isConnected === true ? focused : row;
    if (next instanceof HTMLElement && list.current?.contains(next) === true) next.focus({ preventScroll: true });
  });
  return list;
}

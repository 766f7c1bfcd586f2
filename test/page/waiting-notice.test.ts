import { describe, expect, it } from 'vitest';
import { askLeave, noticesOf } from '../../src/notify/leave.ts';
import { showPageNotice } from '../../src/notify/page-notice.ts';
import { openNotice, showNotice } from '../../sw/notice.ts';

interface FakePage {
  visibilityState: DocumentVisibilityState;
  at: string;
}

/** A worker's own surroundings, as far as notifications go. */
function workerScope(pages: FakePage[]) {
  const shown: { title: string; options: NotificationOptions }[] = [];
  const opened: string[] = [];
  const clients = pages.map((page) => ({
    visibilityState: page.visibilityState,
    focus: async () => ({ navigate: async (path: string) => void (page.at = path) }),
  }));
  const scope = {
    clients: { matchAll: async () => clients, openWindow: async (path: string) => void opened.push(path) },
    registration: {
      showNotification: async (title: string, options: NotificationOptions) => void shown.push({ title, options }),
    },
  } as unknown as Parameters<typeof showNotice>[0];
  return { scope, shown, opened };
}

describe('a notification', () => {
  it('[G84] is shown while nobody looks at a page of ours, and holds no word of question or answer', async () => {
    const { scope, shown } = workerScope([{ visibilityState: 'hidden', at: '/' }]);
    await showNotice(scope, 'c1', true);
    await showNotice(scope, 'c2', false);
    expect(shown.map(({ title }) => title)).toEqual(['An answer arrived', 'A question needs you']);
    expect(shown.map(({ options }) => options.data as unknown)).toEqual(['c1', 'c2']);
    expect(shown.map(({ options }) => options.body)).toEqual([
      'Open Layover to read it.',
      'It could not be answered. Open Layover to decide.',
    ]);
  });

  it('[G84] is not shown to somebody who looks at the page', async () => {
    const { scope, shown } = workerScope([
      { visibilityState: 'hidden', at: '/' },
      { visibilityState: 'visible', at: '/' },
    ]);
    await showNotice(scope, 'c1', true);
    expect(shown).toEqual([]);
  });

  it('[G84] pressed, it opens the conversation in the page that is open, else in a new one', async () => {
    let closed = 0;
    const notice = { close: () => void closed++, data: 'c1' };
    const page: FakePage = { visibilityState: 'hidden', at: '/' };
    await openNotice(workerScope([page]).scope, notice);
    expect(page.at).toBe('/c/c1');
    const { scope, opened } = workerScope([]);
    await openNotice(scope, notice);
    expect(opened).toEqual(['/c/c1']);
    expect(closed).toBe(2);
  });

  it('[G84] of a page without a worker is the same, and a browser that refuses it breaks nothing', () => {
    const made: string[] = [];
    const opened: string[] = [];
    const notice = { onclick: null, close: () => undefined } as unknown as Notification;
    const scope = {
      hidden: () => true,
      make: (title: string) => (made.push(title), notice),
      open: (path: string) => void opened.push(path),
    };
    showPageNotice(scope, 'c1', true);
    notice.onclick?.call(notice, {} as Event);
    expect([made, opened]).toEqual([['An answer arrived'], ['/c/c1']]);
    showPageNotice({ ...scope, hidden: () => false }, 'c1', true);
    expect(made).toHaveLength(1);
    const refusing = {
      ...scope,
      make: () => {
        throw new TypeError('Illegal constructor.');
      },
    };
    expect(() => showPageNotice(refusing, 'c1', true)).not.toThrow();
  });

  it('[G84] the person is asked once; whoever said no is not asked again', async () => {
    let asked = 0;
    const notices = (permission: NotificationPermission, answer: NotificationPermission) => ({
      permission,
      requestPermission: async () => (asked++, answer),
    });
    expect(await askLeave(notices('default', 'granted'))).toBe(true);
    expect(await askLeave(notices('granted', 'denied'))).toBe(true);
    expect(await askLeave(notices('denied', 'granted'))).toBe(false);
    expect(asked).toBe(1);
    expect(noticesOf({})).toBeNull();
  });
});

import { noticeOf } from '#shared/notice.ts';

/** What of a document and its browser a page needs to tell somebody something while they look elsewhere. */
export interface PageScope {
  hidden: () => boolean;
  /** Null where the browser has no notifications. */
  make: ((title: string, options: NotificationOptions) => Pick<Notification, 'onclick' | 'close'>) | null;
  /** Brings the page to the front and shows this address. */
  open: (path: string) => void;
}

/** The worker's notification for a page that has no worker. Some browsers refuse it to pages: then there is none. */
export function showPageNotice({ hidden, make, open }: PageScope, conversationId: string, answered: boolean): void {
  if (!hidden() || make === null) return;
  const { title, body } = noticeOf(answered);
  try {
    const notice = make(title, { body, tag: conversationId, icon: '/icon-192.png' });
    notice.onclick = () => {
      notice.close();
      open(`/c/${encodeURIComponent(conversationId)}`);
    };
  } catch (refusal) {
    console.warn('This browser lets only a worker tell the person something.', refusal);
  }
}

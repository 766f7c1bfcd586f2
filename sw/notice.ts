import { noticeOf } from '#shared/notice.ts';

/** Tells the person how an ask ended, unless they look at a page of ours. Rejects where they allow no notifications. */
export async function showNotice(
  { clients, registration }: Pick<ServiceWorkerGlobalScope, 'clients' | 'registration'>,
  conversationId: string,
  answered: boolean,
): Promise<void> {
  const pages = await clients.matchAll({ type: 'window' });
  if (pages.some((page) => page.visibilityState === 'visible')) return;
  const { title, body } = noticeOf(answered);
  await registration.showNotification(title, {
    body,
    tag: conversationId,
    data: conversationId,
    icon: '/icon-192.png',
  });
}

/** Opens the conversation of a notification that was pressed, in a page that is open or in a new one. */
export async function openNotice(
  { clients }: Pick<ServiceWorkerGlobalScope, 'clients'>,
  notice: Pick<Notification, 'close' | 'data'>,
): Promise<void> {
  notice.close();
  const path = `/c/${encodeURIComponent(String(notice.data))}`;
  const [page] = await clients.matchAll({ type: 'window' });
  if (page === undefined) await clients.openWindow(path);
  else await (await page.focus()).navigate(path);
}

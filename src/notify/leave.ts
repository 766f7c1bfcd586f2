/** What of the browser's notifications is needed; `Notification` itself has this form. */
export interface Notices {
  readonly permission: NotificationPermission;
  requestPermission(): Promise<NotificationPermission>;
}

/** The browser's notifications; null where there are none (on iOS: unless the app is installed). */
export function noticesOf(scope: { Notification?: Notices }): Notices | null {
  return scope.Notification ?? null;
}

/** Whether this browser may tell the person something while they look elsewhere; asks them if they were never asked. */
export async function askLeave(notices: Notices): Promise<boolean> {
  if (notices.permission !== 'default') return notices.permission === 'granted';
  return (await notices.requestPermission()) === 'granted';
}

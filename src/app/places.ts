import type { MarkName } from '../look/mark.tsx';

export interface PagePlace {
  href: string;
  name: string;
  mark: MarkName;
}

/** Where one can go, in rail and tabs; the last stands apart in the rail. */
export const PLACES: readonly PagePlace[] = [
  { href: '/', name: 'Ask', mark: 'go-ask' },
  { href: '/waiting', name: 'Waiting', mark: 'go-waiting' },
  { href: '/saved', name: 'Saved', mark: 'go-saved' },
  { href: '/travel', name: 'Travel', mark: 'go-travel' },
  { href: '/console', name: 'Console', mark: 'go-console' },
];

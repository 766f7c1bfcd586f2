import { hash, timingSafeEqual } from 'node:crypto';
import type { Random } from '#shared/clock.ts';

/** A fresh secret: 32 random bytes as base64url. */
export function mintToken(random: Random): string {
  return Buffer.from(random.bytes(32)).toString('base64url');
}

/** What is stored in place of a token. */
export function hashToken(token: string): string {
  return hash('sha256', token);
}

/** Whether `text` can be a token of ours; saves the database from anything else. */
export function isToken(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}

/** A fresh virtual key. */
export function mintKey(random: Random): string {
  return `lk-${mintToken(random)}`;
}

/** Whether `text` can be a virtual key. */
export function isKey(text: string): boolean {
  return text.startsWith('lk-') && isToken(text.slice(3));
}

/** Says of a secret whether it is the wanted one, in a time that tells nothing about either: by their hashes, which have one length. */
export function secretCheck(wanted: string): (given: string) => boolean {
  const wantedHash = hash('sha256', wanted, 'buffer');
  return (given) => timingSafeEqual(hash('sha256', given, 'buffer'), wantedHash);
}

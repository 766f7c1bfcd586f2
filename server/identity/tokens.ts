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

/** Compares secrets in a time that tells nothing about them: by their hashes, which have one length. */
export function sameSecret(given: string, wanted: string): boolean {
  const hashes = [given, wanted].map((secret) => hash('sha256', secret, 'buffer'));
  return timingSafeEqual(hashes[0] ?? Buffer.alloc(0), hashes[1] ?? Buffer.alloc(1));
}

import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';

/** What a sealed text is bound to: copied anywhere else it does not open. */
export interface SealedPlace {
  purpose: 'answer' | 'journal';
  tenant: string;
  /** Of the row. */
  id: string;
}

/** A stored text, opened. `foreign`: sealed under a key that is not at hand. */
export type Opened = { kind: 'text'; text: string } | { kind: 'foreign' } | { kind: 'damaged' };

export interface Sealer {
  /** Names the key, and tells nothing of it; null where nothing is sealed. */
  keyId: string | null;
  seal(text: string, place: SealedPlace): string;
  open(stored: string, place: SealedPlace): Opened;
  /** A hash of words as it is stored: under the key, so that whoever has the disk cannot try words against it. */
  blind(hash: string): string;
  /** Whether a stored hash is this one. One that was blinded under another key cannot be told from it, and counts as it. */
  isBlindOf(stored: string, hash: string): boolean;
}

/** In front of every sealed text: the form, and the key. What is not sealed is JSON, and begins otherwise. */
const FORM = 's1:';
/** In front of every blinded hash. */
export const BLIND_FORM = 'h1:';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Keeps texts as they are. */
export const plainSealer: Sealer = {
  keyId: null,
  seal: (text) => text,
  open: (stored) => (isSealed(stored) ? { kind: 'foreign' } : { kind: 'text', text: stored }),
  blind: (hash) => hash,
  isBlindOf: (stored, hash) => stored === hash || stored.startsWith(BLIND_FORM),
};

/** AES-256-GCM with an IV of its own for each text, bound to key and place. */
export function createSealer(key: Uint8Array): Sealer {
  const keyId = createHash('sha256').update('layover data key').update(key).digest('hex').slice(0, 8);
  const front = `${FORM}${keyId}:`;
  const blindFront = `${BLIND_FORM}${keyId}:`;
  const blindKey = createHmac('sha256', key).update('layover hashes').digest();
  const blind = (hash: string): string => blindFront + createHmac('sha256', blindKey).update(hash).digest('base64url');
  const about = ({ purpose, tenant, id }: SealedPlace): Buffer =>
    Buffer.from(JSON.stringify([FORM, keyId, purpose, tenant, id]));
  return {
    keyId,
    seal(text, place) {
      // Not the router's given randomness: an IV that came twice under one key would open both texts.
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(about(place));
      const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return front + sealed.toString('base64');
    },
    open(stored, place) {
      if (!isSealed(stored)) return { kind: 'text', text: stored };
      if (!stored.startsWith(front)) return { kind: 'foreign' };
      const sealed = Buffer.from(stored.slice(front.length), 'base64');
      if (sealed.length < IV_BYTES + TAG_BYTES) return { kind: 'damaged' };
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES)).setAAD(about(place));
        decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
        const open = Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
        return { kind: 'text', text: open.toString('utf8') };
      } catch {
        // Another place, or other bytes than were sealed: the tag cannot tell which.
        return { kind: 'damaged' };
      }
    },
    blind,
    isBlindOf: (stored, hash) =>
      stored === blind(hash) || (stored.startsWith(BLIND_FORM) && !stored.startsWith(blindFront)),
  };
}

export function isSealed(stored: string): boolean {
  return stored.startsWith(FORM);
}

/** A data key as it is given: 32 bytes in base64 or hexadecimal; null when it is anything else. */
export function readDataKey(text: string): Uint8Array | null {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return null;
  return Buffer.from(trimmed, 'base64');
}

import * as z from 'zod/mini';
import { isWhole } from '#shared/answer.ts';
import type { Random } from '#shared/clock.ts';
import { readJson } from '#shared/json.ts';
import { MAX_NAME_CHARS, MAX_PROMPT_CHARS, MAX_PROMPTS } from '#device/pack.ts';
import { answerSchema, readRow } from '#device/rows.ts';

/** How such a file is called, and the most bytes of it that are read. */
export const PACK_FILE_ENDING = '.layover-pack';
export const MAX_FILE_BYTES = 20_000_000;
export const MIN_PASSPHRASE_CHARS = 12;

const ITERATIONS = 600_000;

/** Everything but the sealed content. It is bound to the content: changed by anybody, the file no longer opens. */
const headSchema = z.object({
  format: z.literal('layover-pack'),
  version: z.literal(1),
  /** Whose answers they are, as a hash that names nobody. */
  tenant: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
  kdf: z.object({
    name: z.literal('PBKDF2-SHA-256'),
    // Below it a passphrase is guessed too fast; above it a file could hold up the browser for minutes.
    iterations: z.number().check(z.gte(ITERATIONS), z.lte(5_000_000)),
    salt: z.string().check(z.regex(/^[A-Za-z0-9+/]{22,88}={0,2}$/)),
  }),
  /** 12 bytes. */
  iv: z.string().check(z.regex(/^[A-Za-z0-9+/]{16}$/)),
});
const fileSchema = z.object({ ...headSchema.shape, sealed: z.string().check(z.maxLength(MAX_FILE_BYTES)) });

/** One question, with its answer where there is one. Nothing of the device is in it: no key, no session. */
const fileItemSchema = z.object({
  feature: z.string().check(z.minLength(1), z.maxLength(100)),
  prompt: z.string().check(z.minLength(1), z.maxLength(MAX_PROMPT_CHARS)),
  prompt_version: z.number(),
  model: z.string(),
  /** Null where the pack was not ready. */
  answer: z.nullable(answerSchema),
  saved_at_ms: z.number(),
});
export type FileItem = z.infer<typeof fileItemSchema>;

const contentSchema = z.object({
  tenant_hash: z.string(),
  name: z.string().check(z.minLength(1), z.maxLength(MAX_NAME_CHARS)),
  /** No later than a date can be. */
  date_ms: z.nullable(z.number().check(z.gte(0), z.lte(8.64e15))),
  items: z.array(z.unknown()).check(z.maxLength(MAX_PROMPTS)),
});

/** What a file carries. `spoiled` counts rows that were not of the form, or no whole answers, and were left out. */
export interface PackContent {
  name: string;
  demoAtMs: number | null;
  items: FileItem[];
  spoiled: number;
}

export type PackFile = z.infer<typeof fileSchema>;
export type ReadFile = { ok: true; file: PackFile } | { ok: false; problem: string };
export type OpenedFile = { ok: true; content: PackContent } | { ok: false; problem: string };

/** Seals a pack under a passphrase: AES-GCM, the key by PBKDF2-SHA-256 of 600,000 rounds. */
export async function sealPack(
  content: Omit<PackContent, 'spoiled'> & { tenant: string },
  passphrase: string,
  { subtle, random }: { subtle: SubtleCrypto; random: Random },
): Promise<string> {
  const head = {
    format: 'layover-pack' as const,
    version: 1 as const,
    tenant: content.tenant,
    kdf: { name: 'PBKDF2-SHA-256' as const, iterations: ITERATIONS, salt: toBase64(random.bytes(16)) },
    iv: toBase64(random.bytes(12)),
  };
  const { name, demoAtMs, items } = content;
  const plain = JSON.stringify({ tenant_hash: content.tenant, name, date_ms: demoAtMs, items });
  const key = await keyOf(passphrase, head, subtle);
  const sealed = await subtle.encrypt(algorithmOf(head), key, new TextEncoder().encode(plain));
  return JSON.stringify({ ...head, sealed: toBase64(new Uint8Array(sealed)) });
}

/** Reads the outside of a file, before anybody types a passphrase for it. */
export function readPackFile(text: string, tenant: string): ReadFile {
  if (text.length > MAX_FILE_BYTES) return { ok: false, problem: 'The file is larger than 20 MB. No pack is.' };
  const file = readJson(fileSchema, text);
  if (file === null) return { ok: false, problem: 'This is not a travel pack, or it was damaged on its way.' };
  if (file.tenant !== tenant) {
    return { ok: false, problem: 'This pack belongs to another tenant. Nothing of it was read.' };
  }
  return { ok: true, file };
}

/** Opens a file that `readPackFile` took. */
export async function openPack(file: PackFile, passphrase: string, subtle: SubtleCrypto): Promise<OpenedFile> {
  let plain: string;
  try {
    const key = await keyOf(passphrase, file, subtle);
    plain = new TextDecoder().decode(await subtle.decrypt(algorithmOf(file), key, fromBase64(file.sealed)));
  } catch {
    // AES-GCM does not tell which of the two it is, and nobody else can.
    return { ok: false, problem: 'It does not open: another passphrase, or the file was changed.' };
  }
  const content = readJson(contentSchema, plain);
  if (content === null || content.tenant_hash !== file.tenant) {
    return { ok: false, problem: 'It opens, but what is inside is no travel pack of this version.' };
  }
  const items: FileItem[] = [];
  let spoiled = 0;
  for (const raw of content.items) {
    const item = readRow(fileItemSchema, raw);
    const whole = item !== null && isUsable(item);
    if (!whole) spoiled += 1;
    // A question is worth keeping without its answer: this device can ask it.
    if (item !== null) items.push(whole ? item : { ...item, answer: null });
  }
  return { ok: true, content: { name: content.name, demoAtMs: content.date_ms, items, spoiled } };
}

/** Only whole answers in words travel. */
function isUsable({ answer }: FileItem): boolean {
  return answer === null || (isWhole(answer.finishReason) && answer.toolCalls.length === 0);
}

type Head = z.infer<typeof headSchema>;

async function keyOf(passphrase: string, { kdf }: Head, subtle: SubtleCrypto): Promise<CryptoKey> {
  const words = new TextEncoder().encode(passphrase.normalize('NFC'));
  const base = await subtle.importKey('raw', words, 'PBKDF2', false, ['deriveKey']);
  const how = { name: 'PBKDF2', hash: 'SHA-256', iterations: kdf.iterations, salt: fromBase64(kdf.salt) };
  return subtle.deriveKey(how, base, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

/** The head goes along as associated data, written in one order. */
function algorithmOf({ format, version, tenant, kdf, iv }: Head): AesGcmParams {
  const head = JSON.stringify([format, version, tenant, kdf.name, kdf.iterations, kdf.salt, iv]);
  return { name: 'AES-GCM', iv: fromBase64(iv), additionalData: new TextEncoder().encode(head) };
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  // A call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

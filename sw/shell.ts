import * as z from 'zod/mini';
import { readJson } from '#shared/json.ts';
import { SHELL_CACHE as CACHE, SHELL_LIST as LIST } from '#shared/worker-messages.ts';

/** A file of the page, as the build lists it; `revision` is null where its name already changes with its content. */
export interface ShellFile {
  url: string;
  revision: string | null;
}

export interface ShellParts {
  caches: CacheStorage;
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  origin: string;
  files: readonly ShellFile[];
}

/** The page on this device: its files, of this version and of the one before. */
export interface Shell {
  /** Brings every file that is not here yet. Fails when one cannot be had; what came is not fetched again the next time. */
  install(): Promise<void>;
  /** Removes what neither this version nor the one before it lists: a page that is still open goes on by its own files. */
  activate(): Promise<void>;
  /** The name of the file for an address in this cache; null for what is none of the page's. `isPage` for any route of it. */
  keyOf(pathname: string, isPage: boolean): string | null;
  /** The file under a key; null when it is not here, or the browser closed the cache to us. */
  find(key: string): Promise<Response | null>;
}

const listSchema = z.array(z.string());

/** Where a media type does not hold the ending of the name as a word. */
const WORDS: Record<string, string> = { js: 'javascript', webmanifest: 'manifest' };

export function openShell({ caches, fetch, origin, files }: ShellParts): Shell {
  const keys = new Map(
    files.map(({ url, revision }) => [`/${url}`, revision === null ? `/${url}` : `/${url}?${revision}`]),
  );

  async function install(): Promise<void> {
    const cache = await caches.open(CACHE);
    const here = new Set((await cache.keys()).map(({ url }) => url));
    const missing = [...keys.values()].filter((key) => !here.has(origin + key));
    await Promise.all(missing.map(async (key) => cache.put(key, await bring(key))));
  }

  /** Only what our router itself gives counts: a portal answers everything with its own page. */
  async function bring(key: string): Promise<Response> {
    const [path = '', revision] = key.split('?');
    const cache = revision === undefined ? 'default' : 'reload';
    const response = await fetch(key, { cache, redirect: 'error', credentials: 'same-origin' });
    const ending = path.slice(path.lastIndexOf('.') + 1);
    const fits = response.headers.get('content-type')?.includes(WORDS[ending] ?? ending) === true;
    if (response.status === 200 && fits && response.headers.has('x-layover')) return response;
    throw new TypeError(`No \`${key}\`.`);
  }

  return {
    install,
    async activate() {
      // What went missing since, say by the hand of a version that came between.
      await install().catch((failure: unknown) => void failure);
      const cache = await caches.open(CACHE);
      const mine = [...keys.values()];
      const before = readJson(listSchema, (await (await cache.match(LIST))?.text()) ?? '') ?? [];
      const kept = new Set([LIST, ...mine, ...before].map((key) => origin + key));
      for (const request of await cache.keys()) if (!kept.has(request.url)) await cache.delete(request);
      await cache.put(LIST, new Response(JSON.stringify(mine)));
      for (const name of await caches.keys()) if (name.startsWith('workbox-precache')) await caches.delete(name);
    },
    keyOf(pathname, isPage) {
      if (isPage) return keys.get('/index.html') ?? null;
      // A hashed file of the version before is known by its name.
      return keys.get(pathname) ?? (pathname.startsWith('/assets/') ? pathname : null);
    },
    async find(key) {
      const found = await caches.match(key, { cacheName: CACHE }).catch((failure: unknown) => void failure);
      return found ?? null;
    },
  };
}

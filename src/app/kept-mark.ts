import * as z from 'zod/mini';
import { META_DATABASE, type Place } from '#device/database.ts';
import { readSetting, writeSetting } from '#device/settings.ts';

/** Where the mark stands that outlives a cleared storage: the page's cookies, as `document.cookie` gives and takes them. */
export interface CookieJar {
  cookie: string;
}

/** It says only that something was kept here once. 400 days, the longest a browser allows. */
const MARK = 'layover-kept=1; path=/; samesite=strict; max-age=';
const LASTS_SECONDS = 34_560_000;
const SETTING = 'kept-here';

/**
 * Marks that things are kept in this browser, in its storage and in a cookie. True when the cookie was there and the storage had lost
 * its mark: the browser has cleared it, for want of room or because nobody came for long. A cookie is not cleared with it.
 */
export async function markKept(place: Place, jar: CookieJar): Promise<boolean> {
  const meta: Place = { ...place, name: META_DATABASE, vault: null };
  const known = await readSetting(meta, SETTING, z.literal(true));
  const wasCleared = known === null && jar.cookie.split('; ').includes('layover-kept=1');
  if (known === null) await writeSetting(meta, SETTING, true);
  jar.cookie = MARK + String(LASTS_SECONDS);
  return wasCleared;
}

/** Takes the mark away: whoever leaves has removed it all themselves. */
export function dropMark(jar: CookieJar): void {
  jar.cookie = `${MARK}0`;
}

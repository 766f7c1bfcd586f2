import { expect, test } from 'vitest';
import { META_DATABASE, write } from '#device/database.ts';
import { dropMark, markKept, type CookieJar } from '../../src/app/kept-mark.ts';
import { freshPlace } from '../fakes/device/place.ts';

/** A browser's cookies, as far as one of them goes. */
function openJar(): CookieJar {
  const held = new Map<string, string>();
  return {
    get cookie() {
      return ['theme=dark', ...[...held].map(([name, value]) => `${name}=${value}`)].join('; ');
    },
    set cookie(written: string) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(written) ?? [];
      if (written.endsWith('max-age=0')) held.delete(name);
      else held.set(name, value);
    },
  };
}

test('[PV58] a browser that cleared what was kept here is noticed once, and a sign-out is not taken for that', async () => {
  const place = freshPlace();
  const meta = { ...place, name: META_DATABASE, vault: null };
  const jar = openJar();
  const clear = (): Promise<void> => write(meta, ['settings'], (tx) => tx.objectStore('settings').clear());
  expect([await markKept(place, jar), await markKept(place, jar)]).toEqual([false, false]);
  await clear();
  expect([await markKept(place, jar), await markKept(place, jar)]).toEqual([true, false]);
  dropMark(jar);
  await clear();
  expect(await markKept(place, jar)).toBe(false);
});

import { featureNamed } from '#shared/travel-policy.ts';
import { read, type Place } from '#device/database.ts';
import { personalPlace } from '#device/device.ts';
import { looksPersonal } from '#shared/personal.ts';
import { SESSION } from '#device/policy.ts';
import { openRow } from '#device/sealed-rows.ts';
import { savedKeyOf } from '#device/standing.ts';
import type { OwnDevice } from '../app/own-device.ts';
import type { Ground } from './travel.ts';

/** Opens what the packs stand on; null where nothing may be kept. Its keys are those of any ask of this device. */
export async function openGround(own: OwnDevice | null): Promise<Ground | null> {
  if (own === null) return null;
  const { device } = own;
  const place = await personalPlace(device);
  if (place === null) return null;
  return {
    place,
    looksPersonal,
    async keyOf({ feature: name, prompt }, policy) {
      const feature = featureNamed(policy, name);
      const chat = { messages: [{ role: 'user' as const, content: prompt }] };
      return feature === null ? null : savedKeyOf(chat, device, { caller: SESSION, policy, feature });
    },
  };
}

/** Whether what is sealed here opens; `empty` when nothing is sealed yet. */
export async function tryKey(place: Place): Promise<'opens' | 'empty' | 'does-not-open'> {
  const [saved, pack]: [unknown, unknown] = await read(place, ['saved', 'packs'], (tx) =>
    Promise.all([
      tx
        .objectStore('saved')
        .openCursor()
        .then((cursor): unknown => cursor?.value),
      tx
        .objectStore('packs')
        .openCursor()
        .then((cursor): unknown => cursor?.value),
    ]),
  );
  const rows = [
    ...(saved === undefined ? [] : [openRow(place, 'saved', saved)]),
    ...(pack === undefined ? [] : [openRow(place, 'packs', pack)]),
  ];
  if (rows.length === 0) return 'empty';
  return (await Promise.all(rows)).includes(null) ? 'does-not-open' : 'opens';
}

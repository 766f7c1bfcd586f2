import { dropMark } from './kept-mark.ts';
import type { PageDevice } from './page-device.ts';
import type { Storage } from './storage.ts';

/**
 * Signs out: removes what the person keeps here, tells every tab and the worker, then the router. Resolves when that is done, or noted
 * to be told as soon as there is a line. A lazy chunk.
 */
export async function leaveDevice({ device, storage }: { device: PageDevice; storage: Storage }): Promise<void> {
  const place = storage.state.value;
  const own = await device.own();
  if (own === null) {
    // Nothing was ever kept here; the session alone is to be ended.
    await device.send(new Request('/api/session', { method: 'DELETE' })).catch((failure: unknown) => void failure);
    return;
  }
  dropMark(document);
  if (place.kind === 'open') place.lists.close();
  await own.wipe(place.kind === 'open' ? place.name : null);
  device.tell({ type: 'signed-out' });
  await own.finishSignOut(() => undefined);
}

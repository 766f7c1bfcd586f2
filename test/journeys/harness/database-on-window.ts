import { META_DATABASE, type Place } from '#device/database.ts';
import { openVault } from '#device/vault.ts';
import { systemRandom } from '#shared/clock.ts';
import { followWrite, openInBothOrders, openWhatIsNewer } from '../../contracts/device-database.ts';

declare global {
  interface Window {
    deviceDatabase: {
      openInBothOrders: () => Promise<unknown>;
      openWhatIsNewer: () => Promise<string[]>;
      followWrite: () => Promise<number[]>;
    };
  }
}

/** A place in this browser under a name of its own, whose writes are told as those of the worker are. */
function place(name: string): Place {
  const meta: Place = { factory: indexedDB, name: META_DATABASE, post: () => undefined, vault: null };
  return {
    factory: indexedDB,
    name,
    post: (channel, message) => new BroadcastChannel(channel).postMessage(message),
    vault: openVault(name, { meta, subtle: crypto.subtle, random: systemRandom }),
  };
}

window.deviceDatabase = {
  openInBothOrders: () => openInBothOrders(place('contract-ours'), place('contract-theirs')),
  openWhatIsNewer: () => openWhatIsNewer(place('contract-newer')),
  followWrite: () => followWrite(place('contract-live')),
};

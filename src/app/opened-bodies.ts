import type { Place } from '#device/database.ts';
import type { Vault } from '#device/vault.ts';

/** A place whose opened bodies are kept in memory, so that a list of 500 rows opens one body when one row changes. */
export interface RememberedPlace {
  place: Place;
  /** Lets go of the bodies that were not asked for since the last call: what left the list leaves the memory. */
  forgetUnread(): void;
}

/** Remembers the bodies that are opened through the place it gives. A body is known by its IV, which is never used twice. */
export function rememberBodies(place: Place): RememberedPlace {
  const { vault } = place;
  let kept = new Map<string, Promise<unknown>>();
  let read = new Map<string, Promise<unknown>>();
  if (vault === null) return { place, forgetUnread: () => undefined };
  const remembering: Vault = {
    ...vault,
    async open(schema, binding, sealed) {
      const name = JSON.stringify([...binding, sealed['iv'] instanceof Uint8Array ? [...sealed['iv']] : null]);
      const opened = kept.get(name) ?? vault.open(schema, binding, sealed);
      read.set(name, opened);
      const parsed = schema.safeParse(await opened);
      return parsed.success ? (parsed.data ?? null) : null;
    },
  };
  return {
    place: { ...place, vault: remembering },
    forgetUnread() {
      kept = read;
      read = new Map();
    },
  };
}

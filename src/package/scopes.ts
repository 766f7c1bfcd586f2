import * as z from 'zod/mini';
import { hmacHex } from '#shared/ask-key.ts';
import { META_DATABASE, databaseName, type Place } from '#device/database.ts';
import { openDevice, personalPlace } from '#device/device.ts';
import { laterParts } from '#device/later.ts';
import { keepPolicyResponse } from '#device/policy.ts';
import { changeSetting, deviceKey } from '#device/settings.ts';
import type { Play } from '#device/simulator.ts';
import { removeDatabase } from '#device/wipe.ts';
import { givenPolicy } from './given-policy.ts';
import { gatedLocks } from './gated-locks.ts';
import type { SuppliedHeaders } from './messages.ts';
import type { ApiOptions } from './options.ts';
import type { Desk, Host } from './service.ts';
import { StandIn } from './stand-in.ts';

/** Most people of whom something is kept in one browser; whoever was here longest ago goes. */
const MOST_SCOPES = 20;

const knownSchema = z.array(z.object({ scope: z.string(), usedAtMs: z.number() }));

/** One person's device, kept apart from every other's. */
export interface Scoped extends Desk {
  scope: string;
  standIn: StandIn;
}

/** Who asks, told apart by a keyed hash; for each a device with databases of its own. */
export class Scopes {
  readonly #options: ApiOptions;
  readonly #host: Host;
  readonly #isEndpoint: (url: string) => boolean;
  readonly #root: Place;
  readonly #open = new Map<string, Promise<Scoped>>();
  #key: Promise<CryptoKey | null> | null = null;

  constructor(options: ApiOptions, host: Host, isEndpoint: (url: string) => boolean) {
    this.#options = options;
    this.#host = host;
    this.#isEndpoint = isEndpoint;
    this.#root = { factory: host.factory, name: META_DATABASE, post: () => undefined, vault: null };
  }

  /** Whose request this is; null where nobody can be told apart, and so nothing be kept. */
  async scopeOf(request: Request): Promise<string | null> {
    const { subtle } = this.#host;
    if (subtle === null) return null;
    const key = await (this.#key ??= deviceKey(this.#root, subtle).catch(() => null));
    if (key === null) return null;
    const said = await (this.#options.scopeOf ?? credentialsOf)(request);
    return (await hmacHex(`scope:${said}`, key, subtle)).slice(0, 32);
  }

  /** Whoever a page that supplies these headers speaks for. */
  async suppliedScope(headers: SuppliedHeaders): Promise<string | null> {
    return this.scopeOf(new Request(this.#host.origin, { headers }));
  }

  open(scope: string | null): Promise<Scoped> {
    const name = scope ?? '';
    let scoped = this.#open.get(name);
    if (scoped === undefined) this.#open.set(name, (scoped = this.#make(scope)));
    return scoped;
  }

  /** Removes all that is kept of one person: the keys first, so that the rest is noise from then on. */
  async forget({ device, scope }: Scoped): Promise<void> {
    device.lockUp();
    this.#open.delete(scope);
    await this.#remove(scope);
  }

  async #make(scope: string | null): Promise<Scoped> {
    const { simulator } = this.#options;
    const policy = givenPolicy(this.#options);
    const standIn = new StandIn({
      fetch: this.#host.fetch,
      options: this.#options,
      policy,
      isEndpoint: this.#isEndpoint,
    });
    const device = openDevice({
      ...this.#host,
      fetch: standIn.fetch,
      factory: this.#factoryOf(scope ?? ''),
      // Whoever cannot be told from others has nothing kept.
      subtle: scope === null ? null : this.#host.subtle,
      locks: gatedLocks(this.#host.locks, {
        scope: scope ?? '',
        supply: () => this.#supplyFor(scope),
        use: (headers) => (standIn.supplied = headers),
      }),
      later: async () => laterParts,
      bringPlay: simulator === undefined ? null : async () => simulator as unknown as Play,
    });
    // What the options say now holds, whatever an earlier version of the app said.
    await keepPolicyResponse(device, await standIn.fetch(new Request(`${this.#host.origin}/api/travel`))).catch(
      (failure: unknown) => void failure,
    );
    const place = await personalPlace(device).catch(() => null);
    if (scope !== null) void this.#note(scope).catch((failure: unknown) => void failure);
    return { device, place, scope: scope ?? '', standIn };
  }

  async #supplyFor(scope: string | null): Promise<SuppliedHeaders | null> {
    for (const headers of await this.#host.askPages()) {
      if (scope !== null && (await this.suppliedScope(headers)) === scope) return headers;
    }
    return null;
  }

  /** Notes that somebody was here, and removes whoever was not for longer than anything is kept. */
  async #note(scope: string): Promise<void> {
    const nowMs = this.#host.clock.now();
    const days = Math.max(this.#options.keepDays ?? 30, this.#options.queueDays ?? 6) + 1;
    let gone: string[] = [];
    await changeSetting(this.#root, 'scopes', {
      schema: knownSchema,
      to(known) {
        const newest = [
          { scope, usedAtMs: nowMs },
          ...(known ?? []).filter((each) => each.scope !== scope).sort((a, b) => b.usedAtMs - a.usedAtMs),
        ];
        const stay = newest.filter((each, at) => at < MOST_SCOPES && nowMs - each.usedAtMs < days * 86_400_000);
        gone = newest.filter((each) => !stay.includes(each)).map((each) => each.scope);
        return stay;
      },
    });
    for (const each of gone) await this.#remove(each);
  }

  async #remove(scope: string): Promise<void> {
    const { tenant_hash, user_hash } = givenPolicy(this.#options);
    const parts = { factory: this.#factoryOf(scope), clock: this.#host.clock };
    for (const name of [META_DATABASE, databaseName(tenant_hash, user_hash)]) await removeDatabase(parts, name);
  }

  /** The same databases under names that begin with whose they are. */
  #factoryOf(scope: string): IDBFactory {
    const { factory } = this.#host;
    const named = (name: string): string => `layover/${scope}/${name}`;
    return {
      open: (name, version) => factory.open(named(name), version),
      deleteDatabase: (name) => factory.deleteDatabase(named(name)),
      databases: () => factory.databases(),
      cmp: (a, b) => factory.cmp(a, b),
    };
  }
}

function credentialsOf({ headers }: Request): string {
  return headers.get('authorization') ?? headers.get('api-key') ?? headers.get('x-api-key') ?? '';
}

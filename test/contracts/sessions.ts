import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_LINKS, MAX_SESSIONS, type Grants, type Sessions } from '../../server/store/sessions.ts';

const operator: Grants = { tenant: 'default', user: 'op', role: 'operator', guest: false };
const guest: Grants = { tenant: 'default', user: 'g-1', role: 'asker', guest: true };

/** What every store of sessions does; `open` gives an empty one. */
export function describeSessions(
  name: string,
  open: () => Promise<{ sessions: Sessions; close: () => Promise<void> }>,
): void {
  describe(`sessions and links, ${name}`, () => {
    let sessions: Sessions;
    let close: () => Promise<void>;

    beforeEach(async () => {
      ({ sessions, close } = await open());
    });
    afterEach(() => close());

    it('[S1] spends a link once, also when both uses come at the same time', async () => {
      await sessions.addLink({ tokenHash: 'l', grants: operator, expiresAtMs: 100 });
      const uses = await Promise.all([sessions.spendLink('l', 0), sessions.spendLink('l', 0)]);
      expect(uses).toEqual([operator, null]);
      expect(await sessions.spendLink('l', 0)).toBeNull();
    });

    it('[S2] slides a session with each use, until it ends or is left alone', async () => {
      await sessions.addSession({ tokenHash: 's', grants: guest, expiresAtMs: 100 });
      expect(await sessions.useSession('s', 99, 100)).toEqual(guest);
      expect(await sessions.useSession('s', 198, 100)).toEqual(guest);
      expect(await sessions.useSession('s', 298, 100)).toBeNull();
      expect(await sessions.useSession('unknown', 0, 100)).toBeNull();
    });

    it('[S2] ends a session at once', async () => {
      await sessions.addSession({ tokenHash: 's', grants: guest, expiresAtMs: 100 });
      await sessions.endSession('s');
      expect(await sessions.useSession('s', 0, 100)).toBeNull();
    });

    it('[S3] lets the session that was unused longest go when there are too many', async () => {
      const add = (at: number) => sessions.addSession({ tokenHash: `s${at}`, grants: guest, expiresAtMs: 1e9 });
      await Promise.all(Array.from({ length: 5_000 }, (_, at) => add(at)));
      await sessions.useSession('s0', 1, 1e9);
      await Promise.all(Array.from({ length: MAX_SESSIONS - 5_000 }, (_, at) => add(5_000 + at)));
      await add(MAX_SESSIONS);
      expect(await sessions.useSession('s0', 2, 1e9)).toEqual(guest);
      expect(await sessions.useSession('s1', 2, 1e9)).toBeNull();
      expect(await sessions.useSession('s2', 2, 1e9)).toEqual(guest);
    });

    it('[S3] lets guests go before people, however long those were not here', async () => {
      const add = (at: number, grants: Grants) =>
        sessions.addSession({ tokenHash: `s${at}`, grants, expiresAtMs: 1e9 });
      await add(0, operator);
      await Promise.all(Array.from({ length: MAX_SESSIONS - 1 }, (_, at) => add(1 + at, at < 2 ? guest : operator)));
      await add(MAX_SESSIONS, operator);
      await add(MAX_SESSIONS + 1, guest);
      expect(await sessions.useSession('s0', 2, 1e9)).toEqual(operator);
      expect(await sessions.useSession('s1', 2, 1e9)).toBeNull();
      expect(await sessions.useSession('s2', 2, 1e9)).toBeNull();
      expect(await sessions.useSession(`s${MAX_SESSIONS + 1}`, 2, 1e9)).toEqual(guest);
      await sessions.endSession(`s${MAX_SESSIONS + 1}`);
      await add(MAX_SESSIONS + 2, operator);
      await add(MAX_SESSIONS + 3, operator);
      expect(await sessions.useSession('s3', 2, 1e9)).toBeNull();
      expect(await sessions.useSession('s0', 2, 1e9)).toEqual(operator);
    });

    it('[S4] keeps a bounded number of links, and none past its time', async () => {
      await sessions.addLink({ tokenHash: 'late', grants: guest, expiresAtMs: 100 });
      expect(await sessions.spendLink('late', 100)).toBeNull();
      const add = (at: number) => sessions.addLink({ tokenHash: `l${at}`, grants: guest, expiresAtMs: 1e9 });
      await Promise.all(Array.from({ length: MAX_LINKS + 1 }, (_, at) => add(at)));
      expect(await sessions.spendLink('l0', 0)).toBeNull();
      expect(await sessions.spendLink('l1', 0)).toEqual(guest);
    });

    it('[S5] forgets a person’s sessions and links, or everybody’s of a tenant, and no other’s', async () => {
      const person = (user: string, tenant = 'acme'): Grants => ({ tenant, user, role: 'asker', guest: false });
      const fill = async (): Promise<void> => {
        for (const [at, grants] of [person('ada'), person('bob'), person('ada', 'other')].entries()) {
          await sessions.addSession({ tokenHash: `s${at}`, grants, expiresAtMs: 1_000 });
          await sessions.addLink({ tokenHash: `l${at}`, grants, expiresAtMs: 1_000 });
        }
      };
      await fill();
      expect(await sessions.forget({ tenant: 'acme', user: 'ada' })).toEqual({ sessions: 1, links: 1 });
      expect(await sessions.forget({ tenant: 'acme', user: 'ada' })).toEqual({ sessions: 0, links: 0 });
      expect(await sessions.useSession('s0', 0, 1_000)).toBeNull();
      expect(await sessions.spendLink('l0', 0)).toBeNull();
      expect(await sessions.useSession('s1', 0, 1_000)).toEqual(person('bob'));
      expect(await sessions.forget({ tenant: 'acme', user: null })).toEqual({ sessions: 1, links: 1 });
      expect(await sessions.useSession('s1', 0, 1_000)).toBeNull();
      expect(await sessions.useSession('s2', 0, 1_000)).toEqual(person('ada', 'other'));
      expect(await sessions.spendLink('l2', 0)).toEqual(person('ada', 'other'));
    });

    it('[S6] knows that a session was forgotten for as long as it would have lived', async () => {
      await sessions.addSession({ tokenHash: 'ended', grants: guest, expiresAtMs: 1_000 });
      await sessions.endSession('ended');
      await sessions.addSession({ tokenHash: 's', grants: guest, expiresAtMs: 1_000 });
      await sessions.forget({ tenant: guest.tenant, user: guest.user });
      expect([await sessions.wasForgotten('s', 999), await sessions.wasForgotten('s', 1_000)]).toEqual([true, false]);
      expect(await sessions.wasForgotten('ended', 0)).toBe(false);
      await sessions.prune(1_000);
      expect(await sessions.wasForgotten('s', 0)).toBe(false);
    });

    it('prunes what is past its time and nothing else', async () => {
      await sessions.addSession({ tokenHash: 'old', grants: guest, expiresAtMs: 100 });
      await sessions.addSession({ tokenHash: 'young', grants: guest, expiresAtMs: 101 });
      await sessions.addLink({ tokenHash: 'young', grants: guest, expiresAtMs: 101 });
      await sessions.prune(100);
      expect(await sessions.useSession('old', 0, 100)).toBeNull();
      expect(await sessions.useSession('young', 0, 100)).toEqual(guest);
      expect(await sessions.spendLink('young', 0)).toEqual(guest);
    });
  });
}

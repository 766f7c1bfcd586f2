import { DEVICE_CHANNEL, toWorkerSchema, type FromDevice, type ToWorker } from '#shared/worker-messages.ts';
import { Breaker } from '#device/breaker.ts';
import { META_DATABASE, type Place } from '#device/database.ts';
import { LineWatch } from '#device/line-watch.ts';
import { countWaiting, sendFirst, signedIn } from '#device/outbox.ts';
import type { Device, DeviceParts } from '#device/parts.ts';
import { forgetPolicy, knownPolicy, placeOf, policyNow, refreshPolicy } from '#device/policy.ts';
import { drainOutbox } from '#device/replay.ts';
import { deviceKey } from '#device/settings.ts';
import { Simulator } from '#device/simulator.ts';
import { stopAsk } from '#device/stop.ts';
import { openVault, type Vault } from '#device/vault.ts';
import { removeKeyless } from '#device/wipe.ts';

/** Opens this device: the one object that worker and page (when it has no worker) hold. Nothing is read before it is needed. */
export function openDevice(parts: DeviceParts): Device {
  const { subtle, random } = parts;
  const meta: Place = { factory: parts.factory, name: META_DATABASE, post: parts.post, vault: null };
  const vaults = new Map<string, Vault>();
  let key: Promise<CryptoKey | null> | null = null;
  // The pages hear it once there is somebody to tell them.
  const changed = (): void =>
    void parts.later().then(
      (later) => later.tellState(device),
      () => undefined,
    );
  const simulator = new Simulator(parts, meta, changed);
  const { clock } = simulator;
  const device: Device = {
    ...parts,
    clock,
    meta: { ...meta, refuseWrite: () => simulator.refuseWrite() },
    simulator,
    registerSync: async () => (simulator.hasSync() ? parts.registerSync() : undefined),
    line: new LineWatch({ clock, meta, changed }),
    get breaker() {
      return breaker;
    },
    running: new Map(),
    stopped: new Set(),
    comings: 0,
    unstored: [],
    trimDueMs: 0,
    // Storage that is closed to us means that nothing is kept, as on plain HTTP.
    key: () =>
      (key ??= parts.subtle === null ? Promise.resolve(null) : deviceKey(meta, parts.subtle).catch(() => null)),
    vault(database) {
      if (subtle === null) return null;
      const vault = vaults.get(database) ?? openVault(database, { meta, subtle, random });
      vaults.set(database, vault);
      return vault;
    },
    lockUp() {
      key = null;
      const names = [...vaults.keys()];
      for (const vault of vaults.values()) vault.shut();
      vaults.clear();
      for (const { stop } of device.running.values()) stop();
      device.unstored = [];
      return names;
    },
    tell: (message: FromDevice) => parts.post(DEVICE_CHANNEL, message),
  };
  const breaker = new Breaker(device);
  return device;
}

/** Where the signed-in person's things are kept; fetches the policy when none is known. Null when nothing may be kept. */
export async function personalPlace(device: Device): Promise<Place | null> {
  return placeOf(device, await policyNow(device));
}

/** Tells every page how the line is, what is simulated, and how many asks wait. */
export async function tellState(device: Device): Promise<void> {
  try {
    const place = await placeOf(device, await knownPolicy(device));
    device.tell({
      type: 'state',
      line: await device.line.state(),
      evidence: await device.line.evidence(),
      scenario: await device.simulator.scenario(),
      database: place?.name ?? null,
      waiting: place === null ? 0 : await countWaiting(place),
    });
  } catch {
    // Storage is closed to us: the pages go by what they see themselves.
  }
}

/** Drains the outbox, first of all the ask that somebody pressed "Send now" on. Then again when the next one is due. */
export async function replay(device: Device, askId: string | null): Promise<void> {
  const policy = await policyNow(device);
  const place = await placeOf(device, policy);
  if (place !== null && askId !== null) await sendFirst(place, askId);
  // At the same time: on a dead line the first of them waits long for its answer.
  const [nextMs] = await Promise.all([drainOutbox(device), probe(device)]);
  await tellState(device);
  if (nextMs !== null) rouse(device, nextMs);
}

/** A line that was gone is tried with a request of its own, so that a page does not say offline until the next ask. */
async function probe(device: Device): Promise<void> {
  const state = await device.line.state();
  const { kind } = await device.breaker.stand();
  if (kind !== 'dead' && state !== 'offline' && state !== 'portal') return;
  const found = await device.breaker.probe('may-be-back');
  if (found === 'ok') {
    if ((await device.breaker.stand()).kind === 'closed') await device.line.note('answered', null);
  } else if ((found === 'offline' || found === 'portal') && found !== state) await device.line.note(found, null);
}

/** Switches the simulator on where the policy allows it, or off with null. A rehearsal is allowed everywhere. */
export async function simulate(device: Device, scenario: unknown, rehearsal: boolean): Promise<void> {
  if (scenario === null || rehearsal || (await knownPolicy(device))?.simulator === true) {
    await device.simulator.set(scenario, rehearsal);
  }
  await tellState(device);
}

/** Does what a page asked for by a message of any kind; what is none of ours does nothing. */
export async function hear(device: Device, raw: unknown): Promise<void> {
  const message = toWorkerSchema.safeParse(raw);
  if (message.success) await heed(device, message.data);
}

/** Does what a page asked for by message. */
export async function heed(device: Device, message: ToWorker): Promise<void> {
  switch (message.type) {
    case 'stop':
      return stopAsk(device, await placeOf(device, await knownPolicy(device)), message.askId);
    case 'replay':
      return replay(device, message.askId ?? null);
    case 'simulate':
      return simulate(device, message.scenario, message.rehearsal === true);
    case 'tell':
      device.simulator.look();
      return tellState(device);
    case 'forget-policy': {
      await forgetPolicy(device);
      const place = await placeOf(device, await refreshPolicy(device));
      if (place !== null) await signedIn(place);
      return tellState(device);
    }
    case 'signed-out':
      // Storage that is closed to us has nothing of them.
      await removeKeyless(device, device.lockUp()).catch((failure: unknown) => void failure);
      return tellState(device);
    case 'SKIP_WAITING':
      // The worker's own affair.
      return;
    default:
      message satisfies never;
  }
}

/** Drains again when the next entry is due, should this worker or page still be alive then. One alarm per device. */
function rouse(device: Device, atMs: number): void {
  alarms.get(device)?.();
  const delayMs = Math.max(1_000, atMs - device.clock.now());
  // A rejected replay is tried again on the next occasion: an ask, a page shown, the line back.
  const run = (): void => void replay(device, null).catch((failure: unknown) => void failure);
  alarms.set(device, device.clock.after(Math.min(delayMs, 2 ** 31 - 1), run));
}

const alarms = new WeakMap<Device, () => void>();

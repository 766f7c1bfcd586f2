import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Pool } from 'undici';
import type { FakeCall } from '../../fakes/provider/fake-call.ts';
import { seededDice, type Dice } from '../../fakes/random.ts';
import * as clients from './clients.ts';
import { questionOf, readQuestion } from './questions.ts';
import { readAsked, replyTo } from './replies.ts';
import { Tally } from './tally.ts';
import { forecast, spellAt, type Side } from './weather.ts';
import { openWorld, PRICES, type Health, type World } from './world.ts';
import type { AskRow, AttemptRow } from '../../../server/store/ledger.ts';

/** What a storm left behind. */
export interface Aftermath {
  /** What went wrong, one line each. */
  failures: string[];
  /** Questions whose answer broke off in the open and was asked for again: of prose, and of JSON. */
  brokeOff: { prose: number[]; json: number[] };
  /** Faults and blemishes that providers played, by name. */
  faults: Record<string, number>;
  /** By kind of client, how many there were. */
  clients: Record<string, number>;
  ledger: { ask: AskRow; attempts: AttemptRow[] }[];
  /** Question of an ask's id. */
  nthOf: Map<string, number>;
  tally: Tally;
  /** What each provider counts over all its calls. */
  billedNanoUsd: Record<Side, bigint>;
  /** Heap in use after a collection, at the middle and at the end. */
  heapBytes: { middle: number; end: number };
  said: string[];
}

/** Average time between two asks. */
const GAP_MS = 80;
const STEP_MS = 20;
/** After the last ask: more than the longest ask and the grace of one whose client left. */
const TAIL_MS = 100_000;

/** Each kind of client with its share of the asks. */
const KINDS: [number, (asker: clients.Asker) => Promise<void>][] = [
  [28, clients.askJson],
  [32, clients.askStream],
  [6, clients.askJsonMode],
  [10, clients.askTwice],
  [8, clients.askAndComeBack],
  [5, clients.askAndLeave],
  [5, clients.askAndStop],
  [2, clients.askBadly],
  [4, clients.askTogether],
];

export async function runStorm(seed: number, asks: number, health: Health): Promise<Aftermath> {
  const world = await openWorld(seed, asks * 4, health);
  const { clock } = world;
  const dice = seededDice(seed);
  const spells = forecast(asks * GAP_MS * 1.5, dice);
  const tally = new Tally(asks);
  for (const side of ['north', 'south'] as const) serve({ world, side, tally, dice: seededDice(seed + side.length) });
  const pool = new Pool(world.origin, { connections: 128, keepAliveTimeout: 1_000, headersTimeout: 0, bodyTimeout: 0 });
  const failures: string[] = [];
  const nthOf = new Map<string, number>();
  const counts: Record<string, number> = {};
  const brokeOff: Aftermath['brokeOff'] = { prose: [], json: [] };
  const faults: Record<string, number> = {};
  let under = 0;
  let heapMiddle = 0;

  function begin(nth: number): void {
    const run = pickClient(dice);
    counts[run.name] = (counts[run.name] ?? 0) + 1;
    const question = questionOf(nth, run === clients.askBadly ? 'bad' : 'good', dice);
    under++;
    run({
      ...{ world, pool, dice: seededDice(seed * 31 + nth), nth, question },
      asked: (id) => void nthOf.set(id, nth),
      brokeOff: (what) => void brokeOff[what].push(nth),
    })
      .catch((failure: unknown) => {
        if (failures.length < 50) failures.push(`${run.name} ${nth} at ${clock.monotonic()}: ${String(failure)}`);
      })
      .finally(() => under--);
  }

  function serve(at: { world: World; side: Side; tally: Tally; dice: Dice }): void {
    const provider = at.world[at.side];
    provider.otherwise((call: FakeCall) => {
      const asked = readQuestion(readAsked(call.body).question);
      if (asked !== null) void at.tally.watch(asked.nth, call, PRICES[at.side]);
      const spell = spellAt(spells, clock.monotonic());
      return replyTo(call, {
        wire: at.side === 'north' ? 'openai' : 'anthropic',
        spell: spell?.side === at.side ? spell : null,
        dice: at.dice,
        onFault: (name) => void (faults[name] = (faults[name] ?? 0) + 1),
      });
    });
  }

  const dead = new Set<Side>();
  async function makeWeather(): Promise<void> {
    const spell = spellAt(spells, clock.monotonic());
    for (const side of ['north', 'south'] as const) {
      const shouldBeDead = spell?.side === side && spell.faults === 'dead';
      if (shouldBeDead === dead.has(side)) continue;
      if (shouldBeDead) dead.add(side);
      else dead.delete(side);
      await (shouldBeDead ? world[side].die() : world[side].revive());
    }
  }

  let next = 0;
  let nextAtMs = 0;
  let lastAtMs = 0;
  while (next < asks || under > 0 || clock.monotonic() < lastAtMs + TAIL_MS) {
    while (next < asks && clock.monotonic() >= nextAtMs) {
      begin(next++);
      lastAtMs = clock.monotonic();
      nextAtMs += -Math.log(1 - dice()) * GAP_MS;
      if (next === asks / 2) heapMiddle = heapNow();
    }
    await makeWeather();
    await world.stored();
    await clock.advance(under > 0 || next < asks ? STEP_MS : 1_000);
    if (clock.monotonic() > asks * GAP_MS * 4 + 600_000) {
      failures.push(`${under} asks never ended.`);
      break;
    }
  }
  const heapEnd = heapNow();
  for (const side of dead) await world[side].revive();
  await pool.destroy();
  const ledger = await world.close();
  return {
    ...{ failures, brokeOff, faults, clients: counts, ledger, nthOf, tally, said: world.said },
    billedNanoUsd: { north: world.north.costNanoUsd(), south: world.south.costNanoUsd() },
    heapBytes: { middle: heapMiddle, end: heapEnd },
  };
}

function pickClient(dice: Dice): (asker: clients.Asker) => Promise<void> {
  let point = dice() * KINDS.reduce((sum, [share]) => sum + share, 0);
  for (const [share, run] of KINDS) {
    point -= share;
    if (point < 0) return run;
  }
  return clients.askStream;
}

function heapNow(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Twice: what the first one finalizes goes with the second.
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

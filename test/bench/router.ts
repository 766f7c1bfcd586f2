/**
 * `npm run bench:router`: what Layover costs beside a call of the provider itself, beside a bare pass-through, and beside
 * Portkey's gateway, in one run. Trust ratios of one run, not absolutes of a noisy machine: client, upstream and contenders
 * share its cores. `LAYOVER_BENCH_ROUNDS` (3) and `LAYOVER_BENCH_SECONDS` (2) make it longer or shorter.
 */
import { availableParallelism, loadavg } from 'node:os';
import { Pool } from 'undici';
import {
  direct,
  installPortkey,
  startLayover,
  startPassThrough,
  startPortkey,
  startUpstream,
  type Contender,
  type Upstream,
} from './router/contenders.ts';
import { ask, load, quantile, type Load } from './router/load.ts';

const ROUNDS = Number(process.env['LAYOVER_BENCH_ROUNDS'] ?? 3);
const SECONDS = Number(process.env['LAYOVER_BENCH_SECONDS'] ?? 2);
const HUNG_ASKS = 5;

const SHAPES = [
  { name: 'JSON', connections: 1, stream: false },
  { name: 'JSON', connections: 64, stream: false },
  { name: 'SSE', connections: 1, stream: true },
  { name: 'SSE', connections: 64, stream: true },
];
type Shape = (typeof SHAPES)[number];

/** What was measured, by contender and shape, one entry a round. */
const measured = new Map<string, Load[]>();
const rss = new Map<string, number>();

const upstream = await startUpstream();
const portkey = await installPortkey();
try {
  console.log(
    `${ROUNDS} rounds of ${SECONDS} s each, Node ${process.version}, ${availableParallelism()} cores, load ${loadavg()
      .map((value) => value.toFixed(1))
      .join(' ')} before the run.\n`,
  );
  await runRounds(upstream);
  for (const shape of SHAPES) print(shape);
  printGoals();
  await runHung(upstream);
} finally {
  await upstream.close();
  await portkey?.remove();
}

/** Every contender in every round, in another order each time: what the machine does meanwhile hits all of them. */
async function runRounds(up: Upstream): Promise<void> {
  const contenders = [direct(up), await startPassThrough(up), await startLayover(up.quick, up.quick)];
  if (portkey !== null) contenders.push(await startPortkey(portkey.folder, up.quick, up.quick));
  for (let round = 0; round < ROUNDS; round++) {
    const order = contenders
      .map((_, at) => contenders[(at + round) % contenders.length])
      .filter((one) => one !== undefined);
    // What was just started is slow until it is warm; in the first round everybody gets time for it.
    const warmUpMs = round === 0 ? 3_000 : 500;
    for (const shape of SHAPES) for (const contender of order) await measure(contender, shape, warmUpMs);
  }
  for (const contender of contenders) {
    const mb = contender.rssMb();
    if (mb !== null) rss.set(contender.name, mb);
    await contender.close();
  }
}

async function measure(contender: Contender, shape: Shape, warmUpMs: number): Promise<void> {
  const measuredNow = await load(contender, {
    ...shape,
    ...{ warmUpMs, measureMs: SECONDS * 1_000, mostRequests: 1_000_000 },
  });
  if (measuredNow.failures > 0)
    console.log(`${contender.name} failed ${measuredNow.failures} of ${measuredNow.requests} (${keyOf('', shape)}).`);
  const key = keyOf(contender.name, shape);
  measured.set(key, [...(measured.get(key) ?? []), measuredNow]);
}

function keyOf(name: string, shape: Shape): string {
  return `${name} ${shape.name} ${shape.connections}`;
}

function print(shape: Shape): void {
  console.log(`${shape.name}, ${shape.connections} ${shape.connections === 1 ? 'connection' : 'connections'}`);
  for (const name of ['direct', 'pass-through', 'Layover', 'Portkey']) {
    const loads = measured.get(keyOf(name, shape));
    if (loads === undefined) continue;
    const share = name === 'direct' ? '' : `   ${spread(ratios(name, shape), 2)} of the pass-through`;
    console.log(
      `  ${name.padEnd(13)}${middle(loads, 'perSecond', 0).padStart(7)}/s   p50 ${middle(loads, 'p50Ms', 2).padStart(7)} ms   ` +
        `p99 ${middle(loads, 'p99Ms', 2).padStart(7)} ms   first token p50 ${middle(loads, 'firstP50Ms', 2).padStart(7)} ms   ` +
        `cpu ${cpuOf(loads)}${share}`,
    );
  }
  console.log('');
}

function printGoals(): void {
  const [, json, single, sse] = SHAPES;
  if (json === undefined || single === undefined || sse === undefined) return;
  const added = compare(single, (own, base) => own.firstP50Ms - base.firstP50Ms, 'direct');
  console.log('Against the goals, median (lowest–highest) over the rounds:');
  console.log(`  JSON at 64: ${spread(ratios('Layover', json), 2)} of the pass-through, goal ≥ 0.45`);
  console.log(`  SSE at 64:  ${spread(ratios('Layover', sse), 2)} of the pass-through, goal ≥ 0.40`);
  for (const shape of [json, sse])
    console.log(
      `  p99 ${shape.name} at 64: ${spread(
        compare(shape, (own, base) => own.p99Ms / base.p99Ms),
        1,
      )} times the pass-through’s, goal ≤ 4`,
    );
  console.log(`  first token at one connection: ${spread(added, 2)} ms later than direct, goal ≤ 0.5`);
  console.log(`  memory after the rounds, MB: ${[...rss].map(([name, mb]) => `${name} ${mb}`).join(', ')}\n`);
}

function cpuOf(loads: readonly Load[]): string {
  const known = loads.flatMap(({ cpuMs }) => (cpuMs === null ? [] : [cpuMs]));
  return known.length === 0 ? '     –   ' : `${quantile(known, 0.5).toFixed(3)} ms`;
}

/** Requests a second as a share of the pass-through's, round by round. */
function ratios(name: string, shape: Shape): number[] {
  return compare(shape, (own, base) => own.perSecond / base.perSecond, 'pass-through', name);
}

function compare(
  shape: Shape,
  of: (own: Load, base: Load) => number,
  base = 'pass-through',
  name = 'Layover',
): number[] {
  const bases = measured.get(keyOf(base, shape)) ?? [];
  return (measured.get(keyOf(name, shape)) ?? []).flatMap((own, round) => {
    const other = bases[round];
    return other === undefined ? [] : [of(own, other)];
  });
}

function middle(loads: readonly Load[], what: 'perSecond' | 'p50Ms' | 'p99Ms' | 'firstP50Ms', digits: number): string {
  return quantile(
    loads.map((one) => one[what]),
    0.5,
  ).toFixed(digits);
}

function spread(values: readonly number[], digits: number): string {
  const [low, half, high] = [0, 0.5, 1].map((share) => quantile(values, Math.max(share, 1e-9)).toFixed(digits));
  return `${half} (${low}–${high})`;
}

/** The primary takes the call and says nothing: what does the one who asked wait for? */
async function runHung(up: Upstream): Promise<void> {
  console.log('The primary takes every call and never answers; first content must be there within 2 s:');
  const contenders = [await startLayover(up.silent, up.quick)];
  if (portkey !== null) contenders.push(await startPortkey(portkey.folder, up.silent, up.quick));
  for (const contender of contenders) {
    const pool = new Pool(contender.origin, { connections: 1, headersTimeout: 30_000, bodyTimeout: 30_000 });
    const firsts: string[] = [];
    for (let nth = 0; nth < HUNG_ASKS; nth++) {
      const one = await ask(pool, contender, true);
      firsts.push(one.whole ? `${one.firstMs.toFixed(0)} ms` : 'no answer');
    }
    console.log(`  ${contender.name.padEnd(13)}first token of asks one after another: ${firsts.join(', ')}`);
    await pool.destroy();
    await contender.close();
  }
}

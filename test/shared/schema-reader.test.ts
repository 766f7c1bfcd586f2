import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { build } from 'vite';
import { expect, test } from 'vitest';
import * as pack from '#device/pack.ts';
import * as rows from '#device/rows.ts';
import * as budgetWire from '#shared/budget-wire.ts';
import * as chat from '#shared/chat.ts';
import * as consoleWire from '#shared/console-wire.ts';
import * as line from '#shared/line.ts';
import * as preflightWire from '#shared/preflight-wire.ts';
import * as prompt from '#shared/prompt.ts';
import * as scenario from '#shared/scenario.ts';
import * as telemetry from '#shared/telemetry.ts';
import * as travelPolicy from '#shared/travel-policy.ts';
import * as workerMessages from '#shared/worker-messages.ts';

/** What is asked of a schema here, whoever reads it. */
interface Door {
  safeParse: (raw: unknown) => { success: boolean; data?: unknown };
}

/** A schema of zod's as it describes itself: enough to make values that fit it. */
interface Described extends Door {
  _zod: {
    def: {
      type: string;
      shape?: Record<string, Described>;
      innerType?: Described;
      element?: Described;
      options?: Described[];
      values?: unknown[];
      entries?: Record<string, unknown>;
      format?: string;
    };
  };
}

const root = fileURLToPath(new URL('../..', import.meta.url));

const modules: Record<string, Record<string, unknown>> = {
  'src/device/pack.ts': pack,
  'src/device/rows.ts': rows,
  'src/shared/budget-wire.ts': budgetWire,
  'src/shared/chat.ts': chat,
  'src/shared/console-wire.ts': consoleWire,
  'src/shared/line.ts': line,
  'src/shared/preflight-wire.ts': preflightWire,
  'src/shared/prompt.ts': prompt,
  'src/shared/scenario.ts': scenario,
  'src/shared/telemetry.ts': telemetry,
  'src/shared/travel-policy.ts': travelPolicy,
  'src/shared/worker-messages.ts': workerMessages,
};

const light = await bundleLight();

const doors = Object.entries(modules).flatMap(([file, members]) =>
  Object.entries(members).flatMap(([name, schema]) => {
    const twin = light[nameOf(file)]?.[name];
    return isDescribed(schema) ? [{ door: `${name} of ${file}`, schema, twin }] : [];
  }),
);

test('[W5] every file that gives a schema to others is held to it', () => {
  const giving = ['src/device', 'src/shared'].flatMap((folder) =>
    readdirSync(root + folder)
      .map((name) => `${folder}/${name}`)
      .filter((file) => file.endsWith('.ts') && /^export const \w+ = z\./m.test(readFileSync(root + file, 'utf8'))),
  );
  expect(Object.keys(modules)).toEqual(giving);
});

test.each(doors)('[W5] $door reads the same in the worker as under zod', ({ schema, twin }) => {
  if (!isDoor(twin)) throw new Error('The bundle of the worker lacks this schema.');
  let fitting = 0;
  const check = (raw: unknown): void => {
    const expected = schema.safeParse(raw);
    if (expected.success) fitting += 1;
    const { success, data } = twin.safeParse(raw);
    // `inspect` shows the order of members, members that are undefined, and a foreign prototype.
    expect(inspect({ success, data }, { depth: 20 })).toBe(
      inspect({ success: expected.success, data: expected.data }, { depth: 20 }),
    );
  };
  fc.assert(fc.property(almost(schema), check), { numRuns: 500 });
  expect(fitting).toBeGreaterThan(20);
});

test('[W5] a member called `__proto__` never becomes a prototype', () => {
  const twin = light[nameOf('src/shared/chat.ts')]?.['chatRequestSchema'];
  if (!isDoor(twin)) throw new Error('The bundle of the worker lacks this schema.');
  const read = twin.safeParse(JSON.parse('{"prompt": "Hello", "__proto__": {"model": "theirs"}}'));
  expect(read.success).toBe(true);
  expect(Object.getPrototypeOf(read.data)).toBe(Object.prototype);
});

/** The same modules with the worker's reader in the place of zod, as the build makes them. */
async function bundleLight(): Promise<Record<string, Record<string, unknown>>> {
  const entry = 'virtual:doors';
  const text = Object.keys(modules)
    .map((file) => `export * as ${nameOf(file)} from '${root}${file}';`)
    .join('\n');
  const made = await build({
    root,
    configFile: false,
    logLevel: 'silent',
    resolve: { alias: { 'zod/mini': `${root}src/shared/schema-reader.ts` } },
    plugins: [
      {
        name: 'doors',
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? text : null),
      },
    ],
    build: { write: false, rolldownOptions: { input: entry, preserveEntrySignatures: 'strict' } },
  });
  const code = 'output' in made ? made.output[0].code : '';
  const url = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
  return (await import(/* @vite-ignore */ url)) as Record<string, Record<string, unknown>>;
}

function nameOf(file: string): string {
  return file.replaceAll(/\W/g, '_');
}

function isDoor(value: unknown): value is Door {
  return typeof value === 'object' && value !== null && 'safeParse' in value;
}

function isDescribed(value: unknown): value is Described {
  return isDoor(value) && '_zod' in value;
}

const UUID = '0197a0c4-7d1e-7000-8000-0123456789ab';
const TEXTS = [
  ...['', 'a', 'ask', '0123456789abcdef', '0123456789ABCDEF', 'a'.repeat(200), 'a'.repeat(201), '🙂'.repeat(100)],
  ...['🙂'.repeat(101), '🙂'.repeat(200), '🙂'.repeat(201), '\ud83d'],
  ...[UUID, '0197A0C4-7D1E-4000-B000-0123456789AB', 'provider', 'queued'],
  ...['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  ...['FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF', '0197a0c4-7d1e-0000-8000-0123456789ab'],
];
const NUMBERS = [0, 1, -1, 0.5, 120_000, 120_001, 1e9, 8.64e15, 1e16, -0];
const ODD = [undefined, null, NaN, Infinity, true, '1', [], {}, [undefined], { kind: 'queued' }, { type: 'tell' }, 5n];

/** Values that fit, with a wrong part, a missing or a surplus member now and then. */
function almost(schema: Described): fc.Arbitrary<unknown> {
  const wrong = fc.constantFrom(...ODD, ...TEXTS, ...NUMBERS);
  return fc.oneof({ weight: 150, arbitrary: fitting(schema) }, { weight: 1, arbitrary: wrong });
}

function fitting({ _zod: { def } }: Described): fc.Arbitrary<unknown> {
  const inner = (): fc.Arbitrary<unknown> => (def.innerType === undefined ? fc.constant(null) : almost(def.innerType));
  switch (def.type) {
    case 'string':
      return fc.oneof(
        { weight: 20, arbitrary: fc.constant(def.format === 'uuid' ? UUID : '0123456789abcdef') },
        { weight: 1, arbitrary: fc.constantFrom(...TEXTS) },
      );
    case 'number':
      return fc.oneof({ weight: 20, arbitrary: fc.nat(1) }, { weight: 1, arbitrary: fc.constantFrom(...NUMBERS) });
    case 'boolean':
      return fc.boolean();
    case 'literal':
      return fc.constantFrom(...(def.values ?? []));
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries ?? {}));
    case 'nullable':
      return fc.oneof(fc.constant(null), inner());
    case 'optional':
    case 'default':
      return fc.oneof(fc.constant(undefined), inner());
    case 'array':
      return fc.array(def.element === undefined ? fc.constant(null) : almost(def.element), { maxLength: 3 });
    case 'union':
      return fc.oneof(...(def.options ?? []).map(almost));
    case 'record':
      return fc.dictionary(fc.constantFrom('feature', 'constructor', 'a'), fc.constantFrom(...ODD), { maxKeys: 3 });
    case 'object':
      return members(def.shape ?? {});
    default:
      return fc.constantFrom(...ODD);
  }
}

function members(shape: Record<string, Described>): fc.Arbitrary<unknown> {
  const missing = Symbol('missing');
  const each = Object.fromEntries(
    Object.entries(shape).map(([name, schema]) => {
      const weight = ['optional', 'default'].includes(schema._zod.def.type) ? 20 : 1;
      const arbitrary = fc.oneof(
        { weight: 150, arbitrary: almost(schema) },
        { weight, arbitrary: fc.constant(missing) },
      );
      return [name, arbitrary];
    }),
  );
  const surplus = fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    fc.constantFrom<object>({ surplus: 1 }, { constructor: 2, toString: undefined }),
    fc.constant(JSON.parse('{"__proto__": {"polluted": true}}') as object),
  );
  return fc.tuple(fc.record(each), surplus).map(([known, more]) => {
    const made: object = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== missing));
    for (const [name, value] of Object.entries(more)) {
      Object.defineProperty(made, name, {
        value: value as unknown,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return made;
  });
}

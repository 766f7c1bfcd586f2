/**
 * What stands for `zod/mini` in the built worker (`vite.config.ts`): the same schemas, read by a tenth of the code. It says whether
 * a value fits and gives what was taken of it; it gives no reasons, which nobody reads there. A test holds it to zod's own answer
 * on every schema of `src/shared` and `src/device`; a construct that is missing here fails the build.
 */
export interface Reader {
  /** The value as it is taken, or `REFUSED`. */
  read: (value: unknown) => unknown;
  /** What a missing member means to the object around it. */
  absent: 'refused' | 'left-out' | 'filled';
  safeParse: (raw: unknown) => { success: boolean; data?: unknown };
  check: (...checks: Check[]) => Reader;
}

type Check = (value: unknown) => boolean;
type Read = Reader['read'];
type Shape = Record<string, Reader>;

interface ObjectReader extends Reader {
  shape: Shape;
}

/** Its single value, by which a union knows the option. */
interface LiteralReader extends Reader {
  value: unknown;
}

const REFUSED = Symbol('refused');

function reader(read: Read, absent: Reader['absent'] = 'refused'): Reader {
  return {
    read,
    absent,
    safeParse(raw) {
      const data = read(raw);
      return data === REFUSED ? { success: false } : { success: true, data };
    },
    check: (...checks) =>
      reader((value) => {
        const taken = read(value);
        return taken === REFUSED || checks.every((holds) => holds(taken)) ? taken : REFUSED;
      }, absent),
  };
}

function which(holds: Check): Reader {
  return reader((value) => (holds(value) ? value : REFUSED));
}

export function string(): Reader {
  return which((value) => typeof value === 'string');
}

export function number(): Reader {
  return which(Number.isFinite);
}

export function boolean(): Reader {
  return which((value) => typeof value === 'boolean');
}

export function unknown(): Reader {
  return which(() => true);
}

export function literal(value: unknown): LiteralReader {
  return { ...which((given) => given === value), value };
}

function oneOf(values: readonly unknown[]): Reader {
  return which((value) => values.includes(value));
}

export { oneOf as enum };

/** RFC 9562 in any case, and its nil and max as they are written there. */
const UUID =
  /^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|0{8}(-0{4}){3}-0{12}|f{8}(-f{4}){3}-f{12})$/;

export function uuid(): Reader {
  return string().check(regex(UUID));
}

export function nullable(inner: Reader): Reader {
  return reader((value) => (value === null ? value : inner.read(value)), inner.absent);
}

export function optional(inner: Reader): Reader {
  return reader((value) => (value === undefined ? value : inner.read(value)), 'left-out');
}

export function _default(inner: Reader, value: unknown): Reader {
  return reader((given) => (given === undefined ? structuredClone(value) : inner.read(given)), 'filled');
}

export function array(element: Reader): Reader {
  return reader((value) => {
    if (!Array.isArray(value)) return REFUSED;
    const taken = Array.from(value, element.read);
    return taken.includes(REFUSED) ? REFUSED : taken;
  });
}

export function union(options: readonly Reader[]): Reader {
  return reader((value) => {
    for (const option of options) {
      const taken = option.read(value);
      if (taken !== REFUSED) return taken;
    }
    return REFUSED;
  });
}

export function discriminatedUnion(tag: string, options: readonly ObjectReader[]): Reader {
  // Every option has a literal there: `zod/mini`, whose types check the schemas, takes no other.
  const byTag = new Map(options.map((option) => [(option.shape[tag] as LiteralReader).value, option]));
  return reader((value) => (isObject(value) ? (byTag.get(value[tag])?.read(value) ?? REFUSED) : REFUSED));
}

/** Only the members that are named. */
export function object(shape: Shape): ObjectReader {
  return objectReader(shape, false);
}

/** The members that are named, and every other as it came. */
export function looseObject(shape: Shape): ObjectReader {
  return objectReader(shape, true);
}

/** The members that are named, and no other. */
export function strictObject(shape: Shape): ObjectReader {
  const named = object(shape);
  const read = (value: unknown): unknown =>
    isObject(value) && Object.keys(value).every((name) => Object.hasOwn(shape, name)) ? named.read(value) : REFUSED;
  return { ...reader(read), shape };
}

export function record(_name: Reader, member: Reader): Reader {
  return reader((value) => {
    if (!isObject(value)) return REFUSED;
    const names = Object.keys(value).filter((name) => name !== '__proto__');
    return object(Object.fromEntries(names.map((name) => [name, member]))).read(value);
  });
}

function objectReader(shape: Shape, loose: boolean): ObjectReader {
  const members = Object.entries(shape);
  const read = (value: unknown): unknown => {
    if (!isObject(value)) return REFUSED;
    const taken: Record<string, unknown> = {};
    for (const [name, member] of members) {
      if (!(name in value) && member.absent !== 'filled') {
        if (member.absent === 'refused') return REFUSED;
        continue;
      }
      const part = member.read(value[name]);
      if (part === REFUSED) return REFUSED;
      taken[name] = part;
    }
    if (!loose) return taken;
    for (const name in value) {
      // A member called `__proto__` would become the prototype.
      if (!Object.hasOwn(shape, name) && name !== '__proto__') taken[name] = value[name];
    }
    return taken;
  };
  return { ...reader(read), shape };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Members of a list, or code points of a text: of these a text has as many as it has units, or down to half of that. */
export function minLength(least: number): Check {
  return (value) => {
    const { length } = value as string | unknown[];
    return length >= least && (length >= 2 * least || lengthOf(value) >= least);
  };
}

export function maxLength(most: number): Check {
  return (value) => {
    const { length } = value as string | unknown[];
    return length <= most || (length <= 2 * most && lengthOf(value) <= most);
  };
}

export function gte(least: number): Check {
  return (value) => (value as number) >= least;
}

export function lte(most: number): Check {
  return (value) => (value as number) <= most;
}

export function regex(pattern: RegExp): Check {
  return (value) => pattern.test(value as string);
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : Array.from(value as string).length;
}

/** Nothing is compiled here, so there is nothing to switch off. */
export function config(): void {
  return undefined;
}

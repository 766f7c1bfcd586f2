import type { Database } from 'better-sqlite3';
import {
  DummyDriver,
  Kysely,
  sql,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type Compilable,
  type RawBuilder,
} from 'kysely';
import type { Schema } from './schema.ts';

/** Builds queries and runs none: kysely's drivers are asynchronous, and here each query is prepared once and run in place. */
export const queries = new Kysely<Schema>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (database) => new SqliteIntrospector(database),
  },
});

/** A place in a query that each run fills from its input. */
class Place<Input> {
  readonly pick: (input: Input) => unknown;

  constructor(pick: (input: Input) => unknown) {
    this.pick = pick;
  }
}

/** Marks a place: `param((ask) => ask.key)`. */
export type Param<Input> = <Value>(pick: (input: Input) => Value) => RawBuilder<Value>;

/** A prepared query over its input. */
export interface Statement<Input, Row> {
  /** Runs a write, and gives how many rows it changed. */
  run(input: Input): number;
  get(input: Input): Row | undefined;
  all(input: Input): Row[];
  iterate(input: Input): IterableIterator<Row>;
}

/** Prepares a query once: `prepareFor<{ askId: string }>(database)((param) => queries.selectFrom('ask')…)`. */
export function prepareFor<Input>(database: Database) {
  return <Row>(build: (param: Param<Input>) => Compilable<Row>): Statement<Input, Row> => {
    const query = build(<Value>(pick: (input: Input) => Value) => sql<Value>`${new Place(pick)}`).compile();
    const prepared = database.prepare<unknown[], Row>(query.sql);
    const fill = (input: Input): unknown[] =>
      query.parameters.map((parameter) => (parameter instanceof Place ? bindable(parameter.pick(input)) : parameter));
    return {
      run: (input) => prepared.run(...fill(input)).changes,
      get: (input) => prepared.get(...fill(input)),
      all: (input) => prepared.all(...fill(input)),
      iterate: (input) => prepared.iterate(...fill(input)),
    };
  };
}

function bindable(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : value;
}

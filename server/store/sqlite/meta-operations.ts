import type { Connection } from './connection.ts';
import { prepareFor, queries } from './statement.ts';

const FIRST_EPOCH = 1;

/** The operations of the facts about the whole data folder, as the thread runs them. */
export function metaOperations({ database }: Connection) {
  const find = prepareFor<{ name: string }>(database)((param) =>
    queries
      .selectFrom('meta')
      .select('value')
      .where(
        'name',
        '=',
        param((fact) => fact.name),
      ),
  );
  const put = prepareFor<{ name: string; value: string }>(database)((param) =>
    queries
      .insertInto('meta')
      .values({ name: param((fact) => fact.name), value: param((fact) => fact.value) })
      .onConflict((conflict) => conflict.column('name').doUpdateSet((row) => ({ value: row.ref('excluded.value') }))),
  );
  const epoch = (): number => Number(find.get({ name: 'epoch' })?.value ?? FIRST_EPOCH);
  const raise = (): number => {
    const raised = epoch() + 1;
    put.run({ name: 'epoch', value: String(raised) });
    return raised;
  };
  return {
    'meta.epoch': (_: null) => epoch(),
    /** The thread does it, after the batch that this is in. */
    'meta.settle-log': (_: null): void => undefined,
    'meta.raise-epoch': (_: null) => raise(),
    'meta.settle': (input: { fingerprint: string }): { epoch: number; raised: boolean } => {
      const kept = find.get({ name: 'fingerprint' })?.value;
      if (kept === input.fingerprint) return { epoch: epoch(), raised: false };
      put.run({ name: 'fingerprint', value: input.fingerprint });
      return kept === undefined ? { epoch: epoch(), raised: false } : { epoch: raise(), raised: true };
    },
  };
}

import * as z from 'zod/mini';

/** What the network simulator does to every request of the worker. One at a time; it ends with the worker's life or by hand. */
export const scenarioSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('slow'), delay_ms: z.number().check(z.gte(0), z.lte(120_000)) }),
  /** Each request fails with this probability, drawn from the seed. */
  z.object({ kind: z.literal('lossy'), drop_rate: z.number().check(z.gte(0), z.lte(1)), seed: z.number() }),
  /** Accepts and never answers. */
  z.object({ kind: z.literal('silent') }),
  /** 200 with HTML to everything. */
  z.object({ kind: z.literal('portal') }),
  /** Cuts each stream after so many characters of its body. */
  z.object({ kind: z.literal('cut'), after_chars: z.number().check(z.gte(0), z.lte(1_000_000)) }),
  z.object({ kind: z.literal('offline') }),
]);
export type Scenario = z.infer<typeof scenarioSchema>;

import * as z from 'zod/mini';

/** Headers that a page supplies, in memory only. */
export type SuppliedHeaders = Record<string, string>;

const headersSchema = z.nullable(z.record(z.string(), z.string()));

/** What a page says to travel mode in its worker. In an envelope of its own, for the worker is somebody else's. */
export const commandSchema = z.object({
  layover: z.discriminatedUnion('type', [
    z.object({ type: z.literal('state') }),
    z.object({ type: z.literal('list') }),
    z.object({ type: z.literal('replay') }),
    z.object({ type: z.literal('send-now'), id: z.uuid() }),
    z.object({ type: z.literal('cancel'), id: z.uuid() }),
    z.object({ type: z.literal('dismiss'), id: z.uuid() }),
    z.object({ type: z.literal('signed-in') }),
    z.object({ type: z.literal('simulate'), scenario: z.nullable(z.record(z.string(), z.unknown())) }),
    z.object({ type: z.literal('forget') }),
  ]),
  /** Who is asking; null where the page supplies none. */
  headers: headersSchema,
});
export type Command = z.infer<typeof commandSchema>;

/** What the worker asks its pages, with a port for the answer: headers to send waiting asks with. */
export const HEADERS_WANTED = 'layover-headers-wanted';

/** A page's answer to that. */
export const suppliedSchema = z.object({ headers: headersSchema });

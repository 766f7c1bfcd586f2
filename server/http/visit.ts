import { addressOf, type Address } from '../identity/addresses.ts';
import type { Visit } from '../identity/callers.ts';
import type { HttpContext } from './parts.ts';

/** The address a request came under. */
export function addressFrom(c: HttpContext): Address {
  const known = c.get('address');
  if (known !== undefined) return known;
  // Called as a function (tests) an app has no bindings at all.
  const bindings = c.env as HttpContext['env'] | undefined;
  const address = addressOf(c.req.raw, bindings?.incoming?.socket.remoteAddress ?? null);
  c.set('address', address);
  return address;
}

/** What of a request says who sends it. */
export function visitFrom(c: HttpContext): Visit {
  return {
    method: c.req.method,
    address: addressFrom(c),
    authorization: c.req.header('authorization') ?? null,
    cookie: c.req.header('cookie') ?? null,
    origin: c.req.header('origin') ?? null,
    fetchSite: c.req.header('sec-fetch-site') ?? null,
  };
}

/** Under which address a request came, as far as it can be believed. */
export interface Address {
  scheme: 'http' | 'https';
  /** `name` or `name:port`, in lower case; empty when the header is none. */
  host: string;
  /** `host` without its port. */
  hostname: string;
  /** Another program passed the request on, so whoever asked need not be on this computer. */
  forwarded: boolean;
}

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/;
/** What proxies and tunnels add. One that adds none of them cannot be told from this computer: docs/https.md says so. */
const FORWARDING = [
  'forwarded',
  'via',
  'x-real-ip',
  'x-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'cdn-loop',
  'tailscale-user-login',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-server',
  'x-forwarded-port',
];

/** Reads the address of a request. `peer` is the socket's other end; only a loopback one may say that it speaks for HTTPS. */
export function addressOf(request: Request, peer: string | null): Address {
  const host = (request.headers.get('host') ?? new URL(request.url).host).toLowerCase();
  const hostname = HOST.exec(host)?.[1] ?? '';
  const told = request.headers.get('x-forwarded-proto')?.split(',')[0]?.trim();
  const secure = request.url.startsWith('https:') || (peer !== null && isLoopbackPeer(peer) && told === 'https');
  return {
    scheme: secure ? 'https' : 'http',
    host: hostname === '' ? '' : host,
    hostname,
    forwarded: FORWARDING.some((name) => request.headers.has(name)),
  };
}

/** Names under which only this computer itself is reached. */
export function isLoopbackName(hostname: string): boolean {
  return hostname === '127.0.0.1' || hostname === 'localhost' || hostname === '[::1]' || hostname === '::1';
}

function isLoopbackPeer(peer: string): boolean {
  return peer === '::1' || /^(::ffff:)?127\./.test(peer);
}

/** The addresses of this router. */
export interface OwnAddresses {
  /** `HOST`: what it listens on. */
  listensOn: string;
  /** `general_settings.hosts`: further names, with or without a port. */
  hosts: readonly string[];
  /** `general_settings.cors_origins`: pages elsewhere that may use bearer keys. */
  corsOrigins: readonly string[];
  /** Origins of our own page when something else serves it (hot reload). */
  pageOrigins: readonly string[];
}

/** Whether the `Host` of a request is one of ours; anything else may be a name that an attacker points at this computer. */
export function isOurs(address: Address, own: OwnAddresses): boolean {
  if (address.hostname === '') return false;
  if (isLoopbackName(address.hostname)) return true;
  const names = [own.listensOn, `[${own.listensOn}]`, ...own.hosts].map((name) => name.toLowerCase());
  return names.includes(address.hostname) || names.includes(address.host);
}

/** Whether a page of `origin` is our own page. */
export function isOwnOrigin(origin: string, address: Address, own: OwnAddresses): boolean {
  if (own.pageOrigins.includes(origin) || origin === `${address.scheme}://${address.host}`) return true;
  // A proxy in front may have put another Host in place: then the listed name is the one the person sees.
  const match = /^https:\/\/([^/]+)$/.exec(origin.toLowerCase());
  if (match?.[1] === undefined) return false;
  return own.hosts.some((host) => host.toLowerCase() === match[1]);
}

/** A guest is welcome only when nobody beyond this computer can be asking. */
export function mayBeGuest(address: Address, own: OwnAddresses): boolean {
  return isLoopbackName(own.listensOn) && isLoopbackName(address.hostname) && !address.forwarded;
}

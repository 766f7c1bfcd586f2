import { expect, test } from 'vitest';
import {
  addressOf,
  isOurs,
  isOwnOrigin,
  mayBeGuest,
  type Address,
  type OwnAddresses,
} from '../../../server/identity/addresses.ts';

const own: OwnAddresses = { listensOn: '127.0.0.1', hosts: [], corsOrigins: [], pageOrigins: [] };

function address(host: string, headers: Record<string, string> = {}, peer: string | null = '127.0.0.1'): Address {
  return addressOf(new Request('http://unused.invalid/', { headers: { host, ...headers } }), peer);
}

test.each(['127.0.0.1', '127.0.0.1:4280', 'localhost:9', 'LOCALHOST', '[::1]:4280'])('[I8] %s is ours', (host) => {
  expect(isOurs(address(host), own)).toBe(true);
});

test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.5:4280', 'a b', '::1', ''])(
  '[I8] %s is not ours',
  (host) => {
    expect(isOurs(address(host), own)).toBe(false);
  },
);

test('[I8] HOST and the listed hosts are ours, by name or by name and port', () => {
  const listed = { ...own, listensOn: '192.168.1.5', hosts: ['ai.example.com', 'box.local:8443'] };
  expect(isOurs(address('192.168.1.5:4280'), listed)).toBe(true);
  expect(isOurs(address('AI.example.com'), listed)).toBe(true);
  expect(isOurs(address('box.local:8443'), listed)).toBe(true);
  expect(isOurs(address('box.local:99'), listed)).toBe(false);
});

test('[I9] only scheme and host of the request itself are our own origin', () => {
  const here = address('127.0.0.1:4280');
  expect(isOwnOrigin('http://127.0.0.1:4280', here, own)).toBe(true);
  for (const origin of ['http://127.0.0.1:4281', 'https://127.0.0.1:4280', 'http://localhost:4280', 'null', '']) {
    expect(isOwnOrigin(origin, here, own), origin).toBe(false);
  }
});

test('[I9] a listed host is our own origin over HTTPS although a proxy changed the Host, never over plain HTTP', () => {
  const listed = { ...own, hosts: ['ai.example.com'] };
  expect(isOwnOrigin('https://ai.example.com', address('127.0.0.1:4280'), listed)).toBe(true);
  expect(isOwnOrigin('http://ai.example.com', address('127.0.0.1:4280'), listed)).toBe(false);
});

test('[I10] x-forwarded-proto is believed from this computer only', () => {
  const told = { 'x-forwarded-proto': 'https' };
  expect(address('ai.example.com', told, '::ffff:127.0.0.1').scheme).toBe('https');
  expect(address('ai.example.com', told, '10.0.0.9').scheme).toBe('http');
  expect(address('ai.example.com', told, null).scheme).toBe('http');
});

test('[I6] a guest comes by a loopback address, to a router that listens on one, and through nobody', () => {
  expect(mayBeGuest(address('127.0.0.1:4280'), own)).toBe(true);
  expect(mayBeGuest(address('127.0.0.1:4280'), { ...own, listensOn: '0.0.0.0' })).toBe(false);
  expect(mayBeGuest(address('ai.example.com'), { ...own, hosts: ['ai.example.com'] })).toBe(false);
  expect(mayBeGuest(address('127.0.0.1', { 'x-forwarded-for': '203.0.113.9' }), own)).toBe(false);
});

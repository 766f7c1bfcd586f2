import { beforeEach, describe, expect, it } from 'vitest';
import { openShell, type Shell } from '../../sw/shell.ts';
import { fakeCaches } from '../fakes/caches.ts';

const ORIGIN = 'http://layover.test';
const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  webmanifest: 'application/manifest+json',
};

/** What a version lists: its document and icon, told apart by their revision, and files named by their content. */
function version(nth: number, files: readonly string[] = [`assets/app-${nth}.js`, 'assets/same.css']) {
  return [
    { url: 'index.html', revision: `html${nth}` },
    { url: 'icon.svg', revision: 'icon' },
    ...files.map((url) => ({ url, revision: null })),
  ];
}

let caches: CacheStorage;
/** What was asked of the network, as `path mode`. */
let asked: string[];
/** Answers in place of the router, by path; null for none at all. */
let spoiled: Map<string, () => Response | null>;

beforeEach(() => {
  caches = fakeCaches(ORIGIN);
  asked = [];
  spoiled = new Map();
});

async function router(key: string, init: RequestInit): Promise<Response> {
  asked.push(`${key} ${init.cache ?? ''}`);
  const path = key.split('?')[0] ?? '';
  const other = spoiled.get(path);
  const response = other === undefined ? ours(path) : other();
  if (response === null) throw new TypeError('Failed to fetch');
  // As `redirect: 'error'` has it.
  if (response.status === 302 && init.redirect === 'error') throw new TypeError('Failed to fetch');
  return response;
}

function ours(path: string): Response {
  const ending = path.slice(path.lastIndexOf('.') + 1);
  return new Response(`words of ${path}`, { headers: { 'content-type': TYPES[ending] ?? '', 'x-layover': '1' } });
}

const open = (files: Parameters<typeof openShell>[0]['files']): Shell =>
  openShell({ caches, fetch: router, origin: ORIGIN, files });

async function kept(): Promise<string[]> {
  const cache = await caches.open('layover-shell');
  return (await cache.keys()).map(({ url }) => url.slice(ORIGIN.length)).sort();
}

/** What a page gets from the device alone. */
async function give(shell: Shell, pathname: string, isPage = false): Promise<string | null> {
  const key = shell.keyOf(pathname, isPage);
  return key === null ? null : ((await (await shell.find(key))?.text()) ?? null);
}

/** A version as it comes into charge. */
async function take(files: Parameters<typeof open>[0]): Promise<Shell> {
  const shell = open(files);
  await shell.install();
  await shell.activate();
  return shell;
}

describe('installing the page', () => {
  it('[W6] brings every file, past the HTTP cache where a name does not tell the content', async () => {
    await open(version(1)).install();
    expect(asked.sort()).toEqual([
      '/assets/app-1.js default',
      '/assets/same.css default',
      '/icon.svg?icon reload',
      '/index.html?html1 reload',
    ]);
    expect(await give(open(version(1)), '/saved', true)).toBe('words of /index.html');
    expect(await give(open(version(1)), '/assets/app-1.js')).toBe('words of /assets/app-1.js');
    expect(await give(open(version(1)), '/other.txt')).toBeNull();
  });

  const html = { 'content-type': 'text/html' };
  it.each([
    ['a portal that answers with its own page', () => new Response('<h1>Sign in</h1>', { headers: html })],
    ['a page of ours in place of a script', () => new Response('<p>', { headers: { ...html, 'x-layover': '1' } })],
    ['a script that is not ours', () => new Response('', { headers: { 'content-type': 'text/javascript' } })],
    ['a file that is not there', () => new Response('{}', { status: 404, headers: ours('/a.js').headers })],
    ['part of a file', () => new Response('w', { status: 206, headers: ours('/a.js').headers })],
    ['a way to somewhere else', () => new Response(null, { status: 302, headers: { location: '/login' } })],
    ['nothing', () => null],
  ])('[W6] fails whole with %s', async (_what, answer) => {
    spoiled.set('/assets/app-1.js', answer);
    const shell = open(version(1));
    await expect(shell.install()).rejects.toThrow(TypeError);
    expect(await give(shell, '/assets/app-1.js')).toBeNull();
  });

  it('[W6] takes no page of a portal for the document', async () => {
    spoiled.set('/index.html', () => new Response('<h1>Sign in</h1>', { headers: html }));
    await expect(open(version(1)).install()).rejects.toThrow('index.html');
    expect(await give(open(version(1)), '/', true)).toBeNull();
  });

  it('[W7] asks only for what changed', async () => {
    await take(version(1));
    asked = [];
    await open(version(2)).install();
    expect(asked.sort()).toEqual(['/assets/app-2.js default', '/index.html?html2 reload']);
  });

  it('[W7] goes on where an install broke off', async () => {
    spoiled.set('/icon.svg', () => null);
    await expect(open(version(1)).install()).rejects.toThrow(TypeError);
    spoiled.clear();
    asked = [];
    await open(version(1)).install();
    expect(asked).toEqual(['/icon.svg?icon reload']);
  });
});

describe('a version that comes into charge', () => {
  it('[W8] keeps the files of the one before, and of none older', async () => {
    await take(version(1));
    const second = await take(version(2));
    expect(await give(second, '/assets/app-1.js')).toBe('words of /assets/app-1.js');
    expect(await give(second, '/', true)).toBe('words of /index.html');
    expect(await kept()).toContain('/index.html?html1');
    const third = await take(version(3));
    expect(await give(third, '/assets/app-2.js')).toBe('words of /assets/app-2.js');
    expect(await give(third, '/assets/app-1.js')).toBeNull();
    expect(await kept()).toEqual(
      [2, 3]
        .flatMap((nth) => [`/assets/app-${nth}.js`, `/index.html?html${nth}`])
        .concat(['/assets/same.css', '/icon.svg?icon', '/shell'].sort())
        .sort(),
    );
  });

  it('[W8] is whole even if another one tidied up while it was installed', async () => {
    await take(version(1));
    const third = open(version(3));
    await third.install();
    await take(version(2));
    await third.activate();
    expect(await give(third, '/assets/app-3.js')).toBe('words of /assets/app-3.js');
  });

  it('[W8] comes into charge without a network too, and forgets a broken list', async () => {
    await (await caches.open('layover-shell')).put('/shell', new Response('{"not": "a list"}'));
    const shell = open(version(1));
    await shell.install();
    spoiled.set('/index.html', () => null);
    await (await caches.open('layover-shell')).delete('/index.html?html1');
    await shell.activate();
    expect(await give(shell, '/assets/app-1.js')).toBe('words of /assets/app-1.js');
  });

  it('[W8] removes what the precache of an older build left behind, and nothing of others', async () => {
    await (await caches.open('workbox-precache-v2-http://layover.test/')).put('/a', new Response('old'));
    await (await caches.open('somebody-else')).put('/a', new Response('theirs'));
    await take(version(1));
    expect(await caches.keys()).toEqual(['somebody-else', 'layover-shell']);
  });
});

it('[W8] a cache that the browser closed to us is no reason to fail', async () => {
  const shell = await take(version(1));
  caches.match = () => Promise.reject(new DOMException('The operation is insecure.', 'SecurityError'));
  expect(await shell.find('/assets/app-1.js')).toBeNull();
});

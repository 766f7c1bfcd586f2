import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parse } from 'es-module-lexer';

export interface SizeLimit {
  name: string;
  /** Kilobytes (1000 bytes), gzipped. */
  limitKb: number;
  files: readonly string[];
}

export interface SizeReading extends SizeLimit {
  kb: number;
}

/** What a first visit may weigh: the script before the first ask can be typed, and the worker. */
export function readSizes(dist: string): SizeReading[] {
  const limits: SizeLimit[] = [
    { name: 'script of the page before the first ask', limitKb: 30, files: bootFiles(dist) },
    { name: 'service worker', limitKb: 26.5, files: ['sw.js'] },
  ];
  return limits.map((limit) => ({ ...limit, kb: gzippedKb(dist, limit.files) }));
}

/** The scripts that index.html names, and all that these import before they run. Lazy chunks are not among them. */
export function bootFiles(dist: string): string[] {
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const waiting = [
    ...html.matchAll(/<script\b[^>]*\bsrc="\/?([^"]+)"|<link\b[^>]*\brel="modulepreload"[^>]*\bhref="\/?([^"]+)"/g),
  ]
    .map((match) => match[1] ?? match[2] ?? '')
    .filter((path) => !path.includes('://'));
  const boot = new Set<string>();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (boot.has(path)) continue;
    boot.add(path);
    const [imports] = parse(readFileSync(join(dist, path), 'utf8'));
    for (const found of imports) {
      if (found.type === 'static' || found.type === 'reexport-star') waiting.push(resolveIn(path, found.specifier));
    }
  }
  return [...boot].sort();
}

function resolveIn(importer: string, name: string): string {
  return new URL(name, new URL(importer, 'http://dist/')).pathname.slice(1);
}

function gzippedKb(dist: string, files: readonly string[]): number {
  const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file)), { level: 9 }).length, 0);
  return bytes / 1000;
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import filePlugin from '@size-limit/file';
import { parse } from 'es-module-lexer';
import sizeLimit, { type PluginCheck } from 'size-limit';

export interface SizeLimit {
  name: string;
  /** Kilobytes (1000 bytes), gzipped. */
  limitKb: number;
  files: readonly string[];
}

export interface SizeReading extends SizeLimit {
  kb: number;
  within: boolean;
}

/** What a first visit may weigh: the script before the first ask can be typed, and the worker. Measured by size-limit. */
export async function readSizes(dist: string): Promise<SizeReading[]> {
  const limits: SizeLimit[] = [
    { name: 'script of the page before the first ask', limitKb: 30, files: bootFiles(dist) },
    // What a start of it reads: 20 with push (docs/decisions/0006).
    { name: 'service worker', limitKb: 19, files: ['sw.js'] },
    { name: 'service worker, both scripts', limitKb: 35, files: ['sw.js', 'sw-later.js'] },
    { name: 'network simulator of the worker', limitKb: 6, files: ['simulator.js'] },
  ];
  const checks = limits.map(({ files, limitKb }): PluginCheck => ({
    files: files.map((file) => join(dist, file)),
    gzip: true,
    sizeLimit: limitKb * 1000,
  }));
  // It writes what it found into the checks.
  await sizeLimit([filePlugin], { checks });
  return limits.map((limit, index) => {
    const { size, passed } = checks[index] ?? {};
    if (size === undefined) throw new Error(`size-limit did not measure the ${limit.name}.`);
    return { ...limit, kb: size / 1000, within: passed === true };
  });
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

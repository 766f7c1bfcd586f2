import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { parseJson } from '#shared/json.ts';
import { isFolderHeld } from './folder-lock.ts';

const FILE = 'router.json';

const routerSchema = z.object({
  /** Where this machine reaches it. */
  origin: z.url({ protocol: /^https?$/ }),
  /** Where people reach its page: the same, but for the page with hot reload. */
  page_origin: z.url({ protocol: /^https?$/ }),
  pid: z.number(),
  version: z.string().check(z.maxLength(100)),
  /** Where its master key comes from; the key itself is not in here. */
  key_source: z.enum(['environment', 'configuration', 'file']),
});

/** What a running router leaves in its data folder, so that commands on this machine find it. */
export type RunningRouter = z.infer<typeof routerSchema>;

/** Writes it, for its owner only. Throws the system's error where the folder cannot be written. */
export function announceRouter(dataFolder: string, router: RunningRouter): void {
  const path = join(dataFolder, FILE);
  const half = `${path}.${router.pid}`;
  // Written beside and renamed: nobody reads half of it, and its bits are right from the first moment.
  writeFileSync(half, `${JSON.stringify(router)}\n`, { mode: 0o600 });
  renameSync(half, path);
}

/** The router has ended. */
export function withdrawRouter(dataFolder: string): void {
  rmSync(join(dataFolder, FILE), { force: true });
}

/**
 * The router that runs on a data folder; null when none does. What a killed one left is no router: the folder's lock is held
 * only by one that lives, so no key is ever sent to whoever took its port.
 */
export function findRunningRouter(dataFolder: string): RunningRouter | null {
  const text = read(join(dataFolder, FILE));
  if (text === null || !isFolderHeld(dataFolder)) return null;
  const json = parseJson(text);
  const router = routerSchema.safeParse(json.ok ? json.value : null);
  return router.success ? router.data : null;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (failure) {
    // Not there, or not ours to read: for whoever looks there is no router.
    if (failure instanceof Error && 'code' in failure) return null;
    throw failure;
  }
}

import type { ComposedRouter } from './compose.ts';
import type { Environment } from './config/variables.ts';
import { announceRouter } from './store/running-router.ts';
import { readVersion } from './version.ts';

/** Where this computer reaches the router, and where its page. */
export interface Addresses {
  origin: string;
  page: string;
}

export function addressesOf(host: string, port: number, environment: Environment): Addresses {
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  const origin = `http://${shown}:${port}`;
  return { origin, page: environment['LAYOVER_DEV_PAGE'] ?? origin };
}

/** So that `layover …` finds it. Without that it serves all the same; the lines say what to do. */
export function announce(
  dataFolder: string,
  { origin, page }: Addresses,
  router: Pick<ComposedRouter, 'holdsFolder' | 'keySource'> & { pid: number },
): string[] {
  // In a folder that is not ours another router may have announced itself.
  if (!router.holdsFolder) return [notFound('its data folder is not in use')];
  try {
    announceRouter(dataFolder, {
      origin,
      page_origin: page,
      pid: router.pid,
      version: readVersion(),
      key_source: router.keySource,
    });
    return [];
  } catch (failure) {
    return [notFound(failure instanceof Error ? failure.message : String(failure))];
  }
}

function notFound(why: string): string {
  return `\`layover …\` on this computer will not find this router by itself (${why}): set \`LAYOVER_URL\` and \`LAYOVER_KEY\` for it.`;
}

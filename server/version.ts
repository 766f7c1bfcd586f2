import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of this release, from its package.json. */
export function readVersion(): string {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as unknown;
  if (
    typeof manifest === 'object' &&
    manifest !== null &&
    'version' in manifest &&
    typeof manifest.version === 'string'
  )
    return manifest.version;
  throw new Error('The package.json of Layover has no version.');
}

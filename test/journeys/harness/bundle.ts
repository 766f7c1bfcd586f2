import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** A module of the tests as one classic script, as an app would bundle it. `file` stands beside this one. */
export async function bundle(file: string): Promise<string> {
  const entry = fileURLToPath(new URL(file, import.meta.url));
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: false, lib: { entry, formats: ['iife'], name: 'bundled' } },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (output === undefined || !('output' in output)) throw new Error('The bundler gave nothing.');
  return output.output[0].code;
}

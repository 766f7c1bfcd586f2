// @ts-check
import { join } from 'node:path';

/**
 * With what Node runs the router. What is made and thrown away with each ask has 16 MB per half at most: left to itself it takes
 * 64 and more, and gives none back. Whoever sets it in `NODE_OPTIONS` has their own way: a flag here would beat it.
 * @param {NodeJS.ProcessEnv} env
 */
export function routerFlags(env) {
  return (env['NODE_OPTIONS'] ?? '').includes('semi-space-size') ? [] : ['--max-semi-space-size=16'];
}

/**
 * Where Node keeps the router as it has compiled it, so that a start neither strips types nor keeps in memory what does. A folder
 * that cannot be written to is left alone.
 * @param {string} root
 */
export function compileCache(root) {
  return { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'layover-router') };
}

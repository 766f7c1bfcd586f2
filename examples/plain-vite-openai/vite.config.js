import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

// Without an install of its own this folder uses what `npm run build:package` made two folders up.
export const alias = existsSync(here('node_modules/layover')) ? {} : { layover: here('../../lib') };

export default defineConfig({
  root: here('.'),
  resolve: { alias },
  build: { target: 'es2022' },
});

import { defineConfig, mergeConfig } from 'vitest/config';
import unit from '../vitest.config.ts';

/** A third engine, which only Debian brings: run as a suite of its own. */
export default mergeConfig(
  { ...unit, test: { ...unit.test, include: [], exclude: [] } },
  defineConfig({ test: { include: ['test/webkit/*.test.ts'], maxWorkers: 1 } }),
);

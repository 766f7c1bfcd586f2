import type { ImportTable } from './imports.ts';

/** The contracts of the stores: their interfaces and rules, not the databases behind them. */
const storeContracts = [
  'server/store/answer-cache.ts',
  'server/store/journal.ts',
  'server/store/keys.ts',
  'server/store/ledger.ts',
  'server/store/sessions.ts',
];

/**
 * Who may import whom: `folder or file → what it may import` beside itself. `*` means anything.
 * The nearest row counts: `src/shared/money.ts` belongs to `src/shared`, not to `src`.
 */
export const importTable: ImportTable = {
  'src/shared': [],
  'src/device': ['src/shared'],
  src: ['src/shared', 'src/device'],
  sw: ['src/shared', 'src/device'],

  // Travel mode for somebody else's app: the device, without our page and worker.
  'src/package': ['src/shared', 'src/device', 'sw/hold.ts'],

  'server/providers': ['src/shared', 'server/config/configuration.ts'],
  'server/config': ['src/shared', 'server/pricing'],
  'server/store': ['src/shared'],
  // What tokens and calls cost, counted and looked up.
  'server/pricing': ['src/shared', 'server/providers/model-facts.ts'],
  'server/routing': ['src/shared', 'server/pricing', 'server/providers', 'server/config', ...storeContracts],
  'server/guard': ['src/shared', 'server/pricing', 'server/config', 'server/store'],
  'server/ask': [
    'src/shared',
    'server/guard',
    'server/pricing',
    'server/routing',
    'server/store',
    'server/providers',
    'server/config',
  ],
  'server/identity': ['src/shared', 'server/store', 'server/config'],
  'server/slo': ['src/shared', 'server/store', 'server/config'],
  'server/upkeep': ['src/shared', 'server/store', 'server/ask', 'server/identity'],
  'server/bypass': [
    'src/shared',
    'server/ask/asks.ts',
    'server/routing',
    'server/store',
    'server/providers',
    'server/config',
  ],
  'server/http': [
    'src/shared',
    'server/bypass',
    'server/upkeep',
    'server/slo',
    'server/ask',
    'server/guard',
    'server/identity',
    'server/routing',
    'server/store',
    'server/providers',
    'server/config',
  ],

  // The subcommands of `layover`.
  'server/cli': [
    'src/shared',
    'server/config',
    'server/pricing',
    'server/identity',
    'server/store',
    'server/routing/worst-case.ts',
    'server/providers',
  ],

  // Entry files put the parts together.
  'server/main.ts': ['*'],
  'server/compose.ts': ['*'],
  'server/data-key.ts': ['src/shared', 'server/config', 'server/store', 'server/start-problem.ts'],
  'server/layover.ts': ['*'],

  // Runs before anything is installed, on any Node.
  'server/environment.ts': ['server/config', 'server/start-problem.ts'],
  'server/start-problem.ts': [],
  'server/announcement.ts': ['server/compose.ts', 'server/config', 'server/store', 'server/version.ts'],
  'server/ground.ts': [
    'src/shared',
    'server/identity',
    'server/store',
    'server/start-problem.ts',
    'server/data-key.ts',
  ],
  'server/version.ts': [],
  'server/launch': [],
  'server/launch.mjs': ['server/launch'],
};

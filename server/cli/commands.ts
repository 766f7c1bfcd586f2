import type { Command } from './command.ts';
import { askCommand } from './commands/ask.ts';
import { backupCommand } from './commands/backup.ts';
import { cachePurgeCommand } from './commands/cache-purge.ts';
import { configCheckCommand } from './commands/config-check.ts';
import { doctorCommand } from './commands/doctor.ts';
import { forgetCommand } from './commands/forget.ts';
import { initCommand } from './commands/init.ts';
import { journalCommand } from './commands/journal.ts';
import { keysCommand, keysCreateCommand, keysRevokeCommand } from './commands/keys.ts';
import { linkCommand } from './commands/link.ts';
import { pricesUpdateCommand } from './commands/prices-update.ts';
import { startCommand } from './commands/start.ts';
import { statusCommand } from './commands/status.ts';
import { warmCommand } from './commands/warm.ts';

/** Every command of `layover`, in the order of the help: one file each in `commands/`. */
export const commands: readonly Command[] = [
  initCommand,
  configCheckCommand,
  startCommand,
  doctorCommand,
  statusCommand,
  linkCommand,
  askCommand,
  journalCommand,
  warmCommand,
  pricesUpdateCommand,
  keysCommand,
  keysCreateCommand,
  keysRevokeCommand,
  cachePurgeCommand,
  forgetCommand,
  backupCommand,
];

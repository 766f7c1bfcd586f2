import { defineCommand } from '../command.ts';
import { CommandProblem } from '../command-problem.ts';

export const backupCommand = defineCommand({
  name: 'backup',
  about: 'copies the database into a new file, while the router runs or not',
  more: 'The copy is of one moment. To use it, put it into an empty data folder as `layover.db` and start with that folder. The master key and the configuration are files of their own.',
  words: [{ name: 'file', need: 'required' }],
  options: {},
  async run({ words }, { environment, print }) {
    const { backUp } = await import('../../store/backup.ts');
    const file = words[0] ?? '';
    try {
      const { bytes } = backUp(environment['LAYOVER_DATA'] || '.layover', file);
      print(`Wrote \`${file}\`, ${bytes} bytes. Only you can read it.\n`);
    } catch (failure) {
      // The sentence says what to do; the hint of the code speaks of the data folder.
      if (failure instanceof Error) throw new CommandProblem(failure.message, { cause: failure });
      throw failure;
    }
    return 0;
  },
});

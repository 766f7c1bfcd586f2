import { defineCommand } from '../command.ts';

export const statusCommand = defineCommand({
  name: 'status',
  about: 'shows how the running router is: its deployments, the bypass, its figures',
  more: 'For operators. It ends with 1 when an alias has no deployment that can be called now, or the database does not answer.',
  words: [],
  options: { json: { kind: 'flag', about: 'prints it as JSON' } },
  async run({ options }, terminal) {
    const { readStatus, writeStatus } = await import('../status.ts');
    const status = await readStatus(terminal);
    terminal.print(options.json ? `${JSON.stringify(status, null, 2)}\n` : writeStatus(status, terminal.clock.now()));
    return status.ready ? 0 : 1;
  },
});

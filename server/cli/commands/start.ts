import { defineCommand } from '../command.ts';

const ROUTER = new URL('../../main.ts', import.meta.url).href;

export const startCommand = defineCommand({
  name: 'start',
  about: 'starts the router, as `npm start` does',
  words: [],
  options: {},
  async run() {
    // The router starts when its entry file is loaded, and sets the exit code itself when it ends.
    await import(ROUTER);
    return null;
  },
});

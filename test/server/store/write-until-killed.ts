import { argv, stdout } from 'node:process';
import { openStores } from '../../../server/store/open.ts';

/** Writes events of one ask until it is killed, and prints the number of each that was acknowledged. */
const [, , dataFolder = ''] = argv;
const { journal } = await openStores({ dataFolder, onProblem: console.error });
const owner = { tenant: 'acme', user: 'ada' };
const tags = { feature: 'default', synthetic: false, arrivedAtMs: 0 };
await journal.claim({
  owner,
  askId: 'ask-1',
  key: 'key-1',
  bodyHash: 'body-1',
  discreet: false,
  nowMs: 0,
  keepMs: 1e9,
  tags,
});
for (let seq = 1; ; seq++) {
  const written = journal.append('ask-1', [{ seq, event: { type: 'text-delta', text: `word ${seq} ` } }]);
  // Some are waited for, so that the kill comes between batches and in the middle of one.
  void written.then(() => stdout.write(`${seq}\n`));
  if (seq % 7 === 0) await written;
}

import { expect, test } from 'vitest';
import type { Tokenizer } from '../../../server/pricing/tokenizer.ts';
import { cut, finish, say } from '../../fakes/provider/script.ts';
import { openRig } from './rig.ts';

/** One token for each word. */
const words: Tokenizer = {
  count: async (texts) => texts.join(' ').split(/\s+/).filter(Boolean).length,
  close: async () => undefined,
};
const never: Tokenizer = { count: () => new Promise(() => undefined), close: async () => undefined };

test('[M13] a whole answer without usage is counted, by the model’s own share, and marked', async () => {
  const rig = await openRig({ tokenizer: words, first: { model: 'gpt-4o' }, second: { model: 'claude-haiku-4-5' } });
  rig.first.script([say('one two three'), finish({ usage: false })]);
  await rig.answer({ prompt: 'four little words here' });
  const [row] = await rig.rows();
  // Four words, and the marks around the message and the ask.
  expect(row?.attempts[0]).toMatchObject({ input_tokens: 4 + 16, output_tokens: 3, tokens_estimated: true });
});

test('[M13] who cannot count in half a second leaves the bytes', async () => {
  const rig = await openRig({ tokenizer: never });
  rig.first.script([say('twelve bytes'), finish({ usage: false })]);
  const answering = rig.answer({ prompt: 'Hi' });
  await rig.clock.until(() => rig.first.calls[0]?.outcome === 'finished');
  await rig.clock.advance(500);
  await answering;
  const [row] = await rig.rows();
  expect(row?.attempts[0]).toMatchObject({ input_tokens: 1, output_tokens: 3, tokens_estimated: true });
});

test('[M13] reported usage is believed, and what broke off is estimated by bytes', async () => {
  const rig = await openRig({ tokenizer: words });
  rig.first.script([say('one two three')], [say('one two three'), cut()]);
  await rig.answer({ prompt: 'Hi' });
  await rig.answer({ prompt: 'Ho' });
  const rows = await rig.rows(2);
  const attempts = rows.flatMap((row) => row.attempts.filter(({ provider }) => provider.startsWith('first')));
  expect(attempts.map((one) => [one.status, one.output_tokens, one.tokens_estimated])).toEqual([
    ['cut', 4, true],
    ['ok', 4, false],
  ]);
});

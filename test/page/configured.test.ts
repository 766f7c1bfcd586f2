import { expect, test } from 'vitest';
import type { Reply } from '../../src/app/api.ts';
import { createConfigured } from '../../src/console/configured.ts';

const report = (source: string) => ({ source, loaded_at_ms: 1, notices: ['a notice'], at_next_start: [] });
const refused: Reply<never> = {
  ok: false,
  failure: { code: 'configuration_wrong', message: 'Line 4 is wrong.', status: 422 },
};

function open(replies: { read: string[]; write: Reply<null>[] }) {
  const sent: string[] = [];
  const model = createConfigured(
    {
      read: async (path, schema) => {
        sent.push(`GET ${path}`);
        return { ok: true, value: schema.parse(report(replies.read.shift() ?? '')) };
      },
      write: async (path, method) => {
        sent.push(`${method} ${path}`);
        return replies.write.shift() ?? { ok: true, value: null };
      },
    },
    new AbortController().signal,
  );
  return { model, sent };
}

test('[G34] a file that was taken over is shown as the one in force', async () => {
  const { model, sent } = open({ read: ['layover.yaml', 'other.yaml'], write: [{ ok: true, value: null }] });
  await model.read();
  expect(model.state.value).toMatchObject({ report: { source: 'layover.yaml' }, failure: null, step: 'idle' });
  const reading = model.readAgain();
  expect(model.state.value.step).toBe('reading-again');
  await reading;
  expect(model.state.value).toMatchObject({ report: { source: 'other.yaml' }, failure: null, step: 'taken-over' });
  expect(sent).toEqual(['GET /api/configuration', 'POST /api/configuration/reload', 'GET /api/configuration']);
});

test('[G34] what is wrong with a file is said, and what was in force stays shown; a later good one takes the words away', async () => {
  const { model } = open({ read: ['layover.yaml', 'layover.yaml'], write: [refused, { ok: true, value: null }] });
  await model.read();
  await model.readAgain();
  expect(model.state.value).toMatchObject({
    report: { source: 'layover.yaml' },
    failure: { message: 'Line 4 is wrong.' },
    step: 'idle',
  });
  await model.readAgain();
  expect(model.state.value).toMatchObject({ failure: null, step: 'taken-over' });
});

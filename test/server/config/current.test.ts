import { expect, test } from 'vitest';
import type { Configuration } from '../../../server/config/configuration.ts';
import { ConfigurationError } from '../../../server/config/configuration-error.ts';
import { holdConfiguration } from '../../../server/config/current.ts';
import { showConfiguration } from '../../../server/config/shown-configuration.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { event } from '../../fakes/provider/gate.ts';
import { read, withModel } from './reading.ts';

function hold(options: { reads: (() => Promise<Configuration>)[]; prepare?: () => Promise<number> }) {
  const clock = fakeClock();
  const applied: Configuration[] = [];
  const errors: object[] = [];
  let reads = 0;
  const first = read(withModel('general_settings: { master_key: lk-first }\n'));
  const current = holdConfiguration({
    configuration: first,
    read: () => options.reads[reads++]?.() ?? Promise.resolve(first),
    isKeyConfigured: true,
    prepare: options.prepare ?? (async () => 1),
    apply: (next) => void applied.push(next),
    clock,
    log: { info: () => {}, warn: () => {}, error: (about) => void errors.push(about) },
  });
  return { clock, current, first, applied, errors, reads: () => reads };
}

const other = (): Configuration => read(withModel('router_settings: { allowed_fails: 9 }\n'));

test('[K18] a good file is applied in one step, and is in force from then on', async () => {
  const next = other();
  const { clock, current, first, applied } = hold({ reads: [async () => next] });
  expect(current.value).toBe(first);
  await clock.advance(1_000);
  expect(await current.reload()).toMatchObject({ kind: 'loaded', configuration: next });
  expect(applied).toEqual([next]);
  expect(current.value).toBe(next);
  expect(current.loadedAtMs).toBe(clock.now());
});

test('[K18] a wrong file, a store that fails and a reader that breaks change nothing, and are said', async () => {
  const wrong = new ConfigurationError([{ place: null, sentence: '`model_list` is missing.' }]);
  const broken = new Error('secret detail');
  const refuses = hold({ reads: [() => Promise.reject(wrong), () => Promise.reject(broken)] });
  expect(await refuses.current.reload()).toEqual({
    kind: 'refused',
    why: 'The configuration cannot be used. `model_list` is missing.',
  });
  expect(await refuses.current.reload()).toEqual({
    kind: 'refused',
    why: 'The configuration could not be taken over. The log says why.',
  });
  const stuck = hold({ reads: [async () => other()], prepare: () => Promise.reject(broken) });
  expect(await stuck.current.reload()).toMatchObject({ kind: 'refused' });
  for (const { current, first, applied } of [refuses, stuck]) {
    expect(current.value).toBe(first);
    expect(applied).toEqual([]);
  }
  expect(refuses.errors).toEqual([{ why: expect.stringContaining('model_list') as unknown }, { err: broken }]);
});

test('[K18] reloads come one after another; those that come while one runs share the next', async () => {
  const { happened, happen } = event();
  const { current, reads } = hold({ reads: [() => happened.then(other)] });
  const all = [current.reload()];
  await Promise.resolve();
  all.push(current.reload(), current.reload(), current.reload());
  happen();
  await Promise.all(all);
  expect(reads()).toBe(2);
});

test('[K21] another master key holds from the next start, and that is said', async () => {
  const { current } = hold({ reads: [async () => read(withModel('general_settings: { master_key: lk-second }\n'))] });
  expect(await current.reload()).toMatchObject({
    atNextStart: ['`master_key` is another one. It holds from the next start; until then the old one does.'],
  });
  expect(current.atNextStart).toHaveLength(1);
});

test('[K22] of secrets only that they are set is shown, of a system prompt its length', () => {
  const configuration = read(
    withModel(
      'general_settings: { master_key: lk-secret }\nfeatures: { notes: { system: Be brief. } }\nalerts: { slack_url: "https://hooks.example.com/secret" }\n',
    ),
    { K1: 'sk-secret' },
  );
  const shown = showConfiguration(configuration);
  expect(shown).toMatchObject({
    general: { master_key: 'set' },
    deployments: [{ api_key: 'set' }],
    features: { notes: { system: '9 characters', prompt_version: 1 } },
  });
  expect(JSON.stringify(shown)).not.toMatch(/secret|Be brief/);
});

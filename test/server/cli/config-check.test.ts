import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readArguments } from '../../../server/cli/arguments.ts';
import { commands } from '../../../server/cli/commands.ts';
import { describeWaits } from '../../../server/cli/config-check.ts';
import { ConfigurationError } from '../../../server/config/configuration-error.ts';
import { read } from '../config/reading.ts';
import { testTerminal } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'layover-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

const two = (params: string, more = ''): string => `model_list:
  - model_name: app/chat
    litellm_params: { model: openai/a, api_key: os.environ/K1, order: 1${params} }
  - model_name: app/chat
    litellm_params: { model: anthropic/b, api_key: os.environ/K2, order: 2 }
${more}`;

async function check(args: string[]): Promise<{ code: number | null; out: string }> {
  const terminal = testTerminal({ K1: 'sk-secret-1', K2: 'sk-secret-2' });
  const reading = readArguments(['config', 'check', ...args], commands);
  if (reading.kind !== 'run') throw new Error(`The line was not read: ${reading.kind}.`);
  return { code: await reading.command.run(reading, terminal), out: terminal.said.out };
}

test('[K26] a file that can be used is described as at a start, with its waits, and without a secret', async () => {
  const path = join(folder, 'good.yaml');
  writeFileSync(path, two('', 'features: { default: {} }\n'));
  const { code, out } = await check([path]);
  expect(code).toBe(0);
  expect(out).toContain(`Configuration: ${path}.`);
  expect(out).toMatch(/Model app\/chat:\n {2}1\. openai\/a: .*\n {2}2\. anthropic\/b: /);
  expect(out).toContain('The first word, at worst (target: 2.5 s');
  expect(out).not.toContain('sk-secret');
});

test('[K26] a file that cannot be used, or is not there, is told by its mistakes', async () => {
  const path = join(folder, 'bad.yaml');
  writeFileSync(path, two(', timeout: soon'));
  await expect(check([path])).rejects.toThrow(ConfigurationError);
  await expect(check([path])).rejects.toThrow(/bad\.yaml, line 3, column 83: .*"soon"/);
  await expect(check([join(folder, 'none.yaml')])).rejects.toThrow('There is no file');
});

const waitsOf = (text: string): string[] => describeWaits(read(text)).filter((line) => line !== '');

test('[K27] the waits of an alias are told for each address that may be down, and for all', () => {
  expect(waitsOf(two(''))).toEqual([
    'The first word, at worst (target: 2.5 s for 95 of 100 asks, `slo.first_token_p95_seconds`):',
    'Model app/chat:',
    '  When `openai/a` is down, `anthropic/b` is asked after 2 s when it takes the call and says nothing, 0.8 s without a connection, 4 s when it fails just before it would be given up.',
    '    That leaves 0.5 s of the target for its own first word: it can be met.',
    '  When all are down, the ask is given up after 4 s when it takes the call and says nothing, 1.6 s without a connection, 8 s when it fails just before it would be given up.',
  ]);
});

test('[K28] where too little of the target is left, that is said, with the setting to change', () => {
  expect(waitsOf(two(', stream_timeout: 10')).slice(3, 5)).toEqual([
    '    This cannot meet the target: nothing is left of it for the first word of `anthropic/b`, which takes 0.4 s when it is quick.',
    '    Set `stream_timeout` of `openai/a` to 2.1 s or less (now 10 s), or raise `slo.first_token_p95_seconds`.',
  ]);
  expect(waitsOf(two(', stream_timeout: 2.2')).slice(3, 4)).toEqual([
    '    This cannot be counted on to meet the target: only 0.3 s are left for the first word of `anthropic/b`, which takes 0.4 s when it is quick.',
  ]);
  expect(waitsOf(two(', stream_timeout: 10', 'slo: { first_token_p95_seconds: 12 }\n'))[3]).toBe(
    '    That leaves 2 s of the target for its own first word: it can be met.',
  );
});

test('[K28] an alias at one address has nobody who stands in', () => {
  const one =
    'model_list:\n  - {model_name: a, litellm_params: {model: openai/a, api_key: os.environ/K1, stream_timeout: 4}}\n';
  expect(waitsOf(one).slice(2, 4)).toEqual([
    '  All its deployments are at one address: when that is down, nobody stands in. Add one at another address.',
    '  An answer may begin up to 4 s after its ask, past the target.',
  ]);
});

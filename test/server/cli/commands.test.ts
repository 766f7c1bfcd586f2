import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock, systemRandom } from '#shared/clock.ts';
import { hashToken } from '../../../server/identity/tokens.ts';
import { commands } from '../../../server/cli/commands.ts';
import { helpForAll } from '../../../server/cli/help.ts';
import { makeLink } from '../../../server/cli/link.ts';
import { readConfigurationText, writeStarterConfiguration } from '../../../server/config/configuration-file.ts';
import { starterText } from '../../../server/config/starter.ts';
import { openStores } from '../../../server/store/open.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'layover-cli-'));
});
afterEach(() => rm(folder, { recursive: true }));

interface Ended {
  code: number;
  out: string;
  err: string;
}

/** Runs the command in the test's folder, with nothing of this process's environment but PATH. */
function layover(args: string[], environment: Record<string, string> = {}): Promise<Ended> {
  const program = fileURLToPath(new URL('../../../server/layover.ts', import.meta.url));
  const env = { PATH: process.env['PATH'] ?? '', NODE_NO_WARNINGS: '1', ...environment };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd: folder, env }, (failure, out, err) => {
      resolve({ code: typeof failure?.code === 'number' ? failure.code : 0, out, err });
    });
  });
}

test('[K14] init writes the starter file, and says which keys are missing', async () => {
  expect(await layover(['init'], { OPENAI_API_KEY: 'k' })).toEqual({
    code: 0,
    out: [
      'Wrote `layover.yaml`: two providers under one alias. Change the models in it as you like.',
      '`ANTHROPIC_API_KEY` is not in the environment yet; its provider is skipped until it is.',
      'Then start Layover: `npm start`.\n',
    ].join('\n'),
    err: '',
  });
  expect(await readFile(join(folder, 'layover.yaml'), 'utf8')).toBe(starterText());
});

test('[K14] init never changes a file that is there', async () => {
  await writeFile(join(folder, 'layover.yaml'), 'mine');
  expect((await layover(['init'])).out).toBe('`layover.yaml` is there already and was left as it is.\n');
  expect(await readFile(join(folder, 'layover.yaml'), 'utf8')).toBe('mine');
});

test('[K14] a folder that is not there is named', () => {
  const path = join(folder, 'none', 'layover.yaml');
  expect(() => writeStarterConfiguration(path)).toThrow(`\`${path}\` cannot be written (ENOENT).`);
});

const given = { clock: systemClock, random: systemRandom };

test('[K15] link makes a link that signs in once, while a router has the data folder open', async () => {
  const data = join(folder, 'data');
  const router = await openStores({ dataFolder: data, onProblem: ({ message }) => expect.unreachable(message) });
  try {
    const { link, lines } = await makeLink({
      whom: { role: 'asker', tenant: 'acme', user: 'ann' },
      url: 'https://ai.example.com',
      environment: { LAYOVER_DATA: data },
      ...given,
    });
    expect(lines.slice(0, 2)).toEqual(['A sign-in link for ann of acme: works once, within 7 days.', link]);
    expect(lines[2]).toMatch(/[▀▄█]{10}/);
    const token = /^https:\/\/ai\.example\.com\/link\/([A-Za-z0-9_-]{43})$/.exec(link)?.[1] ?? '';
    const spend = (): Promise<unknown> => router.sessions.spendLink(hashToken(token), systemClock.now());
    expect(await spend()).toEqual({ tenant: 'acme', user: 'ann', role: 'asker', guest: false });
    expect(await spend()).toBeNull();
  } finally {
    await router.close();
  }
});

test('[K15] without an address the link has the one that HOST and PORT give, and says how to name another', async () => {
  const data = join(folder, 'data');
  const router = await openStores({ dataFolder: data, onProblem: ({ message }) => expect.unreachable(message) });
  await router.close();
  const environment = { LAYOVER_DATA: data, HOST: '0.0.0.0', PORT: '4999' };
  const { link, lines } = await makeLink({ whom: { role: 'operator' }, url: null, environment, ...given });
  expect(link).toMatch(/^http:\/\/127\.0\.0\.1:4999\/link\/\S{43}$/);
  expect(lines.at(-1)).toBe(
    'For another device, make it with `--url` and the address that the device reaches Layover by.',
  );
});

test('[K15] as a command it prints the link alone when a program reads it', async () => {
  const router = await openStores({
    dataFolder: join(folder, '.layover'),
    onProblem: ({ message }) => expect.unreachable(message),
  });
  await router.close();
  const { code, out, err } = await layover(['link', '--operator', '--url', 'https://ai.example.com/console']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^https:\/\/ai\.example\.com\/link\/\S{43}\n$/);
});

test('[K15] link makes no data folder of its own', async () => {
  expect(await layover(['link', '--operator'])).toEqual({
    code: 1,
    out: '',
    err: 'There is no Layover in `.layover`. Start it once from here, or set `LAYOVER_DATA` to its data folder.\n',
  });
  await expect(stat(join(folder, '.layover'))).rejects.toThrow('ENOENT');
});

test('[K15] `layover link` says whom it is for and what an address is', async () => {
  const whom = 'Say whom the link is for: either `--operator`, or `--user <user>` and perhaps `--tenant <tenant>`.';
  for (const args of [['link'], ['link', '--operator', '--user', 'ann']]) {
    const { code, out, err } = await layover(args);
    expect([code, out, err.split('\n')[0]]).toEqual([2, '', whom]);
  }
  const { code, err } = await layover(['link', '--operator', '--url', 'ai.example.com']);
  expect([code, err.split('\n')[0]]).toEqual([2, '`--url` must be an address such as `https://ai.example.com`.']);
});

test('[K16] a wrong line prints what to type on stderr and ends with 2', async () => {
  const help = helpForAll(commands);
  expect(await layover(['help'])).toEqual({ code: 0, out: help, err: '' });
  const { code, out, err } = await layover(['nothing']);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(help);
});

test('[K3] a configuration that is a folder or too large is refused, one that is not there is none', async () => {
  expect(readConfigurationText(join(folder, 'none.yaml'))).toBeNull();
  expect(() => readConfigurationText(folder)).toThrow(`\`${folder}\` is a folder.`);
  const path = join(folder, 'large.yaml');
  await writeFile(path, '#'.repeat(1_000_001));
  expect(() => readConfigurationText(path)).toThrow(`\`${path}\` is larger than 1,000,000 bytes.`);
});

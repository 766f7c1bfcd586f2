import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readSse } from '#shared/sse.ts';
import { npmStart, type, CHECKOUT, type Typed } from './harness/npm-start.ts';
import { temporaryFolder } from './harness/router-process.ts';
import { expect, test as base } from './harness/world.ts';

/** The two commands as a person meets them who has just cloned the repository. */

const test = base.extend<{ folder: string; typed: (command: Typed) => Typed }>({
  folder: async ({ browserName: _ }, use) => {
    const folder = await temporaryFolder();
    await use(folder.path);
    await folder.remove();
  },
  typed: async ({ browserName: _ }, use) => {
    const commands: Typed[] = [];
    await use((command) => {
      commands.push(command);
      return command;
    });
    await Promise.all(commands.map((command) => command.end()));
  },
});

// One after the other: each is a whole start, and the first may have to build.
test.describe.configure({ mode: 'default', timeout: 120_000 });

test('[H23] npm start prints two links, answers with the demo, builds once, and ends with 0', async ({
  folder,
  typed,
}) => {
  const first = typed(npmStart(folder));
  const { origin, consoleLink } = await linksOf(first);
  expect(first.output()).toContain('No configuration and no provider key. The demo providers answer');

  await test.step('The Console link signs one browser in, once', async () => {
    const opened = await fetch(consoleLink, { redirect: 'manual' });
    expect(opened.status).toBe(303);
    expect(opened.headers.get('location')).toBe('/console');
    const cookie = cookieOf(opened);
    expect((await fetch(`${origin}/api/slo`, { headers: { cookie } })).status).toBe(200);
    const again = await fetch(consoleLink, { redirect: 'manual' });
    expect(again.status).toBe(401);
    expect(again.headers.get('set-cookie')).toBeNull();
    expect(again.headers.get('content-type')).toContain('text/html');
    expect(await again.text()).toContain('<h1>This link does not sign in</h1>');
  });

  await test.step('A guest of this computer gets a streamed answer', async () => {
    const session = await fetch(`${origin}/api/session`, { method: 'POST', headers: { origin } });
    expect(await session.json()).toMatchObject({ tenant: 'default', role: 'asker', guest: true });
    const response = await fetch(`${origin}/ai`, {
      method: 'POST',
      headers: { origin, cookie: cookieOf(session), 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'What is this?', stream: true }),
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-layover')).toBe('1');
    expect(response.headers.get('x-layover-source')).toBe('provider');
    const events: { id: string; data: string }[] = [];
    for await (const event of readSse(response.body!)) events.push({ id: event.id, data: event.data });
    expect(events.at(-1)?.data).toBe('[DONE]');
    expect(events.slice(0, -1).map(({ id }) => id)).toEqual(events.slice(0, -1).map((_, at) => String(at + 1)));
    const text = events
      .slice(0, -1)
      .map(({ data }) => wordsOf(data))
      .join('');
    expect(text).toContain('demo');
    expect(text.length).toBeGreaterThan(50);
  });

  await test.step('The page is there, and its scripts are', async () => {
    const page = await (await fetch(origin, { headers: { accept: 'text/html' } })).text();
    const script = /<script[^>]+src="([^"]+)"/.exec(page)?.[1] ?? '';
    expect((await fetch(`${origin}${script}`)).headers.get('content-type')).toContain('javascript');
  });

  first.signal('SIGINT');
  expect(await first.ended).toBe(0);
  // The log has a line for the ask, no worse than information, and no word of it.
  const log = first.errors().split('\n');
  expect(log.map((line) => (JSON.parse(line) as { level: number }).level)).toEqual([30]);
  expect(log.join('')).not.toContain('What is this?');

  const second = typed(npmStart(folder));
  await linksOf(second);
  expect(second.output()).not.toContain('Building');
  expect(second.output()).not.toContain('Installing');
  second.signal('SIGTERM');
  expect(await second.ended).toBe(0);
});

test('[H23] a taken port ends the start with one sentence', async ({ folder, typed }) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const start = typed(npmStart(join(folder, 'data'), { PORT: String(port) }));
  expect(await start.ended).toBe(1);
  expect(start.errors()).toBe(`Port ${port} is taken. Stop what uses it, or take another: PORT=${port + 1} npm start`);
  // What runs there may be a Layover on the same data.
  await expect(stat(join(folder, 'data'))).rejects.toThrow('ENOENT');
  await new Promise((resolve) => server.close(resolve));
});

test('[H23] a data folder that cannot be written ends the start with one sentence', async ({ folder, typed }) => {
  await writeFile(join(folder, 'file'), 'Not a folder.');
  const data = join(folder, 'file', 'data');
  const start = typed(npmStart(data));
  expect(await start.ended).toBe(1);
  expect(start.errors()).toBe(
    `The data folder \`${data}\` cannot be written. Make it writable, or name another in \`LAYOVER_DATA\`.`,
  );
});

for (const [what, text, sentence] of [
  [
    'a wrong value',
    'model_list: []\nslo: { success_percent: 140 }\n',
    /line 2, column 25: `slo\.success_percent` is "?140"?; it must be/,
  ],
  ['a text that is no YAML', 'model_list: [\n', /line \d+/],
  [
    'a placeholder',
    'model_list: [{ model_name: a, litellm_params: { model: "openai/[YOUR_MODEL]" } }]\n',
    /\[YOUR_MODEL\]/,
  ],
] as const) {
  test(`[H23] a configuration with ${what} ends the start with one sentence that says where`, async ({
    folder,
    typed,
  }) => {
    const path = join(folder, 'layover.yaml');
    await writeFile(path, text);
    const start = typed(npmStart(join(folder, 'data'), { LAYOVER_CONFIG: path }));
    expect(await start.ended).toBe(1);
    expect(start.errors()).toMatch(sentence);
    expect(start.errors()).toContain(path);
    expect(start.errors()).not.toMatch(/^\s+at /m);
  });
}

test('[K14] layover init writes a file that npm start takes, and never overwrites it', async ({ folder, typed }) => {
  const init = (): Typed =>
    typed(type(process.execPath, [join(CHECKOUT, 'server/layover.ts'), 'init'], { cwd: folder }));
  const first = init();
  expect(await first.ended).toBe(0);
  expect(first.output()).toContain('Wrote `layover.yaml`');
  expect(first.output()).toContain('`OPENAI_API_KEY` is not in the environment yet');
  const path = join(folder, 'layover.yaml');
  const written = await readFile(path, 'utf8');
  expect(written).toMatch(/^#/);
  expect(written).toContain('os.environ/OPENAI_API_KEY');
  expect(written).toContain('os.environ/ANTHROPIC_API_KEY');

  await writeFile(path, `${written}# Mine.\n`);
  const second = init();
  expect(await second.ended).toBe(0);
  expect(second.output()).toContain('was left as it is');
  expect(await readFile(path, 'utf8')).toBe(`${written}# Mine.\n`);

  const start = typed(npmStart(join(folder, 'data'), { LAYOVER_CONFIG: path, OPENAI_API_KEY: 'sk-test-1b7c09e2' }));
  await linksOf(start);
  expect(start.output()).not.toContain('demo');
  expect(start.output() + start.errors()).not.toContain('sk-test-1b7c09e2');
  start.signal('SIGINT');
  expect(await start.ended).toBe(0);
});

async function linksOf(start: Typed): Promise<{ origin: string; consoleLink: string }> {
  const [, origin = '', consoleLink = ''] = await start.prints(
    /^Ask: +(http:\/\/127\.0\.0\.1:\d+)\/\nConsole: +(http:\/\/127\.0\.0\.1:\d+\/link\/\S+)\n/m,
  );
  return { origin, consoleLink };
}

function cookieOf(response: Response): string {
  return response.headers.get('set-cookie')?.split(';')[0] ?? '';
}

function wordsOf(data: string): string {
  const chunk = JSON.parse(data) as { choices: { delta: { content?: string } }[] };
  return chunk.choices[0]?.delta.content ?? '';
}

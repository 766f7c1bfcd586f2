import type { BrowserContext, Page } from '@playwright/test';
import { startFakeProvider } from '../fakes/provider/fake-provider.ts';
import { answer, refuse } from '../fakes/provider/script.ts';
import { ask, from, newConversation, openAsk, question } from './harness/asking.ts';
import { countLoaders, findOffences, watchForHarm, type Harm } from './harness/harm.ts';
import { HOSTILE_ANSWERS, HOSTILE_QUESTIONS, LEAK, looksPersonal } from './harness/hostile-answers.ts';
import { test as base } from './harness/own-router.ts';
import { startRecordingLine } from './harness/recording-line.ts';
import { expect, type World } from './harness/world.ts';

/** Answers, questions and refusals are hostile text, and secrets stay where they are. */

const test = base.extend<{ guarded: { context: BrowserContext; page: Page; harm: Harm } }>({
  guarded: async ({ browser, world }, use) => {
    const context = await browser.newContext({ baseURL: world.line.origin });
    const harm = await watchForHarm(context, world.line.origin);
    await use({ context, page: await context.newPage(), harm });
    await context.close();
  },
});

/** What the page and its worker say by themselves, whatever is on screen. */
const BACKGROUND =
  /^(?:POST \/api\/session|GET \/api\/travel|POST \/telemetry|GET \/(?:sw\.js|icon\.svg|manifest\.webmanifest))$/;

/** Answers at a time: each is a conversation of its own length, so that its history can be drawn again as a whole. */
const SHARE = Math.ceil(HOSTILE_ANSWERS.length / 5);

for (let first = 0; first < HOSTILE_ANSWERS.length; first += SHARE) {
  const payloads = HOSTILE_ANSWERS.slice(first, first + SHARE);
  test(`[G15] [G16] [G17] hostile answers ${first + 1} to ${first + payloads.length} run and load nothing: live, from history, from what is saved`, async ({
    world,
    guarded: { page, harm },
  }) => {
    test.setTimeout(120_000);
    await openAsk(page);
    // The first answer brings the formatter.
    await askFor(page, world, { text: 'Ready?', reply: 'Ready.' });
    const loaders = await countLoaders(page);
    for (const [at, payload] of payloads.entries()) {
      await askFor(page, world, { text: `Payload ${first + at + 1}?`, reply: payload });
    }
    await expectHarmless(page, harm, { loaders, prose: payloads.length + 1 });
    const asked = harm.own.filter((request) => !BACKGROUND.test(request) && !/ \/(?:assets\/.*)?$/.test(request));
    expect(asked.filter((request) => request !== 'POST /ai')).toEqual([]);

    await world.line.set('down');
    await page.reload();
    await expect(page.getByRole('article')).toHaveCount(payloads.length + 1);
    await expectHarmless(page, harm, { loaders: null, prose: payloads.length + 1 });

    const saved = 1 + payloads.filter((payload) => !looksPersonal(payload)).length;
    await page.goto('/saved');
    await expect(page.getByRole('article')).toHaveCount(saved);
    await page.getByRole('article').filter({ hasText: 'Ready?' }).locator('.opener').click();
    await expect(page.getByText('Ready.')).toBeVisible();
    const before = harm.own.length;
    await page.evaluate(() => {
      for (const one of document.querySelectorAll<HTMLElement>('.opener[aria-expanded="false"]')) one.click();
    });
    await expectHarmless(page, harm, { loaders: null, prose: saved });
    expect(harm.own.slice(before).filter((request) => !BACKGROUND.test(request))).toEqual([]);
  });
}

test('a question is shown as the words it is, wherever it stands', async ({ world, guarded: { page, harm } }) => {
  world.north.otherwise(answer('Answered.'));
  await openAsk(page);
  for (const text of HOSTILE_QUESTIONS) {
    await startOver(page);
    const turn = await ask(page, text);
    await expect(from(turn)).toContainText('Live from');
    await expect(turn.locator('.asked')).toHaveText(text);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(text);
    await expect(page).toHaveTitle('Conversation · Layover');
    await expect(page.getByRole('link', { name: text, exact: true }).first()).toBeVisible();
  }
  await world.line.set('down');
  for (const text of HOSTILE_QUESTIONS) {
    await startOver(page);
    await expect((await ask(page, `${text} Again?`)).getByText('Waiting to be sent')).toBeVisible();
  }
  await page.getByRole('link', { name: 'Waiting' }).first().click();
  await expect(page.locator('.waits-row h3')).toHaveText(HOSTILE_QUESTIONS.map((text) => `${text} Again?`));
  await page.getByRole('link', { name: 'Saved' }).first().click();
  await expect(page.locator('.opener')).toHaveCount(HOSTILE_QUESTIONS.length);
  const saved = await page.locator('.opener').allTextContents();
  expect(saved.map((text) => text.trim()).sort()).toEqual([...HOSTILE_QUESTIONS].sort());
  await page.reload();
  await expect(page.locator('.opener')).toHaveCount(HOSTILE_QUESTIONS.length);
  expect(harm.done).toEqual([]);
});

test('what a provider says when it refuses is words, on the page and in the Console', async ({
  world,
  guarded: { page, harm },
}) => {
  const message = `<img src="https://${LEAK}/r.png" onerror=window.ran=1> [x](javascript:window.ran=1)`;
  const refusal = refuse(400, { error: { message, type: 'invalid_request_error', param: null, code: message } });
  world.north.otherwise(refusal);
  world.south.otherwise(refuse(400, { type: 'error', error: { type: message, message } }));
  await openAsk(page);
  const turn = await ask(page, 'Will you?');
  await expect(turn).toHaveAttribute('aria-label', /no answer/);
  await page.goto(world.router.consoleLink.replace(world.router.origin, world.line.origin));
  await expect(page.getByText(/north/).first()).toBeVisible();
  expect(harm.done).toEqual([]);
});

test('[G20] the content policy alone would stop what got through, and allows nothing inline', async ({
  world,
  guarded: { page, harm },
}) => {
  const response = await page.goto('/');
  const policy = new Map(
    (response?.headers()['content-security-policy'] ?? '').split(';').map((part) => {
      const [name = '', ...sources] = part.trim().split(/\s+/);
      return [name, sources.join(' ')] as const;
    }),
  );
  expect(policy.get('default-src')).toBe("'none'");
  expect(policy.get('script-src')).toBe("'self'");
  expect(policy.get('style-src')).toBe("'self'");
  expect(policy.get('connect-src')).toBe("'self'");
  expect(policy.get('base-uri')).toBe("'none'");
  expect(policy.get('frame-ancestors')).toBe("'none'");
  expect([...policy.values()].join(' ')).not.toMatch(/unsafe|\*|https?:|blob:/);
  for (const path of ['/', '/c/some', '/sw.js', '/api/slo', '/link/none', '/nothing.txt']) {
    const reply = await page.request.get(path);
    expect(reply.headers()['content-security-policy'], path).toBe(response?.headers()['content-security-policy']);
    expect(reply.headers()['x-content-type-options'], path).toBe('nosniff');
  }

  await expect(question(page)).toBeVisible();
  expect(harm.done).toEqual([]);
  // A hole, made on purpose: the same payloads, past every other wall.
  await page.evaluate((leak) => {
    const hole = document.createElement('div');
    hole.innerHTML = `<img src="https://${leak}/hole.png" onerror="window.ran=1"><svg onload="window.ran=1"></svg>`;
    const script = document.createElement('script');
    script.textContent = 'window.ran=1';
    const far = document.createElement('script');
    far.src = `https://${leak}/far.js`;
    const frame = document.createElement('iframe');
    frame.src = `https://${leak}/`;
    document.body.append(hole, script, far, frame);
  }, LEAK);
  await expect.poll(() => harm.done.filter((line) => line.startsWith('broke script-src')).length).toBeGreaterThan(2);
  await expect.poll(() => harm.done.filter((line) => line.startsWith('broke img-src')).length).toBeGreaterThan(0);
  expect(harm.done).not.toContain('ran a script');
  expect(world.line.seen.join('\n')).not.toContain('hole');
});

test('[H19] no key, no token and no link reaches a browser or the log', async ({ browser, openRouter, atEnd }) => {
  const secrets = {
    master: 'sk-master-3f1d0c7a9b52',
    north: 'sk-north-77aa01c4e9d2',
    south: 'sk-ant-south-5e0b8842f1',
  };
  const north = await startFakeProvider({ wire: 'openai', apiKey: secrets.north });
  const south = await startFakeProvider({ wire: 'anthropic', apiKey: secrets.south });
  atEnd(() => Promise.all([north.close(), south.close()]));
  const router = await openRouter({
    config: `model_list:
  - model_name: app/chat
    litellm_params: { model: openai/north-large, api_base: "${north.apiBase}", api_key: os.environ/NORTH_KEY, order: 1 }
  - model_name: app/chat
    litellm_params: { model: anthropic/south-large, api_base: "${south.apiBase}", api_key: ${secrets.south}, order: 2 }
travel: { simulator: true }
`,
    environment: { LAYOVER_MASTER_KEY: secrets.master, NORTH_KEY: secrets.north, LAYOVER_LOG: 'trace' },
  });
  const line = await startRecordingLine(router.origin);
  atEnd(() => line.close());
  const context = await browser.newContext({ baseURL: line.origin });
  atEnd(() => context.close());
  const page = await context.newPage();

  await openAsk(page);
  await expect(from(await ask(page, 'Live?'))).toContainText('Live from');
  // Providers like to repeat the key that they refuse.
  const told = `Incorrect API key provided: ${secrets.north}. Or was it ${secrets.south}?`;
  for (const status of [400, 500, 401]) {
    const refused = { message: told, type: 'invalid_request_error', param: null, code: null };
    north.otherwise(refuse(status, { error: refused }));
    south.otherwise(refuse(status, { type: 'error', error: { type: 'authentication_error', message: told } }));
    await startOver(page);
    const calls = north.calls.length + south.calls.length;
    const turn = await ask(page, `Refused with ${status}?`);
    await expect(turn).toHaveAttribute('aria-label', /no answer|waiting to be sent/);
    expect(north.calls.length + south.calls.length).toBeGreaterThan(calls);
  }
  await page.goto(router.consoleLink.replace(router.origin, line.origin));
  await expect(page.getByRole('heading', { name: /Success/ })).toBeVisible();
  const session = (await context.cookies()).find(({ name }) => name.startsWith('layover_session_'));
  expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
  // A script sees one cookie, which says that something is kept here, and nothing else.
  expect(await page.evaluate(() => document.cookie)).toBe('layover-kept=1');
  const bearer = (key: string): Promise<unknown> =>
    page.request.post('/v1/chat/completions', {
      headers: { authorization: `Bearer ${key}` },
      data: { messages: [{ role: 'user', content: 'Hello?' }] },
    });
  for (const key of [secrets.master, `${secrets.master}x`, secrets.north]) await bearer(key);
  await page.request.post('/v1/chat/completions', { data: `{"api_key": "${secrets.north}", ` });
  for (const path of ['/api/deployments', '/api/asks?limit=50', '/api/slo', '/api/travel', '/v1/models', '/readyz'])
    await page.request.get(path);

  const linkToken = router.consoleLink.split('/').at(-1) ?? '';
  const hidden = { ...secrets, session: session?.value ?? '', link: linkToken };
  const exposed: string[] = [];
  for (const { request, headers, body } of line.responses) {
    for (const [name, secret] of Object.entries(hidden)) {
      if (body.includes(secret)) exposed.push(`${name} in the body of ${request}`);
      for (const header of headers) {
        // A session is given to its own browser in this one place, out of the reach of scripts.
        const handedOver = name === 'session' && header.name === 'set-cookie';
        if (header.value.includes(secret) && !handedOver) exposed.push(`${name} in ${header.name} of ${request}`);
        if (header.name === 'set-cookie') expect(header.value).toMatch(/; HttpOnly; SameSite=(?:Lax|Strict)/);
      }
    }
  }
  const log = router.output().replaceAll(router.consoleLink, '');
  for (const [name, secret] of Object.entries(hidden)) if (log.includes(secret)) exposed.push(`${name} in the log`);
  expect(line.responses.length).toBeGreaterThan(20);
  expect(log).toContain('An ask ended.');
  expect(exposed).toEqual([]);
});

async function askFor(page: Page, world: World, { text, reply }: { text: string; reply: string }): Promise<void> {
  // In small pieces: half a tag is drawn too.
  world.north.script(answer(...(reply.match(/[^]{1,9}/gu) ?? [])));
  const turn = await ask(page, text);
  await expect(from(turn)).toContainText('Live from');
}

async function startOver(page: Page): Promise<void> {
  await newConversation(page);
  await expect(page.getByRole('article')).toHaveCount(0);
}

async function expectHarmless(
  page: Page,
  harm: Harm,
  { loaders, prose }: { loaders: number | null; prose: number },
): Promise<void> {
  await expect(page.locator('.prose')).toHaveCount(prose);
  await expect(page.locator('.prose > .raw')).toHaveCount(0);
  // Whatever listens to a pointer, a key or the focus gets its chance.
  await page.evaluate(() => {
    for (const element of document.querySelectorAll('.prose *')) {
      for (const type of ['mouseover', 'pointerenter', 'focus', 'toggle', 'error', 'load', 'animationstart'])
        element.dispatchEvent(new Event(type, { bubbles: true }));
    }
  });
  expect(await findOffences(page)).toEqual([]);
  if (loaders !== null) expect(await countLoaders(page)).toBe(loaders);
  expect(harm.done).toEqual([]);
}

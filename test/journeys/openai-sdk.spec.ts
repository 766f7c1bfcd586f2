import { answer } from '../fakes/provider/script.ts';
import { openAsk } from './harness/asking.ts';
import { bundle } from './harness/bundle.ts';
import { expect, test } from './harness/world.ts';

test('the official OpenAI client in a page gets a saved answer offline, through the worker', async ({
  browser,
  world,
}) => {
  world.north.script(answer('Bom ', 'dia.'));
  // The page's own policy forbids scripts put in from outside, as it should.
  const context = await browser.newContext({ baseURL: world.line.origin, bypassCSP: true });
  const page = await context.newPage();
  await openAsk(page);
  await page.addScriptTag({ content: await bundle('./openai-on-window.ts') });
  const askSdk = () =>
    page.evaluate(async (apiKey) => {
      const client = new window.OpenAI({ apiKey, baseURL: `${location.origin}/v1`, dangerouslyAllowBrowser: true });
      const stream = await client.chat.completions.create({
        model: 'app/chat',
        stream: true,
        messages: [{ role: 'user', content: 'How do I say good morning in Portuguese?' }],
      });
      let text = '';
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
      return text;
    }, world.masterKey);

  expect(await askSdk()).toBe('Bom dia.');
  await context.setOffline(true);
  expect(await askSdk()).toBe('Bom dia.');
  expect(world.north.calls).toHaveLength(1);

  const refused = await page.evaluate(async (apiKey) => {
    const client = new window.OpenAI({ apiKey, baseURL: `${location.origin}/v1`, dangerouslyAllowBrowser: true });
    try {
      await client.chat.completions.create({ model: 'app/chat', messages: [{ role: 'user', content: 'Never asked' }] });
      return 'answered';
    } catch (failure) {
      return failure instanceof window.OpenAI.APIError ? `${failure.status} ${failure.code}` : String(failure);
    }
  }, world.masterKey);
  expect(refused).toBe('503 offline');
  await context.close();
});

test(
  '[I11] the official OpenAI client in a page of a listed origin asks across origins, and one of another origin reads nothing',
  { tag: '@firefox' },
  async ({ browser, world }) => {
    world.north.otherwise(answer('Bom ', 'dia.'));
    const context = await browser.newContext();
    const askFrom = async ({ apiBase }: { apiBase: string }, model: string): Promise<string> => {
      const page = await context.newPage();
      // It says that there is no such page: a page of its origin all the same.
      await page.goto(new URL('/', apiBase).href);
      await page.addScriptTag({ content: await bundle('./openai-on-window.ts') });
      const told = await page.evaluate(
        async ({ apiKey, baseURL, asked }) => {
          const client = new window.OpenAI({ apiKey, baseURL, maxRetries: 0, dangerouslyAllowBrowser: true });
          const messages = [{ role: 'user' as const, content: 'How do I say good morning in Portuguese?' }];
          try {
            const { data, response } = await client.chat.completions
              .create({ model: asked, stream: true, messages })
              .withResponse();
            let text = '';
            for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? '';
            return `${text} ${response.headers.get('x-layover-source')}`;
          } catch (failure) {
            return failure instanceof window.OpenAI.APIError ? `${failure.status} ${failure.code}` : String(failure);
          }
        },
        { apiKey: world.masterKey, baseURL: `${world.router.origin}/v1`, asked: model },
      );
      await page.close();
      return told;
    };

    expect(await askFrom(world.north, 'app/chat')).toBe('Bom dia. provider');
    // A refusal is read as what it is, too, and not as a connection that failed.
    expect(await askFrom(world.north, 'app/nowhere')).toBe('404 model_unknown');
    expect(await askFrom(world.south, 'app/chat')).toBe('undefined undefined');
    expect(world.north.calls).toHaveLength(1);
    await context.close();
  },
);

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer } from '../fakes/provider/script.ts';
import { ask, from, openAsk } from './harness/asking.ts';
import { expect, test } from './harness/world.ts';

const corpus = readFileSync(join(import.meta.dirname, '../page/corpus/hostile.txt'), 'utf8');

test(
  '[G15] [G16] [G17] a hostile answer runs nothing, loads nothing, and leads nowhere unseen',
  { tag: '@firefox' },
  async ({ page, world }) => {
    const strangers: string[] = [];
    page.context().on('request', (request) => {
      if (!request.url().startsWith(world.line.origin)) strangers.push(request.url());
    });
    const dialogs: string[] = [];
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    // Each payload by itself, then all of them at once: some only work after another.
    world.north.otherwise(answer(`${corpus.split('\n').join('\n\n')}\n\n${corpus}\n\nThe end of it.`));
    await openAsk(page);
    const turn = await ask(page, 'Be hostile.');
    await expect(from(turn)).toContainText('Live from');
    await expect(turn.getByText('The end of it.')).toBeVisible();

    const answered = turn.locator('.prose');
    await expect(
      answered.locator('script, img, iframe, object, embed, link, style, form, input, svg, math, video, audio'),
    ).toHaveCount(0);
    const findings = await answered.evaluate((prose) =>
      [...prose.querySelectorAll('*')].flatMap((element) => [
        ...[...element.attributes]
          .filter(({ name }) => name.startsWith('on') || name === 'style' || name === 'src')
          .map(({ name }) => name),
        ...(element instanceof HTMLAnchorElement && !/^(?:https?|mailto):/.test(element.href) ? [element.href] : []),
        ...(element instanceof HTMLAnchorElement && element.rel !== 'noreferrer noopener' ? ['rel'] : []),
      ]),
    );
    expect(findings).toEqual([]);
    expect(await page.evaluate(() => 'ran' in window)).toBe(false);
    expect(dialogs).toEqual([]);
    expect(strangers).toEqual([]);
  },
);

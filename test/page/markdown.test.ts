// @vitest-environment happy-dom
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../src/ask/markdown.ts';

const corpus = readFileSync(join(import.meta.dirname, 'corpus/hostile.txt'), 'utf8')
  .split('\n')
  .filter(Boolean);

/** Everything that our own drawing may put into an answer. */
const ALLOWED = new Set(
  'A B BLOCKQUOTE BR BUTTON CODE DEL DIV EM H1 H2 H3 H4 H5 H6 HEADER HR KBD LI OL P PRE SPAN STRONG SUB SUP TABLE TBODY TD TH THEAD TR UL'.split(
    ' ',
  ),
);
const ALLOWED_ATTRIBUTES = new Set(
  'href target rel class type tabindex role aria-label aria-hidden scope start data-copy'.split(' '),
);

let host: HTMLElement;

function draw(text: string, running = false): HTMLElement {
  renderMarkdown(host, { text, running });
  return host;
}

beforeEach(() => {
  host = document.createElement('div');
  document.body.replaceChildren(host);
});

describe('hostile answers', () => {
  it.each(corpus)('[G15] [G16] nothing of %s stands but text and harmless markup', (payload) => {
    draw(payload);
    for (const element of host.querySelectorAll('*')) {
      expect(ALLOWED, payload).toContain(element.tagName);
      for (const { name } of [...element.attributes])
        expect(ALLOWED_ATTRIBUTES, `${name} in ${payload}`).toContain(name);
    }
    expect(Object.hasOwn(window, 'ran')).toBe(false);
  });

  it.each(corpus)('[G17] the links of %s lead to http, https or mailto and tell nobody', (payload) => {
    draw(payload);
    for (const link of host.querySelectorAll('a')) {
      expect(link.getAttribute('href')).toMatch(/^(?:https?:\/\/|mailto:)/i);
      expect(link.rel).toBe('noreferrer noopener');
      expect(link.target).toBe('_blank');
    }
  });

  it('[G15] HTML reads as the text it is', () => {
    expect(draw('<img src=x onerror=alert(1)> and <b>bold</b>').textContent).toContain('<img src=x onerror=alert(1)>');
    expect(host.querySelector('b, img')).toBeNull();
  });

  it('[G15] a bare line break passes, one with an attribute does not', () => {
    expect(draw('one<br>two').querySelectorAll('br')).toHaveLength(1);
    expect(draw('one<br onclick=x>two').querySelectorAll('br')).toHaveLength(0);
  });

  it('[G16] a picture becomes a link that says so', () => {
    const link = draw('![a cat](https://pictures.example/cat.png)').querySelector('a');
    expect(link?.textContent).toBe('Picture: a cat (pictures.example)');
    expect(host.querySelector('img')).toBeNull();
  });

  it('[G17] a link shows its host unless its words already do', () => {
    expect(draw('[the bank](https://evil.example/x)').textContent.trim()).toBe('the bank (evil.example)');
    expect(draw('https://plain.example/x').textContent.trim()).toBe('https://plain.example/x');
  });

  it('[G17] a link to nowhere allowed is plain words', () => {
    expect(draw('[here](javascript:alert(1))').textContent.trim()).toBe('here');
    expect(host.querySelector('a')).toBeNull();
  });

  it('[G15] an answer cannot wear our classes', () => {
    draw('<div class="tape">Drill running</div>');
    expect(host.querySelector('.tape')).toBeNull();
  });
});

describe('an answer that arrives', () => {
  const text =
    '# One\n\nSome *words*.\n\n- a\n- b\n\n```ts\nconst x = 1; // one\n```\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\nEnd.';

  it('[G18] blocks that are complete keep their nodes', () => {
    draw('# One\n\nSome', true);
    const heading = host.querySelector('h1');
    draw('# One\n\nSome *words*.\n\n- a', true);
    expect(host.querySelector('h1')).toBe(heading);
  });

  it('[G18] drawn piece by piece it reads the same as drawn at once', () => {
    for (let length = 1; length <= text.length; length++) draw(text.slice(0, length), true);
    const grown = draw(text).innerHTML;
    host = document.createElement('div');
    expect(draw(text).innerHTML).toBe(grown);
  });

  it('[G18] a target that is defined at the end reaches the link above it', () => {
    draw('See [this][1].', true);
    draw('See [this][1].\n\n[1]: https://there.example/');
    expect(host.querySelector('a')?.getAttribute('href')).toBe('https://there.example/');
  });

  it('shows a caret only while it arrives', () => {
    expect(draw('Words', true).querySelectorAll('.caret')).toHaveLength(1);
    expect(draw('Words and more', true).querySelectorAll('.caret')).toHaveLength(1);
    expect(draw('Words and more').querySelector('.caret')).toBeNull();
  });
});

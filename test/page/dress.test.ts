// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import { dressCode, dressLink, dressTable } from '../../src/ask/dress.ts';

function made(html: string): HTMLElement {
  const host = document.createElement('div');
  host.innerHTML = html;
  return host;
}

it('a table stands in a place that scrolls and a keyboard reaches, its numbers to the right', () => {
  const host = made(
    '<table><thead><tr><th>a</th><th align="right">b</th></tr></thead><tbody><tr><td>1</td><td align="right">2</td></tr></tbody></table>',
  );
  dressTable(host.querySelector('table')!);
  expect(host.querySelector('.wide')?.getAttribute('tabindex')).toBe('0');
  expect(host.querySelector('.wide table td.right')?.textContent).toBe('2');
  expect(host.querySelector('th')?.scope).toBe('col');
});

it('code names its language and keeps its words when it is coloured', () => {
  const host = made('<pre><code>const x = "a"; // one\n</code></pre>');
  dressCode(host.querySelector('pre')!, 'ts');
  expect(host.querySelector('header span')?.textContent).toBe('TypeScript');
  expect(host.querySelector('code')?.textContent).toBe('const x = "a"; // one\n');
  expect([...host.querySelectorAll('code span')].map((span) => span.className)).toEqual(['w', 't', 'q']);
});

it('a language nobody knows is named as it came', () => {
  const host = made('<pre><code>x</code></pre>');
  dressCode(host.querySelector('pre')!, 'brainfuck');
  expect(host.querySelector('header span')?.textContent).toBe('brainfuck');
});

it('[G17] a link opens elsewhere, tells nobody, and shows its host', () => {
  const host = made('<a href="https://there.example/x">words</a>');
  dressLink(host.querySelector('a')!);
  expect(host.querySelector('a')).toMatchObject({
    target: '_blank',
    rel: 'noreferrer noopener',
    textContent: 'words (there.example)',
  });
});

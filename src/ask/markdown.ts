import DOMPurify from 'dompurify';
import { Marked, type Token, type Tokens } from 'marked';
import { dressCode, dressLink, dressTable } from './dress.ts';

/**
 * Answers are hostile text. Two walls: HTML in an answer is shown as the text it is, and what our own markup becomes passes
 * through DOMPurify with a short list of what may stand. Nothing here loads anything: a picture becomes a link to it.
 */
const ALLOWED_TAGS = [
  ...['p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'pre', 'code', 'ul', 'ol', 'li'],
  ...['table', 'thead', 'tbody', 'tr', 'th', 'td', 'a', 'strong', 'em', 'del', 'sub', 'sup', 'kbd', '#text'],
];

/** Bare tags of HTML that models like to use and that can do nothing. */
const HARMLESS_HTML = /^<\/?(?:br|sub|sup|kbd)\s*\/?>$/i;

const marked = new Marked({
  gfm: true,
  async: false,
  renderer: {
    html: ({ text, block }) => {
      if (HARMLESS_HTML.test(text.trim())) return text;
      return block ? `<p>${escapeHtml(text)}</p>` : escapeHtml(text);
    },
    link({ href, tokens }) {
      return linkTo(href, this.parser.parseInline(tokens));
    },
    image: ({ href, text }) => linkTo(href, escapeHtml(text === '' ? 'Picture' : `Picture: ${text}`)),
    checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
  },
});

/** What stands in a host already: the source of each block and its nodes, so that only what changed is drawn again. */
const drawn = new WeakMap<HTMLElement, { raw: string; nodes: Node[] }[]>();

/** Draws an answer into `host`. While it arrives, blocks that are complete stay as they are, with selection and scroll. */
export function renderMarkdown(host: HTMLElement, { text, running }: { text: string; running: boolean }): void {
  const tokens = marked.lexer(text);
  const before = drawn.get(host) ?? [];
  if (before.length === 0) host.replaceChildren();
  const blocks = tokens.filter((token) => token.type !== 'space' && token.type !== 'def');
  // A link's target may be defined below it, so the end is drawn whole when there are definitions.
  const again = !running && tokens.some((token) => token.type === 'def');
  const keep = again ? 0 : countSame(before, blocks);
  for (const { nodes } of before.slice(keep)) for (const node of nodes) host.removeChild(node);
  const next = before.slice(0, keep);
  for (const token of blocks.slice(keep)) {
    const fragment = drawBlock(token, tokens.links);
    const nodes = [...fragment.childNodes];
    next.push({ raw: token.raw, nodes });
    host.append(fragment);
  }
  drawn.set(host, next);
  drawCaret(host, running);
}

function countSame(before: { raw: string }[], blocks: Token[]): number {
  let same = 0;
  while (same < before.length && same < blocks.length && before[same]?.raw === blocks[same]?.raw) same++;
  return same;
}

function drawBlock(token: Token, links: ReturnType<typeof marked.lexer>['links']): DocumentFragment {
  const html = marked.parser(Object.assign([token], { links }));
  const fragment = DOMPurify.sanitize(html, {
    ALLOWED_TAGS,
    ALLOWED_ATTR: ['href', 'start', 'align'],
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:)/i,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
  for (const link of fragment.querySelectorAll('a')) dressLink(link);
  for (const table of fragment.querySelectorAll('table')) dressTable(table);
  const languages = codeLanguages(token);
  fragment.querySelectorAll('pre').forEach((pre, at) => dressCode(pre, languages[at] ?? ''));
  return fragment;
}

/** Where a link may lead. Anything else, and what is no whole address, is shown as words. */
const LEADS_TO = new Set(['http:', 'https:', 'mailto:']);

function linkTo(href: string, words: string): string {
  if (!URL.canParse(href) || !LEADS_TO.has(new URL(href).protocol)) return words;
  return `<a href="${escapeHtml(href)}">${words}</a>`;
}

/** The languages of the code blocks inside a token, in the order in which they are drawn. */
function codeLanguages(token: Token): string[] {
  const languages: string[] = [];
  void marked.walkTokens([token], (each) => {
    if (each.type === 'code') languages.push(((each as Tokens.Code).lang ?? '').split(/\s/)[0]?.slice(0, 30) ?? '');
  });
  return languages;
}

/** A still bar where the next word will stand. */
function drawCaret(host: HTMLElement, running: boolean): void {
  host.querySelector('.caret')?.remove();
  if (!running) return;
  const caret = document.createElement('span');
  caret.className = 'caret';
  caret.setAttribute('aria-hidden', 'true');
  const last = host.lastElementChild;
  const into = last?.matches('p, h1, h2, h3, h4, h5, h6') ? last : (last?.querySelector('li:last-child') ?? host);
  (last?.matches('.code, .wide') ? host : into).append(caret);
}

function escapeHtml(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replaceAll(/[&<>"']/g, (letter) => names[letter] ?? letter);
}

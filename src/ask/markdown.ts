import DOMPurify from 'dompurify';
import { Marked, type Token, type Tokens } from 'marked';
import { colorCode } from './code-colors.ts';

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
    image: ({ href, text }) =>
      `<a href="${escapeHtml(href)}">${escapeHtml(text === '' ? 'Picture' : `Picture: ${text}`)}</a>`,
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

/** A link shows where it leads, and the place it leads to does not learn where it was. */
function dressLink(link: HTMLAnchorElement): void {
  const target = link.getAttribute('href');
  if (target === null || !URL.canParse(target)) {
    link.replaceWith(...link.childNodes);
    return;
  }
  const { host, protocol } = new URL(target);
  link.target = '_blank';
  link.rel = 'noreferrer noopener';
  const shown = protocol === 'mailto:' ? target.slice('mailto:'.length) : host;
  if (link.textContent.includes(shown)) return;
  const beside = document.createElement('span');
  beside.className = 'host';
  beside.textContent = ` (${shown})`;
  link.append(beside);
}

function dressTable(table: HTMLTableElement): void {
  for (const cell of table.querySelectorAll('[align]')) {
    if (cell.getAttribute('align') === 'right') cell.className = 'right';
    cell.removeAttribute('align');
  }
  for (const head of table.querySelectorAll('th')) head.scope = 'col';
  const wide = document.createElement('div');
  wide.className = 'wide';
  wide.tabIndex = 0;
  wide.setAttribute('role', 'region');
  wide.setAttribute('aria-label', 'Table');
  table.replaceWith(wide);
  wide.append(table);
}

function dressCode(pre: HTMLPreElement, language: string): void {
  const frame = document.createElement('div');
  frame.className = 'code';
  const head = document.createElement('header');
  const name = document.createElement('span');
  name.textContent = languageName(language);
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'button plain quiet';
  button.dataset['copy'] = '';
  const word = document.createElement('span');
  word.textContent = 'Copy';
  button.append(word);
  head.append(name, button);
  pre.tabIndex = 0;
  pre.setAttribute('aria-label', `Code, ${languageName(language)}`);
  const code = pre.querySelector('code');
  if (code !== null) colorCode(code);
  pre.replaceWith(frame);
  frame.append(head, pre);
}

/** What a language is called where its short name says little. */
const LANGUAGE_NAMES: Record<string, string> = {
  '': 'Code',
  ts: 'TypeScript',
  tsx: 'TypeScript',
  typescript: 'TypeScript',
  js: 'JavaScript',
  javascript: 'JavaScript',
  py: 'Python',
  python: 'Python',
  rb: 'Ruby',
  rs: 'Rust',
  go: 'Go',
  sh: 'Shell',
  bash: 'Shell',
  json: 'JSON',
  yaml: 'YAML',
  yml: 'YAML',
  sql: 'SQL',
  html: 'HTML',
  css: 'CSS',
};

function languageName(language: string): string {
  return Object.hasOwn(LANGUAGE_NAMES, language.toLowerCase())
    ? (LANGUAGE_NAMES[language.toLowerCase()] ?? language)
    : language;
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

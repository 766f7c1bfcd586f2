import { colorCode } from './code-colors.ts';

/** A link shows where it leads, and the place it leads to does not learn where it was. */
export function dressLink(link: HTMLAnchorElement): void {
  const target = link.getAttribute('href');
  if (target === null || !URL.canParse(target)) {
    link.replaceWith(...link.childNodes);
    return;
  }
  const { host, protocol } = new URL(target);
  link.target = '_blank';
  link.rel = 'noreferrer noopener';
  const shown = protocol === 'mailto:' ? target.slice('mailto:'.length) : host;
  if (isAddressAt(link.textContent.trim(), shown)) return;
  const beside = document.createElement('span');
  beside.className = 'host';
  beside.textContent = ` (${shown})`;
  link.append(beside);
}

/** Whether words are themselves an address at this host; `bank.example@evil.example` and `…?to=evil.example` are not. */
function isAddressAt(words: string, host: string): boolean {
  const address = words.replace(/^https?:\/\//i, '');
  return address.toLowerCase().startsWith(host.toLowerCase()) && /^(?:[/?#]|$)/.test(address.slice(host.length));
}

/** A table scrolls in its own place, and says which way its numbers stand. */
export function dressTable(table: HTMLTableElement): void {
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

/** Code has its language above it and a button to copy it. */
export function dressCode(pre: HTMLPreElement, language: string): void {
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

/** Longest code that is coloured, in characters: beyond it colour is not worth the time of a phone. */
const MAX_CHARS = 20_000;

/** Words that steer in the languages people ask about most. One list for all: a wrong colour is no wrong answer. */
const STEERING = new Set(
  (
    'abstract and as async await break case catch class const continue def default defer del do elif else enum except export extends ' +
    'false finally fn for from func function go if impl implements import in interface is lambda let loop match mod mut namespace new ' +
    'nil None not null or package pass private protected pub public raise return select self static struct super switch this throw ' +
    'trait true True False try type typeof undefined use var void where while with yield ' +
    'SELECT FROM WHERE GROUP BY ORDER INSERT INTO VALUES UPDATE SET DELETE JOIN LEFT ON AS AND OR NOT NULL LIMIT HAVING'
  ).split(' '),
);

/** Comment, text or word; the rest stays as it is. */
const PIECES =
  /(?<quiet>\/\/[^\n]*|\/\*[\s\S]*?\*\/|(?:^|(?<=\s))#[^\n]*|--[ \t][^\n]*)|(?<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|(?<word>[A-Za-z_]\w*)/gm;

/** Colours comments, texts and steering words, by nodes and never by markup. */
export function colorCode(code: HTMLElement): void {
  const source = code.textContent;
  if (source.length > MAX_CHARS) return;
  const nodes: Node[] = [];
  let at = 0;
  for (const match of source.matchAll(PIECES)) {
    const look = lookOf(match);
    if (look === null) continue;
    nodes.push(document.createTextNode(source.slice(at, match.index)), span(look, match[0]));
    at = match.index + match[0].length;
  }
  nodes.push(document.createTextNode(source.slice(at)));
  code.replaceChildren(...nodes);
}

function lookOf(match: RegExpExecArray): 'q' | 't' | 'w' | null {
  if (match.groups?.['quiet'] !== undefined) return 'q';
  if (match.groups?.['text'] !== undefined) return 't';
  return STEERING.has(match[0]) ? 'w' : null;
}

function span(look: string, text: string): HTMLElement {
  const node = document.createElement('span');
  node.className = look;
  node.textContent = text;
  return node;
}

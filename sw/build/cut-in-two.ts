import { minify } from 'terser';
import { minifySync, parseSync, type Plugin } from 'vite';

/** A top-level statement of the bundle: its text, the names it declares, and every name it speaks of. */
interface Statement {
  text: string;
  declares: readonly string[];
  names: ReadonlySet<string>;
  /** The names it may give another value. */
  sets: ReadonlySet<string>;
}

type Node = Record<string, unknown>;

/** Where the second script begins, in `sw/later.ts`. */
const BEGINS = 'self.layoverLater =';

/** What the first script leaves for the second, under short names. */
const SHARED = 'self.layoverShared';

/**
 * Cuts the worker in two scripts: what only the statement of `sw/later.ts` leads to stands in a second one, down to the single
 * declaration. No code is in both: the second takes what it needs of the first from an object that the first leaves for it.
 */
export function cutInTwo(second: string): Plugin {
  return {
    name: 'layover-cut-in-two',
    enforce: 'post',
    // Cut first, and made small afterwards: a minifier joins what is to be taken apart.
    config: () => ({ build: { minify: false } }),
    async generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        const [first, later] = split(readStatements(chunk.code));
        const declared = new Set(first.flatMap(({ declares }) => declares));
        const shared = [...declared].filter((name) => later.some(({ names }) => names.has(name)));
        // The second reads them once.
        const changed = shared.filter((name) => [...first, ...later].some(({ sets }) => sets.has(name)));
        if (changed.length > 0) this.error(`What both scripts use must not change: ${changed.join(', ')}.`);
        const keys = shared.map((name, nth) => `${name} as _${nth.toString(36)}`).join(', ');
        const leave = `export { ${keys} };`;
        chunk.code = (await small(`${textOf(first)}\n${leave}`)).replace(
          /export\s*\{([^}]*)\};?\s*$/,
          (_all, names: string) => {
            const pairs = names.split(',').map((pair) => pair.trim().split(/\s+as\s+/));
            return `${SHARED}={${pairs.map(([name = '', key = name]) => `${key}:${name}`).join(',')}};`;
          },
        );
        if (!chunk.code.includes(SHARED)) this.error('The first script leaves nothing for the second.');
        const take = `import { ${shared.map((name, nth) => `_${nth.toString(36)} as ${name}`).join(', ')} } from 'first';`;
        const packed = await small(`${take}\n${textOf(later)}`);
        const source = packed.replace(/^import\s*\{([^}]*)\}\s*from\s*["']first["'];?/, (_all, names: string) => {
          const pairs = names.split(',').map((pair) => pair.trim().split(/\s+as\s+/));
          return `const{${pairs.map(([key = '', name = key]) => `${key}:${name}`).join(',')}}=${SHARED};`;
        });
        // Two classic scripts have one scope between them.
        this.emitFile({ type: 'asset', fileName: second, source: `(()=>{${source}})();` });
        chunk.code = `(()=>{${chunk.code}})();`;
      }
    },
  };
}

function readStatements(code: string): Statement[] {
  const { program } = parseSync('worker.js', code);
  return (program.body as unknown as Node[]).map((node) => {
    const names = new Set<string>();
    const sets = new Set<string>();
    walk(node, new Set(), (name, isSet) => (isSet ? sets : names).add(name));
    return { text: code.slice(Number(node['start']), Number(node['end'])), declares: declaredBy(node), names, sets };
  });
}

/** What must be there at the start, with all it leads to; and the rest. */
function split(statements: readonly Statement[]): [Statement[], Statement[]] {
  const places = new Map(statements.flatMap((statement) => statement.declares.map((name) => [name, statement])));
  const reached = new Set<Statement>();
  const waiting = statements.filter(({ declares, text }) => declares.length === 0 && !text.startsWith(BEGINS));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    for (const name of next.names) {
      const place = places.get(name);
      if (place !== undefined) waiting.push(place);
    }
  }
  return [statements.filter((each) => reached.has(each)), statements.filter((each) => !reached.has(each))];
}

function textOf(statements: readonly Statement[]): string {
  return statements.map(({ text }) => text).join('\n');
}

/** A second minifier finds what the first one left: 2 % of the worker, which every browser loads. */
async function small(code: string): Promise<string> {
  const once = minifySync('worker.js', code, { module: true }).code;
  const twice = await minify(once, { module: true, ecma: 2020, compress: { passes: 3 } });
  return twice.code ?? once;
}

/** Tells every name in a part of a program that is not declared within it, and which of them are given another value. */
function walk(node: unknown, own: ReadonlySet<string>, tell: (name: string, isSet: boolean) => void): void {
  if (Array.isArray(node)) for (const each of node) walk(each, own, tell);
  if (!isNode(node)) return;
  const { type } = node;
  if (type === 'Identifier' && !own.has(String(node['name']))) tell(String(node['name']), false);
  const target = type === 'AssignmentExpression' ? node['left'] : type === 'UpdateExpression' ? node['argument'] : null;
  for (const name of namesIn(target)) if (!own.has(name)) tell(name, true);
  const within = new Set([...own, ...scopeOf(node)]);
  for (const [part, value] of Object.entries(node)) {
    const isMember =
      (part === 'property' || part === 'key') && node['computed'] === false && node['shorthand'] !== true;
    if (!isMember) walk(value, within, tell);
  }
}

/** What a function, a block or a loop declares for itself. */
function scopeOf(node: Node): string[] {
  switch (node['type']) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return [...nodesIn(node['params']).flatMap(namesIn), ...namesIn(node['id'])];
    case 'ClassExpression':
      return namesIn(node['id']);
    case 'CatchClause':
      return namesIn(node['param']);
    case 'BlockStatement':
    case 'StaticBlock':
      return nodesIn(node['body']).flatMap(declaredBy);
    case 'SwitchStatement':
      return nodesIn(node['cases']).flatMap((each) => nodesIn(each['consequent']).flatMap(declaredBy));
    case 'ForStatement':
      return nodesIn([node['init']]).flatMap(declaredBy);
    case 'ForOfStatement':
    case 'ForInStatement':
      return nodesIn([node['left']]).flatMap(declaredBy);
    default:
      return [];
  }
}

function declaredBy(node: Node): string[] {
  if (node['type'] === 'VariableDeclaration') return nodesIn(node['declarations']).flatMap(({ id }) => namesIn(id));
  return ['FunctionDeclaration', 'ClassDeclaration'].includes(String(node['type'])) ? namesIn(node['id']) : [];
}

/** The names that a pattern binds. */
function namesIn(pattern: unknown): string[] {
  if (!isNode(pattern)) return [];
  switch (pattern['type']) {
    case 'Identifier':
      return [String(pattern['name'])];
    case 'ObjectPattern':
      return nodesIn(pattern['properties']).flatMap((each) => namesIn(each['value'] ?? each['argument']));
    case 'ArrayPattern':
      return nodesIn(pattern['elements']).flatMap(namesIn);
    case 'AssignmentPattern':
      return namesIn(pattern['left']);
    case 'RestElement':
      return namesIn(pattern['argument']);
    default:
      return [];
  }
}

function nodesIn(nodes: unknown): Node[] {
  return Array.isArray(nodes) ? nodes.filter(isNode) : [];
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

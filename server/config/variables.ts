import { pathKey, type Path, type Tree } from './yaml-tree.ts';

export type Environment = Record<string, string | undefined>;

/** A value of the file that stands in the environment. */
export interface Variable {
  path: Path;
  name: string;
  found: boolean;
}

const REFERENCE = /^os\.environ\/(.+)$/;

/**
 * The tree with every `os.environ/NAME` replaced by what the environment holds: null where it holds nothing (an empty variable
 * holds nothing). Which paths came from there is told beside it, so that no message ever prints such a value.
 */
export function resolveVariables(
  tree: Tree,
  environment: Environment,
): { tree: Tree; variables: Map<string, Variable> } {
  const variables = new Map<string, Variable>();
  const resolve = (node: Tree, path: Path): Tree => {
    if (node === null) return null;
    if (Array.isArray(node)) return node.map((item, index) => resolve(item, [...path, index]));
    if (typeof node === 'object') {
      return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, resolve(value, [...path, key])]));
    }
    const name = REFERENCE.exec(node.trim())?.[1]?.trim();
    if (name === undefined) return node;
    const value = Object.hasOwn(environment, name) ? (environment[name] ?? '') : '';
    variables.set(pathKey(path), { path, name, found: value !== '' });
    return value === '' ? null : value;
  };
  return { tree: resolve(tree, []), variables };
}

/** `environment_variables:` of the file laid over the environment, as LiteLLM does; entries that are no plain text are left to the schema. */
export function withFileVariables(environment: Environment, tree: Tree): Environment {
  if (tree === null || typeof tree !== 'object' || Array.isArray(tree)) return environment;
  const section = Object.hasOwn(tree, 'environment_variables') ? tree['environment_variables'] : null;
  if (section === null || section === undefined || typeof section !== 'object' || Array.isArray(section))
    return environment;
  const texts = Object.entries(section).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { ...environment, ...Object.fromEntries(texts.filter(([, value]) => !REFERENCE.test(value))) };
}

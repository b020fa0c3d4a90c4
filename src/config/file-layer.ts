import { type Document, isAlias, isMap, isNode, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { escapeForTerminal } from '../text/index.ts';
import type { ConfigProblem } from './problem.ts';
import { isPlainObject } from './walk-schema.ts';

/** The file as plain values, with the way back to its lines. */
export interface FileLayer {
  readonly values: Record<string, unknown>;
  /** `FILE:LINE:COLUMN` of the key (or of its value) at the path, of its nearest parent where there is none. */
  locate(path: readonly PropertyKey[], what: 'key' | 'value'): string;
  readonly problems: readonly ConfigProblem[];
}

const maxAliases = 50;

function position(counter: LineCounter, offset: number): string {
  const { line, col } = counter.linePos(offset);
  return `${line}:${col}`;
}

function child(document: Document, parent: Node | undefined, name: PropertyKey) {
  const node = isAlias(parent) ? parent.resolve(document) : parent;
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => String(isNode(key) ? key.toJSON() : key) === String(name));
    return pair && { key: pair.key, value: pair.value };
  }
  if (isSeq(node) && typeof name === 'number') {
    const item = node.items[name];
    return item === undefined ? undefined : { key: item, value: item };
  }
  return undefined;
}

function offsetAt(document: Document, path: readonly PropertyKey[], what: 'key' | 'value'): number {
  let node: Node | undefined = document.contents ?? undefined;
  let offset = node?.range?.[0] ?? 0;
  for (const name of path) {
    const found = child(document, node, name);
    if (found === undefined) break;
    const value = isNode(found.value) ? found.value : undefined;
    const shown = what === 'key' && isNode(found.key) ? found.key : value;
    offset = shown?.range?.[0] ?? offset;
    node = value;
  }
  return offset;
}

/** Parses YAML 1.2. Never throws: what is wrong is in `problems`, each with its line. */
export function parseFileLayer(name: string, text: string): FileLayer {
  const counter = new LineCounter();
  const problems: ConfigProblem[] = [];
  const report = (where: string, message: string): void => {
    problems.push({
      code: 'PC_CONFIG_SYNTAX',
      origin: { layer: 'file', where },
      key: '',
      message: escapeForTerminal(message, 512),
    });
  };
  let document: Document | undefined;
  let values: unknown;
  try {
    document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      lineCounter: counter,
      prettyErrors: false,
      uniqueKeys: true,
      stringKeys: true,
    });
    // An unknown tag is only a warning to the parser; here it is something we would misread.
    for (const issue of [...document.errors, ...document.warnings]) {
      report(`${name}:${position(counter, issue.pos[0])}`, issue.message);
    }
    if (problems.length === 0) values = document.toJS({ maxAliasCount: maxAliases });
  } catch (error) {
    // Too many aliases, an alias inside its own anchor, or nesting beyond the stack.
    report(name, error instanceof Error ? error.message : 'unreadable');
  }
  if (problems.length === 0 && values !== null && values !== undefined && !isPlainObject(values)) {
    report(`${name}:1:1`, 'expected a map of sections');
  }
  return {
    values: problems.length === 0 && isPlainObject(values) ? values : {},
    locate: (path, what) =>
      document === undefined ? name : `${name}:${position(counter, offsetAt(document, path, what))}`,
    problems,
  };
}

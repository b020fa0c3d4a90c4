import type { JsonFormat } from '../event/index.ts';

/** What `--format` may say: find out by looking, or take it for granted. */
export type Format = 'auto' | JsonFormat | 'evtx';

/** What a stream of records is made of. */
export type Content = 'json' | 'evtx';

/** What is in an input, and what it is wrapped in. `unknown` is told by the first bytes. */
export type InputKind =
  | { readonly content: Content; readonly container: 'none' | 'gzip' | 'zip' }
  | { readonly content: Content | 'unknown'; readonly container: 'unknown' };

/** What a name can say of an input. */
export type NamedKind = Exclude<InputKind, { readonly container: 'unknown' }>;

const contentOfExtension: ReadonlyMap<string, Content> = new Map<string, Content>([
  ['.json', 'json'],
  ['.jsonl', 'json'],
  ['.ndjson', 'json'],
  ['.evtx', 'evtx'],
]);

/**
 * Kind of a file by its name, `undefined` for a name that says nothing. A set format decides between
 * JSON and EVTX where the name does not, and `evtx` also where it does.
 */
export function kindOfPath(path: string, format: Format): NamedKind | undefined {
  const lower = path.toLowerCase();
  if (lower.endsWith('.zip')) return { content: 'json', container: 'zip' };
  const container = lower.endsWith('.gz') ? 'gzip' : 'none';
  const content = contentOfExtension.get(extensionOf(container === 'gzip' ? lower.slice(0, -3) : lower));
  if (format === 'evtx') return { content: 'evtx', container };
  if (content !== undefined) return { content, container };
  return format === 'auto' ? undefined : { content: 'json', container };
}

function extensionOf(path: string): string {
  const dot = path.lastIndexOf('.');
  return dot > Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) ? path.slice(dot) : '';
}

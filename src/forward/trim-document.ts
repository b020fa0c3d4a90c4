import { escapeJsonControls, shortenMiddle } from '../text/index.ts';

type Fields = Record<string, unknown>;

/** Leave first, in this order: what a person wants to read, but no receiver needs to raise the alert. */
const expendable = [
  ['problemchild', 'triage'],
  ['problemchild', 'ancestors'],
  ['problemchild', 'rarity'],
  ['problemchild', 'incident'],
  ['problemchild', 'reasons'],
  ['problemchild', 'event_ids'],
  ['problemchild', 'anomaly'],
  ['threat'],
  ['rule', 'description'],
  ['process', 'parent', 'command_line'],
  ['process', 'args'],
  ['process', 'pe'],
  ['process', 'code_signature'],
  ['process', 'hash'],
] as const;

/** Kept to the last. */
const essential: ReadonlySet<string> = new Set(['@timestamp', 'event', 'message', 'rule', 'host']);

const textLengths = [1_024, 256, 64, 16];

/**
 * The document as JSON of at most `maxBytes` of UTF-8: whole fields leave, then texts are shortened. What was done to
 * it is said in `problemchild.trimmed`. Of a limit below what is essential, the event alone remains.
 */
export function trimDocument(document: Fields, maxBytes: number): string {
  const copy = structuredClone(document);
  const own = copy['problemchild'];
  if (isFields(own)) own['trimmed'] = true;
  else copy['problemchild'] = { trimmed: true };
  for (const path of expendable) {
    remove(copy, path);
    const text = escapeJsonControls(JSON.stringify(copy));
    if (Buffer.byteLength(text) <= maxBytes) return text;
  }
  for (const length of textLengths) {
    const text = writeShortened(copy, Math.max(length, 36));
    if (Buffer.byteLength(text) <= maxBytes) return text;
  }
  for (const name of Object.keys(copy).reverse()) {
    if (essential.has(name)) continue;
    if (name === 'problemchild') copy[name] = { trimmed: true };
    else delete copy[name];
    const text = writeShortened(copy, 64);
    if (Buffer.byteLength(text) <= maxBytes) return text;
  }
  const { id, kind, severity } = isFields(copy['event']) ? copy['event'] : {};
  return writeShortened({ event: { id, kind, severity }, problemchild: { trimmed: true } }, 64);
}

function writeShortened(fields: Fields, length: number): string {
  return escapeJsonControls(
    JSON.stringify(fields, (_, value: unknown) =>
      typeof value === 'string' ? shortenMiddle(value, length) : value,
    ),
  );
}

function remove(fields: Fields, path: readonly string[]): void {
  let at: unknown = fields;
  for (const name of path.slice(0, -1)) at = isFields(at) ? at[name] : undefined;
  if (isFields(at)) delete at[path.at(-1) ?? ''];
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { type Indicator, type ListedType, toIndicator } from './indicator.ts';
import type { ParsedList } from './ioc-text.ts';

/** MISP's attribute types that name something we can see: what it is, and in which part of a value of two. */
const mispTypes: ReadonlyMap<string, readonly [ListedType, part?: 0 | 1]> = new Map(
  Object.entries({
    md5: ['hash'],
    sha1: ['hash'],
    sha256: ['hash'],
    domain: ['domain'],
    hostname: ['domain'],
    url: ['host'],
    'ip-src': ['ip'],
    'ip-dst': ['ip'],
    'ip-dst|port': ['ip', 0],
    'ip-src|port': ['ip', 0],
    'domain|ip': ['domain', 0],
    filename: ['name'],
    'filename|md5': ['hash', 1],
    'filename|sha1': ['hash', 1],
    'filename|sha256': ['hash', 1],
  }),
);

type Json = Readonly<Record<string, unknown>>;

/** A MISP event, a search answer of events, or a STIX 2 bundle. `undefined` when it is none of them. */
export function parseJsonList(document: unknown, list: string): ParsedList | undefined {
  if (!isObject(document)) return undefined;
  if (document['type'] === 'bundle') return parseStix(document, list);
  const answer = document['response'];
  const events = Array.isArray(answer) ? answer : [document];
  const found = events.map((each) => (isObject(each) && isObject(each['Event']) ? each['Event'] : undefined));
  if (found.some((event) => event === undefined)) return undefined;
  return parseMisp(found as Json[], list);
}

function parseMisp(events: readonly Json[], list: string): ParsedList {
  const indicators: Indicator[] = [];
  let skipped = 0;
  for (const event of events) {
    const objects = arrayOf(event['Object']).flatMap((object) => arrayOf(object['Attribute']));
    for (const attribute of [...arrayOf(event['Attribute']), ...objects]) {
      const { type, value, comment, to_ids: forDetection } = attribute;
      const known = typeof type === 'string' ? mispTypes.get(type) : undefined;
      // What MISP does not mean for detection (report links, victims' names) is no indicator.
      if (forDetection === false || known === undefined || typeof value !== 'string') {
        skipped++;
        continue;
      }
      const [listed, part] = known;
      const named = part === undefined ? value : (value.split('|')[part] ?? '');
      const note = [event['info'], comment]
        .filter((text) => typeof text === 'string' && text !== '')
        .join('; ');
      const indicator = toIndicator(named, list, note, listed);
      if (indicator === undefined) skipped++;
      else indicators.push(indicator);
    }
  }
  return { indicators, skipped };
}

/** `[file:hashes.'SHA-256' = '…' OR domain-name:value = '…']`: each comparison with `=` is an indicator. */
const comparison =
  /(file:hashes\.[\w'"-]+|file:name|domain-name:value|url:value|ipv[46]-addr:value)\s*=\s*'((?:[^'\\]|\\.){1,1000})'/g;
const maxPatternLength = 20_000;

function parseStix(bundle: Json, list: string): ParsedList {
  const indicators: Indicator[] = [];
  let skipped = 0;
  for (const object of arrayOf(bundle['objects'])) {
    if (object['type'] !== 'indicator') continue;
    const { pattern, name } = object;
    const before = indicators.length;
    if (typeof pattern === 'string' && pattern.length <= maxPatternLength && object['revoked'] !== true) {
      for (const [, path = '', quoted = ''] of pattern.matchAll(comparison)) {
        const value = quoted.replace(/\\(.)/g, '$1');
        const indicator = toIndicator(
          value,
          list,
          typeof name === 'string' ? name : undefined,
          stixType(path),
        );
        if (indicator !== undefined) indicators.push(indicator);
      }
    }
    if (indicators.length === before) skipped++;
  }
  return { indicators, skipped };
}

function stixType(path: string): ListedType | undefined {
  if (path.startsWith('file:hashes')) return 'hash';
  if (path === 'file:name') return 'name';
  if (path === 'domain-name:value') return 'domain';
  if (path === 'url:value') return 'host';
  return path.startsWith('ip') ? 'ip' : undefined;
}

function arrayOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

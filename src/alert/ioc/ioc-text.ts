import { type Indicator, type ListedType, toIndicator } from './indicator.ts';

/** What a list holds, and what of it is no indicator. */
export interface ParsedList {
  readonly indicators: readonly Indicator[];
  /** `line 7: not a hash, …`, bounded. */
  readonly skipped: number;
}

const valueColumns = ['value', 'indicator', 'ioc', 'indicator_value', 'observable'];
const noteColumns = ['comment', 'note', 'description', 'threat', 'malware'];
const typeNames: ReadonlyMap<string, ListedType> = new Map(
  Object.entries({
    hash: 'hash',
    md5: 'hash',
    sha1: 'hash',
    sha256: 'hash',
    domain: 'domain',
    hostname: 'domain',
    url: 'host',
    ip: 'ip',
    ipv4: 'ip',
    'ip-dst': 'ip',
    'ip-src': 'ip',
    name: 'name',
    filename: 'name',
    file: 'name',
  }),
);

/** One value a line; what follows `#` is a note. */
export function parsePlainList(text: string, list: string): ParsedList {
  const indicators: Indicator[] = [];
  let skipped = 0;
  for (const line of text.split(/\r?\n/)) {
    const [value = '', note] = line.split(/(?:^|\s)#(.*)/s);
    if (value.trim() === '') continue;
    const indicator = toIndicator(value, list, note);
    if (indicator === undefined) skipped++;
    else indicators.push(indicator);
  }
  return { indicators, skipped };
}

/** Comma-separated with a header that names a value column, or else each row's first cell that is an indicator. */
export function parseCsvList(text: string, list: string): ParsedList {
  const rows = parseCsv(text).filter(
    (row) => !(row.length === 1 && row[0]!.trim() === '') && !row[0]!.startsWith('#'),
  );
  const header = (rows[0] ?? []).map((cell) => cell.trim().toLowerCase());
  const valueAt = header.findIndex((cell) => valueColumns.includes(cell));
  const typeAt = header.indexOf('type');
  const noteAt = header.findIndex((cell) => noteColumns.includes(cell));
  const indicators: Indicator[] = [];
  let skipped = 0;
  for (const row of valueAt < 0 ? rows : rows.slice(1)) {
    const note = noteAt < 0 ? undefined : row[noteAt];
    const type =
      typeAt < 0 || valueAt < 0 ? undefined : typeNames.get((row[typeAt] ?? '').trim().toLowerCase());
    const cells = valueAt < 0 ? row : [row[valueAt] ?? ''];
    let found: Indicator | undefined;
    for (const cell of cells) found ??= toIndicator(cell, list, note, type);
    if (found === undefined) skipped++;
    else indicators.push(found);
  }
  return { indicators, skipped };
}

/** RFC 4180: quoted cells may hold commas, line ends and doubled quotes. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (match === null) break;
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',') continue;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows;
}

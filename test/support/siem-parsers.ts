/**
 * Readers of the formats that the agent writes for others, made from the formats' descriptions and not from the writers.
 * They throw where a text does not keep to its format.
 */
export interface CefMessage {
  /** Version, vendor, product, product version, class id, name, severity. */
  readonly header: readonly string[];
  readonly extension: Readonly<Record<string, string>>;
}

export function parseCef(text: string): CefMessage {
  const { fields: header, rest } = takeFields(text.replace(/^CEF:/, ''), 7);
  const extension: Record<string, string> = {};
  // Equals signs in values are escaped, so each that is not follows a key.
  const keys = [...rest.matchAll(/(?:^| )([A-Za-z0-9_.]+)=/g)].filter(
    ({ index, 0: { length } }) => !isEscaped(rest, index + length - 1),
  );
  for (const [
    number,
    {
      0: { length },
      1: key = '',
      index,
    },
  ] of keys.entries()) {
    const value = rest.slice(index + length, keys[number + 1]?.index);
    if (extension[key] !== undefined) throw new Error(`${key} twice`);
    extension[key] = unescapeText(value, { '\\': '\\', '=': '=', n: '\n', r: '\r' });
  }
  return { header, extension };
}

export function parseLeef(text: string): { header: string[]; attributes: Record<string, string> } {
  // Nothing is escaped here: a bar ends a field, and a tab an attribute.
  const [, version, ...parts] =
    /^LEEF:([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|([\s\S]*)$/.exec(text) ?? [];
  const rest = parts.pop();
  if (version === undefined || rest === undefined) throw new Error('fewer than five fields');
  const header = [version, ...parts];
  const attributes: Record<string, string> = {};
  for (const pair of rest.split('\t')) {
    const at = pair.indexOf('=');
    if (at < 1) throw new Error(`no attribute: ${pair}`);
    if (attributes[pair.slice(0, at)] !== undefined) throw new Error(`${pair.slice(0, at)} twice`);
    attributes[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return { header, attributes };
}

export interface SyslogMessage {
  readonly priority: number;
  readonly timestamp: string;
  readonly hostName: string;
  readonly messageId: string;
  readonly structuredData: Readonly<Record<string, string>>;
  readonly body: string;
}

/** RFC 5424, with one element of structured data. */
export function parseSyslog(text: string): SyslogMessage {
  const found =
    /^<(\d{1,3})>1 (-|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z) ([\x21-\x7e]{1,255}) [\x21-\x7e]{1,48} [\x21-\x7e]{1,128} ([\x21-\x7e]{1,32}) \[/.exec(
      text,
    );
  if (found === null) throw new Error(`no header: ${text.slice(0, 200)}`);
  const [start, priority = '', timestamp = '', hostName = '', messageId = ''] = found;
  const structuredData: Record<string, string> = {};
  let at = start.length;
  const id = /^[\x21\x23-\x3c\x3e-\x5c\x5e-\x7e]{1,32}/.exec(text.slice(at))?.[0];
  if (id === undefined) throw new Error('no SD-ID');
  at += id.length;
  while (text[at] === ' ') {
    const name = /^ ([a-z]+)="/.exec(text.slice(at));
    if (name?.[1] === undefined) throw new Error(`no parameter at ${at}`);
    at += name[0].length;
    let value = '';
    while (text[at] !== '"') {
      if (text[at] === ']' || text[at] === undefined) throw new Error(`a bare bracket at ${at}`);
      if (text[at] === '\\' && /["\\\]]/.test(text[at + 1] ?? '')) at++;
      value += text[at++];
    }
    at++;
    structuredData[name[1]] = value;
  }
  if (text.slice(at, at + 2) !== '] ') throw new Error(`structured data does not end at ${at}`);
  return {
    priority: Number(priority),
    timestamp,
    hostName,
    messageId,
    structuredData,
    body: text.slice(at + 2),
  };
}

/** The first `count` fields, each ended by a bar that is not escaped. */
function takeFields(text: string, count: number): { fields: string[]; rest: string } {
  const fields: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length && fields.length < count; at++) {
    if (text[at] !== '|' || isEscaped(text, at)) continue;
    fields.push(unescapeText(text.slice(start, at), { '\\': '\\', '|': '|' }));
    start = at + 1;
  }
  if (fields.length < count) throw new Error(`${fields.length} fields instead of ${count}`);
  return { fields, rest: text.slice(start) };
}

/** Whether an odd number of backslashes stands before. */
function isEscaped(text: string, at: number): boolean {
  let count = 0;
  while (text[at - 1 - count] === '\\') count++;
  return count % 2 === 1;
}

function unescapeText(text: string, known: Readonly<Record<string, string>>): string {
  return text.replace(/\\([\s\S]?)/g, (_, character: string) => {
    const plain = known[character];
    if (plain === undefined) throw new Error(`\\${character} is no escape`);
    return plain;
  });
}

import { escapeHidden, shortenMiddle } from '../text/index.ts';
import { fieldNames, textAt } from './syslog-fields.ts';

interface Header {
  readonly version: string;
  readonly severity: number;
}

/** CEF takes 0 to 10. */
function scaleSeverity(severity: number): number {
  return Math.min(10, Math.max(0, Math.round(severity / 10)));
}

/** Lengths that a text is cut to, until it fits; a field that does not fit at the last is left out. */
const valueLengths = [1_023, 256, 64];
const headerLengths = [256, 128, 64, 32, 16, 8];

/** How text is made fit for a place: what cannot be in it at all is spelt out first, then cut, then quoted. */
interface Notation {
  readonly clean: (text: string) => string;
  readonly quote: (text: string) => string;
}

/** In a header line ends are not allowed at all, and a bar ends a field. */
const cefHeader: Notation = {
  clean: (text) => escapeHidden(text.replace(/[\r\n]+/g, ' ')),
  quote: (text) => text.replace(/[\\|]/g, '\\$&'),
};

/** In the extension an equals sign ends a key; line ends may be written out. */
const cefValue: Notation = {
  clean: (text) =>
    text
      .split(/\r\n|\r|\n/)
      .map(escapeHidden)
      .join('\n'),
  quote: (text) => text.replace(/[\\=]/g, '\\$&').replaceAll('\n', '\\n'),
};

/** In LEEF a bar ends a field of the header, and a tab an attribute; there is no escape for either. */
const leefHeader: Notation = {
  clean: (text) => escapeHidden(text.replace(/[\t\r\n]+/g, ' ')),
  quote: (text) => text.replaceAll('|', '_'),
};
const leefValue: Notation = { clean: leefHeader.clean, quote: (text) => text };

function write({ clean, quote }: Notation, text: string, maxLength: number): string {
  return quote(shortenMiddle(clean(text), maxLength));
}

/**
 * ArcSight Common Event Format, version 0, at most `maxBytes` of UTF-8: the last fields are shortened, then left out.
 * The header takes half of it at most, unless that is less than 100.
 */
export function formatCef(document: unknown, { version, severity }: Header, maxBytes: number): string {
  const rule = ruleOf(document);
  const name = textAt(document, 'rule.name') ?? textAt(document, 'message') ?? rule;
  const start = startWithin(maxBytes, (length) => {
    const parts = [version, rule, name].map((part) => write(cefHeader, part, length));
    return `CEF:0|ProblemChild|problemchild-agent|${parts.join('|')}|${scaleSeverity(severity)}|`;
  });
  const time = Date.parse(textAt(document, '@timestamp') ?? '');
  return fill(start, ' ', maxBytes, [
    ...(Number.isNaN(time) ? [] : [() => `rt=${time}`]),
    ...fieldNames.flatMap(({ path, cef, cefLabel }) => {
      const value = textAt(document, path);
      const label = cefLabel === undefined ? '' : `${cef}Label=${cefLabel} `;
      return value === undefined
        ? []
        : [(length: number) => `${label}${cef}=${write(cefValue, value, length)}`];
    }),
  ]);
}

/** IBM Log Event Extended Format 1.0, at most `maxBytes` of UTF-8; attributes are separated by tabs. */
export function formatLeef(document: unknown, { version, severity }: Header, maxBytes: number): string {
  const start = startWithin(maxBytes, (length) => {
    const parts = [version, ruleOf(document)].map((part) => write(leefHeader, part, length));
    return `LEEF:1.0|ProblemChild|problemchild-agent|${parts.join('|')}|`;
  });
  const time = textAt(document, '@timestamp');
  const attribute = (name: string, value: string | undefined) =>
    value === undefined ? [] : [(length: number) => `${name}=${write(leefValue, value, length)}`];
  return fill(start, '\t', maxBytes, [
    () => `sev=${scaleSeverity(severity)}`,
    ...attribute('cat', textAt(document, 'event.dataset') ?? 'alert'),
    ...attribute('devTime', time),
    ...(time === undefined ? [] : [() => "devTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSX"]),
    ...fieldNames.flatMap(({ path, leef }) => attribute(leef, textAt(document, path))),
  ]);
}

function ruleOf(document: unknown): string {
  return textAt(document, 'rule.id') ?? textAt(document, 'event.dataset') ?? 'problemchild';
}

function startWithin(maxBytes: number, build: (length: number) => string): string {
  let start = '';
  for (const length of headerLengths) {
    start = build(length);
    if (Buffer.byteLength(start) <= maxBytes / 2) break;
  }
  return start;
}

/** Adds each part at the greatest length at which it still fits. */
function fill(
  start: string,
  separator: string,
  maxBytes: number,
  parts: readonly ((length: number) => string)[],
): string {
  let text = start;
  let left = maxBytes - Buffer.byteLength(start);
  for (const part of parts) {
    for (const length of valueLengths) {
      const added = `${text === start ? '' : separator}${part(length)}`;
      const size = Buffer.byteLength(added);
      if (size > left) continue;
      text += added;
      left -= size;
      break;
    }
  }
  return text;
}

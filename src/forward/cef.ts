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

/** In the header a bar ends a field, and line ends are not allowed at all. */
function escapeHeader(text: string): string {
  return escapeHidden(text.replace(/[\r\n]+/g, ' ')).replace(/[\\|]/g, '\\$&');
}

/** In the extension an equals sign ends a key; line ends may be written out. */
function escapeExtension(text: string): string {
  const lines = text.split(/\r\n|\r|\n/).map((line) => escapeHidden(line).replace(/[\\=]/g, '\\$&'));
  return lines.join('\\n');
}

/**
 * ArcSight Common Event Format, version 0, at most `maxBytes` of UTF-8: the last fields are shortened, then left out.
 */
export function formatCef(document: unknown, { version, severity }: Header, maxBytes: number): string {
  const rule = textAt(document, 'rule.id') ?? textAt(document, 'event.dataset') ?? 'problemchild';
  const name = textAt(document, 'rule.name') ?? textAt(document, 'message') ?? rule;
  const header = ['ProblemChild', 'problemchild-agent', version, rule, shortenMiddle(name, 256)].map(
    escapeHeader,
  );
  const time = Date.parse(textAt(document, '@timestamp') ?? '');
  const pairs: string[] = Number.isNaN(time) ? [] : [`rt=${time}`];
  const text = `CEF:0|${header.join('|')}|${scaleSeverity(severity)}|`;
  return fillFields(text, pairs, ' ', maxBytes, document, ({ cef, cefLabel }, value) => {
    const escaped = escapeExtension(value);
    return cefLabel === undefined ? `${cef}=${escaped}` : `${cef}Label=${cefLabel} ${cef}=${escaped}`;
  });
}

/** In LEEF values a tab ends an attribute; there is no escape for it. */
function cleanLeef(text: string): string {
  return escapeHidden(text.replace(/[\t\r\n]+/g, ' '));
}

/** IBM Log Event Extended Format 1.0, at most `maxBytes` of UTF-8; attributes are separated by tabs. */
export function formatLeef(document: unknown, { version, severity }: Header, maxBytes: number): string {
  const id = textAt(document, 'rule.id') ?? textAt(document, 'event.dataset') ?? 'problemchild';
  const header = ['ProblemChild', 'problemchild-agent', version, id].map((part) =>
    cleanLeef(part).replaceAll('|', '_'),
  );
  const time = textAt(document, '@timestamp');
  const pairs = [
    `sev=${scaleSeverity(severity)}`,
    `cat=${cleanLeef(textAt(document, 'event.dataset') ?? 'alert')}`,
  ];
  if (time !== undefined)
    pairs.push(`devTime=${cleanLeef(time)}`, "devTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSX");
  return fillFields(
    `LEEF:1.0|${header.join('|')}|`,
    pairs,
    '\t',
    maxBytes,
    document,
    ({ leef }, value) => `${leef}=${cleanLeef(value)}`,
  );
}

/** Lengths that a value is cut to before it is left out. */
const valueLengths = [1_023, 256, 64];

function fillFields(
  start: string,
  fixed: readonly string[],
  separator: string,
  maxBytes: number,
  document: unknown,
  format: (field: (typeof fieldNames)[number], value: string) => string,
): string {
  let text = start + fixed.join(separator);
  let isFirst = fixed.length === 0;
  for (const field of fieldNames) {
    const value = textAt(document, field.path);
    if (value === undefined) continue;
    for (const length of valueLengths) {
      const added = `${isFirst ? '' : separator}${format(field, shortenMiddle(value, length))}`;
      if (Buffer.byteLength(text) + Buffer.byteLength(added) > maxBytes) continue;
      text += added;
      isFirst = false;
      break;
    }
  }
  return text;
}

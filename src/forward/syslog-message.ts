import { shortenForTerminal } from '../text/index.ts';
import { formatCef, formatLeef } from './cef.ts';
import type { QueuedEntry } from './outbox.ts';
import { textAt } from './syslog-fields.ts';
import { trimDocument } from './trim-document.ts';

export interface SyslogFormat {
  readonly message: 'json' | 'cef' | 'leef';
  readonly facility: number;
  /** UTF-8 bytes of a whole message, without framing. */
  readonly maxMessageBytes: number;
  readonly agentVersion: string;
  /** HOSTNAME where the document has none. */
  readonly hostName: string;
  readonly processId: number;
}

/** Private enterprise number reserved for examples and documentation (RFC 5612). */
const structuredDataId = 'problemchild@32473';

const maxParameterLength = 64;

/** Severity of RFC 5424: 2 critical … 6 informational. */
function severityOf({ severity, kind }: QueuedEntry): number {
  if (kind === 'health') return 6;
  if (severity >= 99) return 2;
  if (severity >= 73) return 3;
  return severity >= 47 ? 4 : 5;
}

/** Printable ASCII without spaces, as header fields must be. */
function headerField(text: string | undefined, maxLength: number): string {
  const clean = (text ?? '').replace(/[^\x21-\x7e]/g, '_').slice(0, maxLength);
  return clean === '' ? '-' : clean;
}

/** A parameter's value: hidden characters spelt out, quotes, backslashes and brackets escaped. */
function parameter(name: string, value: string | undefined): string {
  if (value === undefined) return '';
  const text = shortenForTerminal(value, maxParameterLength);
  return ` ${name}="${text.replace(/["\\\]]/g, '\\$&')}"`;
}

/** RFC 3339 has four digits for a year. */
function timestamp(timeMs: number): string {
  const time = new Date(timeMs);
  const text = Number.isNaN(time.getTime()) ? '' : time.toISOString();
  return /^\d{4}-/.test(text) ? text : '-';
}

/**
 * One message of RFC 5424: header, structured data with what is searched for first, and the document as JSON, or as
 * CEF or LEEF. A message that is too long loses fields of the document; JSON is never cut. Where even short messages are
 * too long, parameters of the structured data are left out, the id last.
 */
export function formatSyslog(entry: QueuedEntry, document: string, format: SyslogFormat): string {
  const { facility, hostName, processId, maxMessageBytes } = format;
  const parsed = JSON.parse(document) as Record<string, unknown>;
  const header = [
    `<${facility * 8 + severityOf(entry)}>1`,
    timestamp(entry.timeMs),
    headerField(textAt(parsed, 'host.name') ?? hostName, Math.min(255, Math.floor(maxMessageBytes / 8))),
    'problemchild',
    String(processId),
    entry.kind,
  ].join(' ');
  let start = `${header} [${structuredDataId}${parameter('id', entry.eventId)}`;
  for (const each of [
    parameter('severity', String(entry.severity)),
    parameter('rule', entry.ruleId),
    parameter('process', textAt(parsed, 'process.name')),
    parameter('user', textAt(parsed, 'user.name')),
  ]) {
    if (Buffer.byteLength(start) + Buffer.byteLength(each) <= maxMessageBytes / 2) start += each;
  }
  start += '] ';
  const left = maxMessageBytes - Buffer.byteLength(start);
  return start + formatBody(entry, parsed, document, format, left);
}

function formatBody(
  entry: QueuedEntry,
  parsed: Record<string, unknown>,
  document: string,
  { message, agentVersion: version }: SyslogFormat,
  maxBytes: number,
): string {
  const about = { version, severity: entry.severity };
  if (message === 'cef') return formatCef(parsed, about, maxBytes);
  if (message === 'leef') return formatLeef(parsed, about, maxBytes);
  return Buffer.byteLength(document) <= maxBytes ? document : trimDocument(parsed, maxBytes);
}

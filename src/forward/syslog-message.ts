import { shortenMiddle } from '../text/index.ts';
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

/** A parameter's value: quotes, backslashes and brackets escaped, nothing that ends a line. */
function parameter(name: string, value: string | undefined, maxLength: number): string {
  if (value === undefined) return '';
  const text = shortenMiddle(value.replace(/[\p{Cc}\p{Cs}]/gu, ' '), maxLength);
  return ` ${name}="${text.replace(/["\\\]]/g, '\\$&')}"`;
}

/**
 * One message of RFC 5424: header, structured data with what is searched for first, and the document as JSON, or as
 * CEF or LEEF. A message that is too long loses fields of the document; JSON is never cut.
 */
export function formatSyslog(entry: QueuedEntry, document: string, format: SyslogFormat): string {
  const parsed = JSON.parse(document) as Record<string, unknown>;
  const time = new Date(entry.timeMs);
  const header = [
    `<${format.facility * 8 + severityOf(entry)}>1`,
    Number.isNaN(time.getTime()) ? '-' : time.toISOString(),
    headerField(textAt(parsed, 'host.name') ?? format.hostName, 255),
    'problemchild',
    String(format.processId),
    entry.kind,
  ].join(' ');
  const data = [
    parameter('id', entry.eventId, 64),
    parameter('severity', String(entry.severity), 8),
    parameter('rule', entry.ruleId, 64),
    parameter('process', textAt(parsed, 'process.name'), 64),
    parameter('user', textAt(parsed, 'user.name'), 64),
  ].join('');
  const start = `${header} [${structuredDataId}${data}] `;
  const left = format.maxMessageBytes - Buffer.byteLength(start);
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

import { readPath } from './field-map.ts';

/** What CEF, LEEF and structured data say of a document, by the name each gives it. */
interface FieldName {
  /** Dotted path in the ECS document. */
  readonly path: string;
  readonly cef: string;
  readonly leef: string;
  /** Of the label that CEF wants beside a custom field. */
  readonly cefLabel?: string;
}

/** The most telling last: when a message is too long, fields leave from the end. */
export const fieldNames: readonly FieldName[] = [
  { path: 'event.id', cef: 'externalId', leef: 'eventId' },
  { path: 'host.name', cef: 'dvchost', leef: 'identHostName' },
  { path: 'user.name', cef: 'suser', leef: 'usrName' },
  { path: 'user.domain', cef: 'sntdom', leef: 'domain' },
  { path: 'process.pid', cef: 'dpid', leef: 'pid' },
  { path: 'process.name', cef: 'dproc', leef: 'process' },
  { path: 'rule.id', cef: 'cs1', leef: 'ruleId', cefLabel: 'ruleId' },
  { path: 'process.executable', cef: 'filePath', leef: 'processPath' },
  { path: 'process.hash.sha256', cef: 'fileHash', leef: 'sha256' },
  { path: 'process.parent.name', cef: 'sproc', leef: 'parentProcess' },
  { path: 'process.parent.executable', cef: 'cs2', leef: 'parentPath', cefLabel: 'parentPath' },
  { path: 'problemchild.malicious_probability', cef: 'cfp1', leef: 'probability', cefLabel: 'probability' },
  { path: 'event.risk_score', cef: 'cfp2', leef: 'riskScore', cefLabel: 'riskScore' },
  { path: 'message', cef: 'msg', leef: 'msg' },
  { path: 'process.command_line', cef: 'cs3', leef: 'commandLine', cefLabel: 'commandLine' },
];

/** Text of a field; absent where the document has none, or something that is no single value. */
export function textAt(document: unknown, path: string): string | undefined {
  const value = readPath(document, path.split('.'));
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

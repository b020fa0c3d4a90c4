import { type Condition, type FieldName, readField } from '../../detection/index.ts';
import type { ProcessEvent } from '../../event/index.ts';
import { variablePart } from '../normal-line.ts';
import type { ExceptionEntry } from './exception-entry.ts';

/** As much of an alert as a suggestion needs. */
export interface SuggestibleAlert {
  readonly id: string;
  readonly rule: { readonly id: string };
  readonly subject: { readonly event: ProcessEvent };
}

/** Longest command line worth quoting in an entry. */
const maxLineLength = 1_000;

/**
 * The narrowest entry that silences this alert and its like: this rule, this program from this place with this
 * line (what varies from run to run replaced by `*`), from this parent, by this user.
 */
export function suggestException(alert: SuggestibleAlert, author: string): ExceptionEntry {
  const { event } = alert.subject;
  const conditions: Condition[] = [];
  const signer = firstValue(event, 'process.code_signature.subject_name');
  if (signer !== undefined && event.process.signature.trusted === true) {
    conditions.push({ field: 'process.code_signature.subject_name', is: [signer] });
    conditions.push({ field: 'process.code_signature.trusted', is: ['true'] });
  }
  for (const field of ['process.executable', 'process.parent.executable'] as const) {
    const path = firstValue(event, field);
    if (path !== undefined) conditions.push({ field, wildcard: [generalise(path)] });
  }
  const line = firstValue(event, 'process.command_line');
  if (line !== undefined && line.length <= maxLineLength) {
    conditions.push({ field: 'process.command_line', wildcard: [generalise(line)] });
  }
  const account: FieldName = event.user.id === undefined ? 'user.name' : 'user.id';
  const user = firstValue(event, account);
  if (user !== undefined) conditions.push({ field: account, is: [user] });
  if (conditions.length === 0) conditions.push({ field: 'process.name', is: [event.process.name ?? '?'] });
  return {
    id: `suggested-${alert.id.slice(0, 12)}`,
    rules: [alert.rule.id],
    response: false,
    conditions,
    reason: `Looked at alert ${alert.id}: say here why it is harmless`,
    author,
  };
}

function firstValue(event: ProcessEvent, field: FieldName): string | undefined {
  return readField(event, field)[0];
}

/** Turns literal `*` and `?` into `?` and what varies into `*`. */
function generalise(text: string): string {
  return text.replace(/[*?]/g, '?').replace(variablePart, '*').replace(/\*+/g, '*');
}

import type { ErrorCode } from '../errors/index.ts';
import type { HostEvent } from './host-event.ts';

/** What a decoder makes of one record: an event, a sound record of no interest, or a refusal. */
export type Decoded = HostEvent | Filtered | Refused;

/** A sound record that is no process start, end, network or DNS event of Windows. */
export interface Filtered {
  readonly kind: 'filtered';
}

/** A record that cannot be believed, and why. */
export interface Refused {
  readonly kind: 'refused';
  readonly code: ErrorCode;
  /** Name of the field at fault, as the record spells it. */
  readonly field: string | undefined;
  readonly message: string;
}

export const filtered: Filtered = { kind: 'filtered' };

export function refuse(code: ErrorCode, message: string, field?: string): Refused {
  return { kind: 'refused', code, field, message };
}

/** Thrown inside a decoder at the first impossible field; decoders turn it into {@link Refused}. */
export class FieldFault extends Error {
  override readonly name = 'FieldFault';
  readonly field: string;

  constructor(field: string, value: unknown, expected: string) {
    super(`${field} is ${quote(value)}, expected ${expected}`);
    this.field = field;
  }
}

/** Runs a decoder and turns a {@link FieldFault} into a refusal; any other error is a defect and passes. */
export function refusingFaults<T>(decode: (input: T) => Decoded, input: T): Decoded {
  try {
    return decode(input);
  } catch (error) {
    if (error instanceof FieldFault) return refuse('PC_EVENT_FIELD', error.message, error.field);
    throw error;
  }
}

const quotedLength = 60;

/** The value as JSON, cut to a length fit for a log line. */
function quote(value: unknown): string {
  const text =
    typeof value === 'string' ? JSON.stringify(value.slice(0, quotedLength)) : describeNonString(value);
  return typeof value === 'string' && value.length > quotedLength ? `${text}…` : text;
}

function describeNonString(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value !== null && typeof value === 'object') return 'an object';
  return String(value);
}

import { AgentError } from '../../errors/index.ts';
import { u16, u32, u64 } from './bytes.ts';
import { ValueType } from './layout.ts';
import type { Binding } from './template-plan.ts';
import { decodeUtf16, type RepeatedText } from './text.ts';
import type { ValueTable } from './value-table.ts';
import { renderValue } from './values.ts';

/** A field as text; `''` when its value is null. */
export function readText(binding: Binding, values: ValueTable): string {
  const index = binding.index;
  if (index < 0) return binding.constant;
  const type = values.typeOf(index);
  if (type === ValueType.null) return '';
  const at = values.offsets[index]!;
  const size = values.sizes[index]!;
  if (type === ValueType.string) return decodeUtf16(values.bytes, at, size);
  return renderValue(values.bytes, type, at, size);
}

/** {@link readText} for a field that mostly says the same. */
export function readRepeatedText(binding: Binding, values: ValueTable, text: RepeatedText): string {
  const index = binding.index;
  if (values.typeOf(index) !== ValueType.string) return readText(binding, values);
  return text.decode(values.bytes, values.offsets[index]!, values.sizes[index]!);
}

/** A field as a whole number; 0 when its value is null. */
export function readNumber(binding: Binding, values: ValueTable): number {
  const index = binding.index;
  const size = index < 0 ? 0 : values.sizes[index]!;
  const at = index < 0 ? 0 : values.offsets[index]!;
  switch (values.typeOf(index)) {
    case ValueType.uint8:
      if (size === 1) return values.bytes[at]!;
      break;
    case ValueType.uint16:
      if (size === 2) return u16(values.bytes, at);
      break;
    case ValueType.uint32:
      if (size === 4) return u32(values.bytes, at);
      break;
    case ValueType.uint64:
      if (size === 8) return u64(values.bytes, at);
      break;
    default:
      break;
  }
  return parseNumber(readText(binding, values));
}

/** A field as a whole number; `undefined` when its value is null. */
export function readOptionalNumber(binding: Binding, values: ValueTable): number | undefined {
  const isNull = binding.index < 0 ? binding.constant === '' : values.isNull(binding.index);
  return isNull ? undefined : readNumber(binding, values);
}

/** A System field's text as a number: `''` is 0, as in an event that leaves out an optional field. */
export function parseNumber(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value)) {
    throw new AgentError(
      'PC_SOURCE_EVTX_RECORD',
      `a field of System that must be a number says "${text.slice(0, 40)}"`,
    );
  }
  return value;
}

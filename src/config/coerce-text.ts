import type { Setting } from './layout.ts';
import { unwrapSchema } from './walk-schema.ts';

const decimal = /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/;

function coerceNumber(text: string): unknown {
  return decimal.test(text) ? Number(text) : text;
}

function coerceJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function coerceList(setting: Setting, text: string): unknown {
  if (text === '') return [];
  if (text.startsWith('[')) return coerceJson(text);
  const items = text.split(',').map((item) => item.trim());
  const element = (unwrapSchema(setting.schema).schema as unknown as { element: { def: { type: string } } })
    .element;
  return ['number', 'int'].includes(element.def.type) ? items.map(coerceNumber) : items;
}

/**
 * What text from an environment variable or a flag stands for. Text that does not fit the setting's kind
 * comes back as it is: the schema then says what it expected.
 */
export function coerceText(setting: Setting, given: string): unknown {
  const text = given.trim();
  if (setting.nullable && (text === '' || text === 'null')) return null;
  switch (setting.kind) {
    case 'number':
      return coerceNumber(text);
    case 'boolean':
      if (text === 'true' || text === '1') return true;
      return text === 'false' || text === '0' ? false : given;
    case 'list':
      return coerceList(setting, text);
    case 'json':
      return coerceJson(text);
    default:
      return given;
  }
}

import { InvalidArgumentError } from 'commander';
import { fieldNames } from '../detection/index.ts';
import { findNearest } from '../text/index.ts';

const tests: ReadonlySet<string> = new Set(['is', 'isExactly', 'wildcard', 'regex', 'under', 'exists']);

/** `process.name is msiexec.exe` as a condition of an entry; several values are separated by ` or `. */
export function parseCondition(text: string): Record<string, unknown> {
  const match = /^\s*(\S+)\s+(\S+)\s+(.+?)\s*$/s.exec(text);
  const [, field, test, value] = match ?? [];
  if (field === undefined || test === undefined || value === undefined || !tests.has(test)) {
    throw new InvalidArgumentError(
      `write FIELD ${[...tests].join('|')} VALUE, as in: process.name is msiexec.exe`,
    );
  }
  if (!(fieldNames as readonly string[]).includes(field)) {
    const nearest = findNearest(field, fieldNames);
    throw new InvalidArgumentError(
      `there is no field ${field}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
    );
  }
  if (test === 'exists') {
    if (value !== 'true' && value !== 'false') throw new InvalidArgumentError('exists takes true or false');
    return { field, exists: value === 'true' };
  }
  return { field, [test]: test === 'regex' ? [value] : value.split(/\s+or\s+/) };
}

/** For options that may be given more than once. */
export function collect<T>(parse: (text: string) => T): (text: string, earlier: T[] | undefined) => T[] {
  return (text, earlier) => [...(earlier ?? []), parse(text)];
}

import { Document, Scalar, visit } from 'yaml';
import { escapeHidden, escapeYamlHidden } from '../text/index.ts';
import type { CliIo } from './io.ts';

/** Prints a document as YAML in which everything can be seen: who approves it must not be shown another. */
export function printYaml(io: CliIo, value: unknown): void {
  const document = new Document(value);
  visit(document, {
    Scalar(_key, scalar) {
      if (typeof scalar.value !== 'string' || escapeHidden(scalar.value) === scalar.value) return;
      scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  io.stdout.write(escapeYamlHidden(document.toString({ lineWidth: 0 })));
}

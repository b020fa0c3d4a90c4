import { type Document, Scalar, visit } from 'yaml';
import { escapeHidden, escapeYamlHidden } from '../../text/index.ts';

/**
 * A document as YAML in which everything can be seen, and which parses to the same values: who approves an exception, or
 * reads it later, must not be shown another.
 */
export function formatVisibleYaml(document: Document, lineWidth = 0): string {
  visit(document, {
    Scalar(_key, scalar) {
      if (typeof scalar.value !== 'string' || escapeHidden(scalar.value) === scalar.value) return;
      scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return escapeYamlHidden(document.toString({ lineWidth }));
}

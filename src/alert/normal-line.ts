/**
 * Parts of a command line that differ from run to run: GUIDs, names of users' folders, long hex, numbers but no
 * addresses. A folder's name ends where it could be another word or command: what stands behind it is what tells lines apart.
 */
export const variablePart =
  /\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?|(?<=\\users\\)[\p{L}\p{N}._-]+|\b(?:0x)?[0-9a-f]{16,}\b|\b0x[0-9a-f]+\b|(?<!\.)\b\d{2,}\b(?!\.\d)/giu;

/** What exceeds this does not tell two command lines apart. */
const maxLength = 4_096;

/**
 * A command line by what it does: without case, quotes and extra blanks, and with `*` for what differs from
 * run to run.
 */
export function normalizeLine(line: string): string {
  return (line.length > maxLength ? line.slice(0, maxLength) : line)
    .toLowerCase()
    .replace(variablePart, '*')
    .replaceAll('"', '')
    .replace(/[ \t]+/g, ' ')
    .trim();
}

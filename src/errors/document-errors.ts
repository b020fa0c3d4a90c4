import { errorTable } from './codes.ts';

/** The reference of all error codes as a Markdown page. */
export function createErrorReference(): string {
  const lines = [
    '# Error codes',
    '',
    '<!-- Generated from src/errors/codes.ts by `npm run generate`; do not edit. -->',
    '',
    'Every error of the agent carries one of these codes. A code keeps its meaning once it is released.',
    '',
    '| Code | Cause | Remedy |',
    '|---|---|---|',
  ];
  const rows = Object.entries(errorTable).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [code, { cause, remedy }] of rows) {
    lines.push(`| \`${code}\` | ${[cause, remedy].map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`);
  }
  return `${lines.join('\n')}\n`;
}

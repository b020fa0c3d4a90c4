import type { Need } from './check.ts';
import { checks } from './checks.ts';

const needWords: Readonly<Record<Need, string>> = {
  configuration: 'a sound configuration',
  state: 'a state file',
  rights: 'access rights that can be read',
  windows: 'Windows',
  library: 'the native library',
  probe: '`--probe`',
};

/** The reference of all checks as a Markdown page. */
export function createDoctorReference(): string {
  const lines = [
    '# Checks of `problemchild doctor`',
    '',
    '<!-- Generated from src/agent/doctor/ by `npm run generate`; do not edit. -->',
    '',
    'Each check says `ok`, `warn`, `fail`, or `skipped` with the reason. Ids keep their meaning once released.',
    'See [operate.md](operate.md#is-everything-as-it-should-be) for how to read them.',
    '',
    '| Check | Passes when | Needs | Otherwise |',
    '|---|---|---|---|',
  ];
  for (const { id, title, needs, remedy } of checks) {
    const needed = needs.length === 0 ? '—' : needs.map((need) => needWords[need]).join(', ');
    lines.push(`| \`${id}\` | ${title} | ${needed} | ${remedy.replaceAll('|', '\\|')} |`);
  }
  return `${lines.join('\n')}\n`;
}

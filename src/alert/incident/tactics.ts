import type { TechniqueClue } from '../triage/index.ts';

/** ATT&CK's tactics in the order of an intrusion. */
const tacticNames: ReadonlyMap<string, string> = new Map([
  ['TA0001', 'Initial Access'],
  ['TA0002', 'Execution'],
  ['TA0003', 'Persistence'],
  ['TA0004', 'Privilege Escalation'],
  ['TA0005', 'Defense Evasion'],
  ['TA0006', 'Credential Access'],
  ['TA0007', 'Discovery'],
  ['TA0008', 'Lateral Movement'],
  ['TA0009', 'Collection'],
  ['TA0011', 'Command and Control'],
  ['TA0010', 'Exfiltration'],
  ['TA0040', 'Impact'],
]);

/** The tactics of some techniques, in the order of an intrusion. */
export function sortTactics(
  techniques: readonly TechniqueClue[],
): { readonly id: string; readonly name: string }[] {
  const found = new Set(techniques.map(({ tactic }) => tactic));
  return [...tacticNames].filter(([id]) => found.has(id)).map(([id, name]) => ({ id, name }));
}

import { styleText } from 'node:util';
import type { Incident, IncidentMember } from '../alert/index.ts';
import { escapeForTerminal, shortenForTerminal } from '../text/index.ts';
import { type AlertTableOptions, severityColours } from './alert-table.ts';

const membersShown = 12;
const indent = '  ';

/** One incident for eyes: what and when, how, and its strongest starts in order of time. */
export function formatIncident(incident: Incident, options: AlertTableOptions): string {
  const { severity, members, alerts, tactics, techniques } = incident;
  const room = Math.max(40, options.width - indent.length);
  const shown = severity.toUpperCase();
  const lines = [
    '',
    `${options.colour ? styleText(severityColours[severity], shown, { validateStream: false }) : shown}  risk ${incident.riskScore}  ${escapeForTerminal(incident.title, room)}`,
    `${indent}${timeOf(incident.startMs)} to ${timeOf(incident.endMs)} UTC, ${count(members.length, 'start')}, ${count(alerts.length, 'alert')}, id ${incident.id}`,
  ];
  if (tactics.length > 0) {
    const ids = [...new Set(techniques.map(({ id }) => id))].join(', ');
    lines.push(indent + escapeForTerminal(`ATT&CK: ${ids}`, room));
  }
  if (incident.iocs.length > 0)
    lines.push(indent + escapeForTerminal(`on a list: ${incident.iocs.join(', ')}`, room));
  const told = strongest(members);
  for (const member of told) lines.push(formatMember(member, room));
  if (members.length > told.length) lines.push(`${indent}and ${members.length - told.length} more`);
  return lines.join('\n');
}

/** The starts that say most, back in order of time. */
function strongest(members: readonly IncidentMember[]): IncidentMember[] {
  return members
    .map((member, index) => ({ member, index }))
    .sort((a, b) => b.member.score - a.member.score || a.index - b.index)
    .slice(0, membersShown)
    .sort((a, b) => a.index - b.index)
    .map(({ member }) => member);
}

function formatMember({ timeMs, score, name, line }: IncidentMember, room: number): string {
  const head = `${indent}${timeOf(timeMs).slice(11)}  ${score.toFixed(3)}  `;
  const text = line ?? name ?? '-';
  return head + shortenForTerminal(text, Math.max(30, room - head.length));
}

function timeOf(timeMs: number): string {
  return Math.abs(timeMs) <= 8.64e15 ? new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ') : '-';
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

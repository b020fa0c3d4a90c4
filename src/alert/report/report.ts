import { hash } from 'node:crypto';
import { escapeHtml } from '../../text/index.ts';
import type { IncidentDocument } from '../incident/index.ts';
import type { AlertDocument } from './alert-document.ts';
import { renderIncident } from './incident-section.ts';
import { reportStyle } from './report-style.ts';

/**
 * Incidents as one page that needs nothing else: no script, no network, one style sheet that its policy names by
 * hash. The same documents give the same page. Gravest incident first. `removed`: older ones that are not at hand any more.
 */
export function renderReport(
  incidents: readonly IncidentDocument[],
  alerts: readonly AlertDocument[],
  removed: { readonly alerts: number; readonly incidents: number } = { alerts: 0, incidents: 0 },
): string {
  const byId = new Map(alerts.map((alert) => [alert.event.id, alert]));
  const sorted = incidents.toSorted(
    (a, b) =>
      b.event.risk_score - a.event.risk_score ||
      (String(a.event.start) < String(b.event.start) ? -1 : 1) ||
      (a.event.id < b.event.id ? -1 : 1),
  );
  const policy = `default-src 'none'; style-src 'sha256-${hash('sha256', reportStyle, 'base64')}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Incidents: ${incidents.length}</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
<header><h1>${incidents.length === 0 ? 'No incidents' : `${incidents.length} incident${incidents.length === 1 ? '' : 's'}`}</h1>
<p class="soft">${summarize(sorted, alerts.length)}</p>${noteRemoved(removed)}</header>
${sorted.length > 1 ? renderContents(sorted) : ''}
${sorted.map((incident) => renderIncident(incident, byId)).join('\n')}
</main>
</body>
</html>
`;
}

function summarize(incidents: readonly IncidentDocument[], alerts: number): string {
  const hosts = new Set(incidents.map(({ host }) => host.name ?? host.id ?? '-'));
  const parts = [`${alerts} alert${alerts === 1 ? '' : 's'}`];
  if (hosts.size > 0) parts.push(`${hosts.size} host${hosts.size === 1 ? '' : 's'}`);
  return parts.join(', ');
}

function noteRemoved({ alerts, incidents }: { readonly alerts: number; readonly incidents: number }): string {
  if (alerts === 0 && incidents === 0) return '';
  const what = `${incidents} earlier incident${incidents === 1 ? '' : 's'} and ${alerts} earlier alert${alerts === 1 ? '' : 's'}`;
  return `\n<p class="soft">Not on this page: ${what} that the state file keeps no more.</p>`;
}

function renderContents(incidents: readonly IncidentDocument[]): string {
  const rows = incidents.map(
    ({ event, problemchild, host }) =>
      `<tr><td><span class="badge ${escapeHtml(problemchild.severity)}">${escapeHtml(problemchild.severity)}</span></td><td class="num">${escapeHtml(String(event.start).slice(0, 19).replace('T', ' '))}</td><td>${escapeHtml(host.name ?? host.id ?? '-')}</td><td><a href="#${escapeHtml(event.id)}">${escapeHtml(problemchild.incident.title)}</a></td></tr>`,
  );
  return `<div class="card"><table><tbody>${rows.join('')}</tbody></table></div>`;
}

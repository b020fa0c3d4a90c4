import { escapeHtml } from '../../text/index.ts';
import type { IncidentDocument } from '../incident/index.ts';
import type { AlertDocument } from './alert-document.ts';
import { drawProcessTree } from './process-tree.ts';
import { drawScoreChart } from './score-chart.ts';

const rowsShown = 200;
const openRows = 25;

/** One incident as a part of the page. `alerts`: documents of its alerts, by id. */
export function renderIncident(
  document: IncidentDocument,
  alerts: ReadonlyMap<string, AlertDocument>,
): string {
  const { problemchild, event, host, related } = document;
  const story = problemchild.incident;
  const own = problemchild.alert_ids.flatMap((id) => alerts.get(id) ?? []);
  const facts: readonly (readonly [string, string])[] = [
    ['Host', host.name ?? host.id ?? '-'],
    ['Accounts', related.user.join(', ')],
    ['From', clock(event.start)],
    ['To', clock(event.end)],
    ['Starts', String(problemchild.event_ids.length)],
    ['Alerts', String(problemchild.alert_ids.length)],
    ['Risk', String(event.risk_score)],
  ];
  return `<section class="card" id="${escapeHtml(event.id)}">
<div class="head"><span class="badge ${escapeHtml(problemchild.severity)}">${escapeHtml(problemchild.severity)}</span><h2>${escapeHtml(story.title)}</h2></div>
<dl class="facts">${facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`).join('')}</dl>
${renderTechniques(document)}
${part('Indicators on a list', renderList(story.iocs))}
${part('Scores over time', drawScoreChart(story))}
${part('Process tree', drawProcessTree(story))}
${part('Timeline', renderTimeline(story))}
${part('Network', renderNetwork(story))}
${part('What to check next', renderList(uniqueTexts(own, 'checks')))}
${part('What to do', renderList(uniqueTexts(own, 'actions')))}
${part('Alerts', renderAlerts(story, alerts))}
<p class="soft mono">incident ${escapeHtml(event.id)}</p>
</section>`;
}

function part(title: string, content: string): string {
  return content === '' ? '' : `<h3>${title}</h3>${content}`;
}

function renderTechniques({ threat }: IncidentDocument): string {
  const tags = threat.flatMap(({ tactic, technique }) => {
    const names = [
      ...(technique.id ?? []).map((id, index) => `${id} ${technique.name?.[index] ?? ''}`),
      ...(technique.subtechnique?.id ?? []).map(
        (id, index) => `${id} ${technique.subtechnique?.name[index] ?? ''}`,
      ),
    ];
    return names.map((name) => `${tactic.name.join(', ')}: ${name}`);
  });
  return tags.length === 0
    ? ''
    : `<ul class="tags">${tags.map((tag) => `<li>${escapeHtml(tag)}</li>`).join('')}</ul>`;
}

function renderTimeline({ timeline }: IncidentDocument['problemchild']['incident']): string {
  const rows = timeline
    .slice(0, rowsShown)
    .map(
      (member) =>
        `<tr><td class="num">${clock(member['@timestamp'])}</td><td class="num">${member.malicious_probability.toFixed(3)}</td><td class="num">${Math.round(member.rarity)}</td><td class="account">${escapeHtml(member.user)}</td><td>${escapeHtml(member.parent_name ?? '?')} → <strong>${escapeHtml(member.name ?? '?')}</strong>${member.role === 'flagged' ? '' : ` <span class="soft">(${member.role})</span>`}<br><code>${escapeHtml(member.command_line ?? '-')}</code></td></tr>`,
    );
  const table = (some: readonly string[]): string =>
    `<table><thead><tr><th>Time (UTC)</th><th>Score</th><th>Rarity</th><th>Account</th><th>Process</th></tr></thead><tbody>${some.join('')}</tbody></table>`;
  const rest = rows.slice(openRows);
  const further =
    timeline.length > rowsShown ? `<p class="soft">and ${timeline.length - rowsShown} more</p>` : '';
  return (
    table(rows.slice(0, openRows)) +
    (rest.length === 0
      ? ''
      : `<details><summary>${rest.length} more starts</summary>${table(rest)}${further}</details>`)
  );
}

function renderNetwork({ network }: IncidentDocument['problemchild']['incident']): string {
  const rows = network.flatMap(({ process, connections, dns }) => [
    ...connections.map(({ destination, count }) => [process, 'connected to', destination, count] as const),
    ...dns.map(({ question, count }) => [process, 'asked for', question, count] as const),
  ]);
  if (rows.length === 0) return '';
  return `<table><tbody>${rows
    .slice(0, rowsShown)
    .map(
      ([process, what, where, count]) =>
        `<tr><td>${escapeHtml(process ?? '?')}</td><td>${what}</td><td><code>${escapeHtml(where)}</code></td><td class="num">${count}×</td></tr>`,
    )
    .join('')}</tbody></table>`;
}

function renderAlerts(
  story: IncidentDocument['problemchild']['incident'],
  alerts: ReadonlyMap<string, AlertDocument>,
): string {
  const rows = story.alerts.slice(0, rowsShown).map((alert) => {
    const document = alerts.get(alert.id);
    const reasons = (document?.problemchild.reasons ?? []).slice(0, 4).map(({ text }) => text);
    const why = reasons.length === 0 ? '' : `<br><span class="soft">${escapeHtml(reasons.join(', '))}</span>`;
    return `<tr><td class="num">${clock(alert['@timestamp'])}</td><td>${escapeHtml(alert.severity)}</td><td>${escapeHtml(document?.message ?? alert.rule.name)}${why}</td><td class="mono soft">${escapeHtml(alert.id.slice(0, 12))}</td></tr>`;
  });
  const body = `<table><thead><tr><th>Time (UTC)</th><th>Severity</th><th>Alert</th><th>Id</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return rows.length > 8
    ? `<details><summary>${story.alerts.length} alerts</summary>${body}</details>`
    : body;
}

function renderList(texts: readonly string[]): string {
  if (texts.length === 0) return '';
  return `<ul class="plain">${texts.map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</ul>`;
}

function uniqueTexts(alerts: readonly AlertDocument[], key: 'checks' | 'actions'): string[] {
  const texts = alerts
    .flatMap(({ problemchild }) => problemchild.triage?.[key] ?? [])
    .filter((text) => !text.includes('exceptions suggest'));
  return [...new Set(texts)].slice(0, 10);
}

function clock(time: string | undefined): string {
  return time === undefined ? '-' : escapeHtml(time.slice(0, 19).replace('T', ' '));
}

import { escapeHtml } from '../../text/index.ts';
import type { IncidentDocument } from '../incident/index.ts';
import { dotClass } from './process-tree.ts';

type Story = IncidentDocument['problemchild']['incident'];

const width = 1_100;
const height = 190;
const left = 44;
const right = 16;
const top = 12;
const bottom = 34;
const ticks = 5;

/** Malicious probability of each start over time, and when alerts were raised, drawn as SVG. */
export function drawScoreChart({ timeline, alerts }: Story): string {
  const times = [...timeline, ...alerts]
    .map((each) => Date.parse(each['@timestamp'] ?? ''))
    .filter(Number.isFinite);
  if (times.length === 0) return '';
  const from = times.reduce((a, b) => Math.min(a, b));
  const to = Math.max(
    times.reduce((a, b) => Math.max(a, b)),
    from + 1_000,
  );
  const xOf = (time: string | undefined): number =>
    left + ((Date.parse(time ?? '') - from) / (to - from)) * (width - left - right);
  const yOf = (score: number): number => top + (1 - score) * (height - top - bottom);
  const marks: string[] = [];
  for (const score of [0, 0.5, 1]) {
    const y = yOf(score);
    marks.push(`<path class="${score === 0.5 ? 'cut' : 'grid'}" d="M${left} ${y}H${width - right}"/>`);
    marks.push(`<text class="axis" x="${left - 8}" y="${y + 4}" text-anchor="end">${score}</text>`);
  }
  for (let tick = 0; tick <= ticks; tick++) {
    const at = from + ((to - from) * tick) / ticks;
    const x = left + ((width - left - right) * tick) / ticks;
    const anchor = tick === 0 ? 'start' : tick === ticks ? 'end' : 'middle';
    const label = new Date(at)
      .toISOString()
      .slice(to - from > 86_400_000 ? 5 : 11, 19)
      .replace('T', ' ');
    marks.push(
      `<text class="axis" x="${x.toFixed(1)}" y="${height - 4}" text-anchor="${anchor}">${label}</text>`,
    );
  }
  for (const alert of alerts) {
    const x = xOf(alert['@timestamp']);
    if (!Number.isFinite(x)) continue;
    const base = height - bottom;
    marks.push(
      `<g><title>${escapeHtml(alert.rule.name)}</title><path class="tick" d="M${x.toFixed(1)} ${base + 2}V${base + 10}"/></g>`,
    );
  }
  for (const member of timeline) {
    const x = xOf(member['@timestamp']);
    if (!Number.isFinite(x)) continue;
    const score = member.malicious_probability;
    marks.push(
      `<g><title>${escapeHtml(`${member.name ?? '?'} ${score.toFixed(3)}`)}</title><circle class="dot ${dotClass(score)}" cx="${x.toFixed(1)}" cy="${yOf(score).toFixed(1)}" r="4.5" fill-opacity=".85"/></g>`,
    );
  }
  return `<div class="chart"><svg role="img" aria-label="Scores over time" viewBox="0 0 ${width} ${height}">${marks.join('')}</svg></div>
<p class="legend">Each dot is a process start at its malicious probability; the dashed line is where the model calls it malicious. Blue marks are alerts.</p>`;
}

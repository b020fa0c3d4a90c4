/** One metric of the Prometheus text format: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export interface Metric {
  /** Without the prefix `problemchild_`; a counter's ends in `_total`. */
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export const metricsContentType = 'text/plain; version=0.0.4; charset=utf-8';

/** Longest value of a label, in UTF-16 units: names of rules and destinations are free text. */
const maxLabelLength = 128;

/** The metrics as text. One without samples is left out. */
export function formatMetrics(metrics: readonly Metric[]): string {
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, type, help, samples }) => {
      const full = `problemchild_${name}`;
      const values = new Map<string, number>();
      for (const { labels = {}, value } of samples) {
        // Two that are the same once cut must not come twice: a scrape would fail as a whole.
        const key = formatLabels(labels);
        values.set(key, (values.get(key) ?? 0) + value);
      }
      const lines = [...values].map(([labels, value]) => `${full}${labels} ${formatNumber(value)}\n`);
      return `# HELP ${full} ${escapeHelp(help)}\n# TYPE ${full} ${type}\n${lines.join('')}`;
    })
    .join('');
}

function formatLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function formatNumber(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(text: string): string {
  // Half a surrogate pair has no UTF-8.
  return escapeHelp(text.slice(0, maxLabelLength).toWellFormed()).replaceAll('"', '\\"');
}

import type { AgentStatus, StateGlance, SuspendedProcess } from '../agent/index.ts';
import { escapeForTerminal } from '../text/index.ts';
import { formatDestinations } from './forward-tables.ts';
import { formatResponseStatus } from './response-table.ts';

const labelWidth = 12;

/** How a running agent is, for eyes. */
export function formatAgentStatus(status: AgentStatus, suspended: readonly SuspendedProcess[]): string {
  const { source, counters, alerts, outbox, process, model } = status;
  const lines = [
    line('agent', `running, version ${clean(status.version)}, pid ${status.pid} on ${clean(status.host)}`),
    line('since', `${clean(status.startedAt)} (${formatSpan(status.uptimeMs)})`),
    line('state file', status.stateFile === null ? 'none' : clean(status.stateFile)),
    line('model', `${clean(model.name)} (${clean(model.sha256).slice(0, 12)})`),
    line(
      'source',
      `${clean(source.name)}, ${source.recordsPerSecond} records/s, ${source.startsPerSecond} starts/s`,
    ),
    ...formatCaptures(source),
    line('last event', clean(source.lastEventAt ?? 'none yet')),
    line(
      'records',
      `${counters.records} = scored ${counters.scored} + related ${counters.related} + filtered ${counters.filtered} + rejected ${counters.rejected}${mark(counters.addUp)}`,
    ),
    line(
      'alerts',
      `${alerts.raised} = shown ${alerts.shown} + suppressed ${alerts.suppressed} + silenced ${alerts.silenced} + duplicates ${alerts.duplicates}${mark(alerts.addUp)}; incidents ${alerts.incidents}`,
    ),
    line(
      'outbox',
      `${outbox.entries} documents wait, ${outbox.deadLetters} dead letters, ${outbox.held} held in memory`,
    ),
    ...formatDestinations(status.destinations),
    ...status.destinations
      .filter(({ failures }) => failures > 0)
      .map(({ name, failures, lastFailure }) =>
        line(
          '',
          `${clean(name)}: failed ${failures} times in a row: ${escapeForTerminal(lastFailure ?? '?', 300)}`,
        ),
      ),
    line('memory', `${formatBytes(process.rssBytes)} (heap ${formatBytes(process.heapUsedBytes)})`),
    line('processor', `${process.cpuPercent} % of one core on average, ${formatSpan(process.cpuMs)} in all`),
    ...status.stages.map(({ name, state, reason }) =>
      line('stage', `${clean(name)}: ${clean(state)}${reason === undefined ? '' : ` (${clean(reason)})`}`),
    ),
  ];
  if (status.response === undefined)
    lines.push(line('response', 'none: without a state file nobody is acted on'));
  else lines.push(formatResponseStatus(status.response, true));
  for (const { entity, name, since, due } of suspended) {
    const until = due === undefined ? 'until a person decides' : `is decided about at ${clean(due)}`;
    lines.push(line('', `${clean(entity)} ${clean(name ?? '?')} since ${clean(since)}, ${until}`));
  }
  return `${lines.join('\n')}\n`;
}

/** What is known without an agent, for eyes. */
export function formatStateGlance({
  why,
  stateFile,
  lastWrittenAt,
  outbox,
  destinations,
  response,
}: StateGlance): string {
  const lines = [
    line('agent', `NOT RUNNING (${escapeForTerminal(why, 400)})`),
    line('state file', stateFile === null ? 'none is named' : clean(stateFile)),
  ];
  if (stateFile !== null) lines.push(line('last written', lastWrittenAt ?? 'never: there is no such file'));
  if (outbox !== undefined) {
    lines.push(line('outbox', `${outbox.entries} documents wait, ${outbox.deadLetters} dead letters`));
    lines.push(...formatDestinations(destinations));
  }
  if (response !== undefined) lines.push(formatResponseStatus(response, false));
  return `${lines.join('\n')}\n`;
}

function formatCaptures({ captures, lost }: AgentStatus['source']): string[] {
  const lines = Object.entries(captures).map(
    ([name, { state, received, delivered, dropped, queued, etwEventsLost, gapRecords }]) =>
      line(
        '',
        `${clean(name)}: ${clean(state)}, received ${received}, delivered ${delivered}, queued ${queued}, dropped ${dropped}, lost in Windows ${etwEventsLost + gapRecords}`,
      ),
  );
  return lost > 0 ? [...lines, line('', `LOST ${lost} events; see docs/operate.md`)] : lines;
}

function line(label: string, text: string): string {
  return `${label.padEnd(labelWidth)} ${text}`;
}

function mark(addUp: boolean): string {
  return addUp ? '' : ' (DOES NOT ADD UP)';
}

function clean(text: string): string {
  return escapeForTerminal(text, 200);
}

function formatBytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}

/** `3d 4h`, `12m 5s`, `0s`: the two largest units. */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return '0s';
  return parts
    .slice(first, first + 2)
    .filter(([count], index) => index === 0 || count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ');
}

import type { AgentStatus } from '../status.ts';
import type { Metric, Sample } from './metrics-text.ts';

const modes = ['audit', 'suspend', 'terminate'] as const;

/** An agent's status as metrics; their names are an interface, docs/operate.md lists them. */
export function metricsOf(status: AgentStatus): Metric[] {
  return [
    ...agentMetrics(status),
    ...recordMetrics(status),
    ...outboxMetrics(status),
    ...responseMetrics(status),
  ];
}

function agentMetrics({ version, model, host, startedAt, process, stages }: AgentStatus): Metric[] {
  return [
    gauge('info', 'Always 1; its labels say which agent and model this is.', [
      { labels: { version, host, model: model.name, model_sha256: model.sha256 }, value: 1 },
    ]),
    gauge('start_time_seconds', 'When the agent started, in seconds since 1970.', [
      { value: Date.parse(startedAt) / 1_000 },
    ]),
    gauge('resident_memory_bytes', 'Memory of the agent that is in RAM.', [{ value: process.rssBytes }]),
    gauge('heap_used_bytes', 'Heap that JavaScript uses.', [{ value: process.heapUsedBytes }]),
    counter('cpu_seconds_total', 'Processor time used since the start.', [{ value: process.cpuMs / 1_000 }]),
    gauge(
      'stage_fine',
      '1 while a part of the agent is neither behind, stalled nor failing.',
      stages.map(({ name, state }) => ({ labels: { stage: name }, value: state === 'fine' ? 1 : 0 })),
    ),
  ];
}

function recordMetrics({ counters, alerts, source }: AgentStatus): Metric[] {
  const { scored, related, filtered, rejected, rejectedByCode } = counters;
  const { shown, suppressed, silenced, duplicates } = alerts;
  return [
    counter(
      'records_total',
      'Records read, by what became of them.',
      byOutcome({ scored, related, filtered, rejected }),
    ),
    counter('rejected_records_total', 'Rejected records, by error code.', byLabel('code', rejectedByCode)),
    gauge(
      'last_event_timestamp_seconds',
      'Time of the newest event, as the event says.',
      source.lastEventAt === undefined ? [] : [{ value: Date.parse(source.lastEventAt) / 1_000 }],
    ),
    counter(
      'capture_events_total',
      'Events of each capture, by what became of them.',
      Object.entries(source.captures).flatMap(([capture, { delivered, dropped, filtered: merged, failed }]) =>
        byOutcome({ delivered, dropped, filtered: merged, failed }).map(({ labels, value }) => ({
          labels: { capture, ...labels },
          value,
        })),
      ),
    ),
    counter('lost_events_total', 'Events that are known to be lost on the way to the agent.', [
      { value: source.lost },
    ]),
    counter(
      'alerts_total',
      'Alerts raised, by what became of them.',
      byOutcome({ shown, suppressed, silenced, duplicates }),
    ),
    counter('rule_alerts_total', 'Alerts shown, by rule.', byLabel('rule', alerts.shownByRule)),
    counter('incidents_total', 'Incidents told.', [{ value: alerts.incidents }]),
  ];
}

function outboxMetrics({ outbox, destinations }: AgentStatus): Metric[] {
  return [
    gauge('outbox_documents', 'Documents that wait in the outbox.', [{ value: outbox.entries }]),
    gauge('outbox_bytes', 'Their size.', [{ value: outbox.bytes }]),
    gauge('outbox_held_documents', 'Documents in memory because the disk is full.', [{ value: outbox.held }]),
    gauge('dead_letters', 'Documents that a destination refused for good.', [{ value: outbox.deadLetters }]),
    counter(
      'outbox_dropped_documents_total',
      'Documents not taken in while the disk was full, or left by a destination that was removed; kept over restarts.',
      [{ value: outbox.dropped }],
    ),
    counter(
      'destination_documents_total',
      'Documents offered to each destination, by what became of them; kept over restarts.',
      destinations.flatMap(({ name, delivered, filtered, rejected, dropped }) =>
        byOutcome({ delivered, filtered, rejected, dropped }).map(({ labels, value }) => ({
          labels: { destination: name, ...labels },
          value,
        })),
      ),
    ),
    gauge(
      'destination_waiting_documents',
      'Documents that wait for each destination.',
      destinations.map(({ name, waiting }) => ({ labels: { destination: name }, value: waiting })),
    ),
    gauge(
      'destination_failures',
      'Failed tries in a row of each destination.',
      destinations.map(({ name, failures }) => ({ labels: { destination: name }, value: failures })),
    ),
  ];
}

function responseMetrics({ mode, response }: AgentStatus): Metric[] {
  return [
    gauge(
      'response_mode',
      '1 for the mode in force.',
      modes.map((each) => ({ labels: { mode: each }, value: each === mode ? 1 : 0 })),
    ),
    gauge(
      'response_stood_down',
      '1 while nothing is acted on until a person arms the agent.',
      response === undefined ? [] : [{ value: response.standDown === undefined ? 0 : 1 }],
    ),
    gauge(
      'suspended_processes',
      'Processes that the agent holds suspended.',
      response === undefined ? [] : [{ value: response.held }],
    ),
  ];
}

function counter(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, type: 'counter', help, samples };
}

function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, type: 'gauge', help, samples };
}

function byOutcome(counts: Readonly<Record<string, number>>): Sample[] {
  return byLabel('outcome', counts);
}

function byLabel(label: string, counts: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(counts).map(([name, value]) => ({ labels: { [label]: name }, value }));
}

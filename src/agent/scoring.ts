import type { ScoredStart } from '../anomaly/index.ts';
import { AgentError } from '../errors/index.ts';
import type { DnsEvent, HostEvent, NetworkEvent } from '../event/index.ts';
import type { ProcessTable, TracedEvent } from '../lineage/index.ts';
import type { Scorer } from '../problemchild/index.ts';

/** What happened, in the order of the batch: a start with its score, or what a process did on the network. */
export type Occurrence =
  | { readonly kind: 'start'; readonly start: ScoredStart }
  | {
      readonly kind: 'activity';
      readonly event: NetworkEvent | DnsEvent;
      /** Entity id of the process; `undefined` when the table does not know it. */
      readonly processId: string | undefined;
    };

/** Resolves who started each process of a batch, then scores the starts. All else keeps its place among them. */
export async function scoreBatch(
  events: readonly HostEvent[],
  table: ProcessTable,
  scorer: Scorer,
): Promise<Occurrence[]> {
  const traced: TracedEvent[] = [];
  // A place for each start is held free until its score is known.
  const places: (Occurrence | undefined)[] = [];
  for (const event of events) {
    const found = table.observe(event);
    if (found !== undefined) {
      traced.push(found);
      places.push(undefined);
    } else if (event.kind === 'network' || event.kind === 'dns') {
      places.push({ kind: 'activity', event, processId: table.identify(event) ?? event.entityId });
    }
  }
  const predictions = await scorer.score(
    traced.map(scorer.readsLineage ? ({ event }) => event : ({ untraced }) => untraced),
  );
  let next = 0;
  return places.map((place) => {
    if (place !== undefined) return place;
    const { event, ancestors } = traced[next]!;
    const prediction = predictions[next++];
    if (prediction === undefined) throw new AgentError('PC_INTERNAL', `no prediction for event ${event.id}`);
    return { kind: 'start', start: { event, ancestors, prediction } };
  });
}

/** The starts of a batch with their scores, in order. */
export async function scoreEvents(
  events: readonly HostEvent[],
  table: ProcessTable,
  scorer: Scorer,
): Promise<ScoredStart[]> {
  const occurrences = await scoreBatch(events, table, scorer);
  return occurrences.flatMap((each) => (each.kind === 'start' ? [each.start] : []));
}

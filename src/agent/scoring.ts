import type { ScoredStart } from '../anomaly/index.ts';
import { AgentError } from '../errors/index.ts';
import type { HostEvent } from '../event/index.ts';
import type { ProcessTable, TracedEvent } from '../lineage/index.ts';
import type { Scorer } from '../problemchild/index.ts';

/** Resolves who started each process of a batch, then scores the starts, in the order of the batch. */
export async function scoreEvents(
  events: readonly HostEvent[],
  table: ProcessTable,
  scorer: Scorer,
): Promise<ScoredStart[]> {
  const traced: TracedEvent[] = [];
  for (const event of events) {
    const found = table.observe(event);
    if (found !== undefined) traced.push(found);
  }
  const predictions = await scorer.score(
    traced.map(scorer.readsLineage ? ({ event }) => event : ({ untraced }) => untraced),
  );
  return traced.map(({ event, ancestors }, index) => {
    const prediction = predictions[index];
    if (prediction === undefined) throw new AgentError('PC_INTERNAL', `no prediction for event ${event.id}`);
    return { event, ancestors, prediction };
  });
}

import { type Alert, createAlert, type Reason } from '../alert/index.ts';
import type { ScoredStart } from '../anomaly/index.ts';
import type { EventRules } from '../detection/index.ts';
import type { ProcessEvent } from '../event/index.ts';
import type { ProcessTable } from '../lineage/index.ts';
import type { Scorer } from '../problemchild/index.ts';
import type { SourceBatch } from '../source/index.ts';
import type { AlertTable, BookmarkTable, Store } from '../store/index.ts';
import { scoreEvents } from './scoring.ts';
import { Tally } from './tally.ts';

export interface PipelineParts {
  readonly table: ProcessTable;
  readonly scorer: Scorer;
  readonly eventRules: EventRules;
  /** What moved an event's score; asked only of events that alert. */
  readonly explain: (event: ProcessEvent) => readonly Reason[];
  readonly store: Store;
  readonly alerts: AlertTable;
  readonly bookmarks: BookmarkTable;
}

export interface BatchOutcome {
  readonly scored: readonly ScoredStart[];
  readonly alerts: readonly Alert[];
}

/** Everything between a source and those who are told: the same for live events and recordings. */
export class Pipeline {
  readonly tally = new Tally();
  readonly #parts: PipelineParts;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
  }

  /** Takes one batch through to its alerts and commits them together with its bookmark. */
  async process(sourceName: string, batch: SourceBatch): Promise<BatchOutcome> {
    const { table, scorer, eventRules, explain, store, alerts: alertTable, bookmarks } = this.#parts;
    this.tally.countBatch(batch);
    const scored = await scoreEvents(batch.events, table, scorer);
    this.tally.scored += scored.length;
    const raised = scored.flatMap((subject) =>
      eventRules.evaluate(subject).map((detection) => createAlert(detection, explain(subject.event))),
    );
    const alerts: Alert[] = [];
    store.transaction(() => {
      for (const alert of raised) {
        if (alertTable.insert(alert)) alerts.push(alert);
      }
      bookmarks.set(sourceName, batch.bookmark);
    });
    for (const alert of alerts) this.tally.countAlert(alert.rule.name);
    this.tally.duplicates += raised.length - alerts.length;
    return { scored, alerts };
  }
}

import type { InterimAnomaly, ScoredStart } from '../anomaly/index.ts';
import type { EventDetection, MlDetection } from '../detection/index.ts';
import type { DnsEvent, NetworkEvent } from '../event/index.ts';
import { type Alert, createAlert, createAnomalyAlert, type Reason } from './alert.ts';
import type { ExceptionEntry, ExceptionList } from './exceptions/index.ts';
import { HostClocks } from './host-clocks.ts';
import { type Incident, type IncidentOptions, IncidentTracker } from './incident/index.ts';
import type { IocList } from './ioc/index.ts';
import type { StatePort } from './state-port.ts';
import { hostKeyOf } from './subject-keys.ts';
import { Suppression, type SuppressionOptions } from './suppression/index.ts';
import { type BinaryFacts, TriageMemory } from './triage/index.ts';

const none: readonly Alert[] = [];

/** Where alerts and incidents are kept. */
export interface AlertArchive {
  has(alertId: string): boolean;
  /** False when it is there already. */
  insertAlert(alert: Alert): boolean;
  insertIncident(incident: Incident): boolean;
}

export interface AlertDeskParts {
  /** In force now: asked anew for every alert, so that it can be exchanged. */
  readonly exceptions: () => ExceptionList;
  readonly iocs: () => IocList;
  readonly facts: BinaryFacts;
  readonly archive: AlertArchive;
  /** What moved an event's score; asked only about alerts that are shown. */
  readonly explain: (start: ScoredStart) => readonly Reason[];
  /** Told of every alert that an exception silences. */
  readonly onSilenced?: (alert: Alert, entry: ExceptionEntry) => void;
  readonly suppression?: Partial<SuppressionOptions>;
  readonly incidents?: Partial<IncidentOptions>;
  /** What an earlier desk saved. */
  readonly state?: StatePort | undefined;
  /** Those of an earlier desk of the same run, which go on. */
  readonly counters?: AlertCounters | undefined;
}

/** raised = shown + silenced + duplicates + suppressed, always. */
export class AlertCounters {
  raised = 0;
  /** By exceptions. */
  silenced = 0;
  /** The same rule had already fired on the same source events, or the same roll-up had told of them. */
  duplicates = 0;
  /** Held back by suppression, and told by a roll-up. */
  suppressed = 0;
  /** Roll-ups shown, besides the alerts. */
  rollUps = 0;
  incidents = 0;
  /** By id of the exception, as far as any was used. */
  readonly silencedByEntry = new Map<string, number>();
  readonly shownByRule = new Map<string, number>();

  get shown(): number {
    let sum = 0;
    for (const count of this.shownByRule.values()) sum += count;
    return sum;
  }

  /** What to go back to when the work that follows is undone. */
  snapshot(): () => void {
    const { raised, silenced, duplicates, suppressed, rollUps, incidents } = this;
    const silencedByEntry = [...this.silencedByEntry];
    const shownByRule = [...this.shownByRule];
    return () => {
      Object.assign(this, { raised, silenced, duplicates, suppressed, rollUps, incidents });
      this.silencedByEntry.clear();
      for (const [entry, count] of silencedByEntry) this.silencedByEntry.set(entry, count);
      this.shownByRule.clear();
      for (const [rule, count] of shownByRule) this.shownByRule.set(rule, count);
    };
  }
}

export interface DeskOutcome {
  /** In the order in which they are due, roll-ups among them. */
  readonly alerts: readonly Alert[];
  readonly incidents: readonly Incident[];
}

/**
 * Makes of detections what a person should see: exceptions, then suppression, then triage; and gathers it into
 * incidents. All of it is a function of the events in their order.
 */
export class AlertDesk {
  readonly counters: AlertCounters;
  readonly #parts: AlertDeskParts;
  readonly #clocks: HostClocks;
  readonly #suppression: Suppression;
  readonly #triage: TriageMemory;
  readonly #incidents: IncidentTracker;
  #shown: Alert[] = [];
  #told: Incident[] = [];

  constructor(parts: AlertDeskParts) {
    const { state, facts } = parts;
    this.#parts = parts;
    this.counters = parts.counters ?? new AlertCounters();
    this.#clocks = new HostClocks(state);
    this.#suppression = new Suppression(parts.suppression, state);
    this.#triage = new TriageMemory(facts, state);
    this.#incidents = new IncidentTracker(facts, this.#triage, parts.incidents, state);
  }

  /** Takes what the anomaly rules found. Comes before the start whose arrival let them run. */
  takeAnomalies(detections: readonly MlDetection[]): void {
    for (const detection of detections) this.#raise(createAnomalyAlert(detection));
  }

  /** Takes the next start in order of arrival, with what the event rules found. */
  takeStart(
    start: ScoredStart,
    rarity: InterimAnomaly | undefined,
    detections: readonly EventDetection[],
  ): void {
    const isDated = start.event.timestamp !== undefined;
    if (isDated) this.#advance(hostKeyOf(start.event.host), start.event.timeMs);
    const isFlagged = start.prediction.prediction === 1;
    if (isFlagged) this.#triage.observeFlagged(start);
    const heard = detections.length === 0 ? none : this.#hear(detections, rarity);
    const isHeard = isFlagged && (detections.length === 0 || heard.length > 0);
    if (isDated) this.#incidents.observe(start, isHeard, rarity?.score ?? 0);
    for (const alert of heard) this.#pass(alert);
    this.#triage.observe(start);
  }

  /** `processId`: the entity id that the process table knows the process by. */
  takeActivity(event: NetworkEvent | DnsEvent, processId: string | undefined): void {
    if (processId !== undefined) this.#triage.observeActivity(event, processId);
  }

  /** Tells what was over at a time of day on hosts that have been silent since. Their clocks stay. */
  passTime(timeMs: number): void {
    for (const host of this.#clocks.before(timeMs)) this.#close(host, timeMs);
    for (const incident of this.#incidents.catchUp()) this.#tell(incident);
  }

  /** A finite recording has ended: what is open is told. */
  finish(): void {
    for (const rollUp of this.#suppression.flush()) this.#showRollUp(rollUp);
    for (const incident of this.#incidents.flush()) this.#tell(incident);
  }

  /** What became due since the last call. */
  drain(): DeskOutcome {
    const outcome = { alerts: this.#shown, incidents: this.#told };
    this.#shown = [];
    this.#told = [];
    return outcome;
  }

  /** The port holds nothing of it: all is to be saved again. */
  forgetSaved(): void {
    this.#clocks.forgetSaved();
    this.#suppression.forgetSaved();
    this.#triage.forgetSaved();
    this.#incidents.forgetSaved();
  }

  /** Belongs in the transaction of the batch, as does everything before it. */
  save(port: StatePort): void {
    this.#clocks.save(port);
    this.#suppression.save(port);
    this.#triage.save(port);
    this.#incidents.save(port);
  }

  /** The alerts of these detections that no exception silences. */
  #hear(detections: readonly EventDetection[], rarity: InterimAnomaly | undefined): readonly Alert[] {
    const alerts = detections.map((detection) => createAlert(detection, [], rarity));
    const heard = alerts.filter((alert) => !this.#isSilenced(alert));
    this.counters.raised += alerts.length;
    this.counters.silenced += alerts.length - heard.length;
    return heard;
  }

  #advance(host: string, timeMs: number): void {
    const { nowMs, evicted } = this.#clocks.advance(host, timeMs);
    if (evicted !== undefined) {
      for (const rollUp of this.#suppression.flush(evicted)) this.#showRollUp(rollUp);
      this.#incidents.leave(evicted);
    }
    this.#close(host, nowMs);
  }

  #close(host: string, nowMs: number): void {
    for (const rollUp of this.#suppression.advance(host, nowMs)) this.#showRollUp(rollUp);
    for (const incident of this.#incidents.advance(host, nowMs)) this.#tell(incident);
  }

  #raise(alert: Alert): void {
    this.counters.raised++;
    if (this.#isSilenced(alert)) this.counters.silenced++;
    else this.#pass(alert);
  }

  /**
   * Whether an exception speaks for the alert. One about a cluster is silent only when every start of it is
   * excepted: otherwise an exception would hide what happened beside it.
   */
  #isSilenced(alert: Alert): boolean {
    const { rule, subject, anomaly, eventIds } = alert;
    const exceptions = this.#parts.exceptions();
    if (exceptions.entries.length === 0) return false;
    if (anomaly !== undefined) {
      // Of a large record, and of a roll-up's further ones, not every start is named.
      const { record, furtherRecordIds } = anomaly;
      if (record.eventCount > eventIds.length || furtherRecordIds.length > 1) return false;
      const areAllExcepted = eventIds.every((id) => {
        const start = this.#triage.flaggedStart(id);
        return start !== undefined && exceptions.find(rule.id, start.event) !== undefined;
      });
      if (!areAllExcepted) return false;
    }
    const entry = exceptions.silence(rule.id, subject.event);
    if (entry === undefined) return false;
    const { silencedByEntry } = this.counters;
    silencedByEntry.set(entry.id, (silencedByEntry.get(entry.id) ?? 0) + 1);
    this.#parts.onSilenced?.(alert, entry);
    return true;
  }

  #pass(alert: Alert): void {
    if (this.#parts.archive.has(alert.id)) {
      this.counters.duplicates++;
      return;
    }
    const { passes, rollUps } = this.#suppression.take(alert);
    for (const rollUp of rollUps) this.#showRollUp(rollUp);
    if (!passes) {
      this.counters.suppressed++;
      this.#incidents.addAlert(alert);
      return;
    }
    this.#triage.iocs = this.#parts.iocs();
    const described = this.#triage.describe({ ...alert, reasons: this.#parts.explain(alert.subject) });
    this.#parts.archive.insertAlert(described);
    this.counters.shownByRule.set(alert.rule.name, (this.counters.shownByRule.get(alert.rule.name) ?? 0) + 1);
    this.#shown.push(described);
    this.#incidents.addAlert(described);
  }

  #showRollUp(rollUp: Alert): void {
    if (!this.#parts.archive.insertAlert(rollUp)) {
      // Read again, they were suppressed again; those of an earlier run were not counted in this one.
      const again = Math.min(rollUp.rollUp?.count ?? 0, this.counters.suppressed);
      this.counters.suppressed -= again;
      this.counters.duplicates += again;
      return;
    }
    this.counters.rollUps++;
    this.#shown.push(rollUp);
  }

  #tell(incident: Incident): void {
    if (!this.#parts.archive.insertIncident(incident)) return;
    this.counters.incidents++;
    this.#told.push(incident);
  }
}

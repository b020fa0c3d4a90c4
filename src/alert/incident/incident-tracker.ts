import type { ScoredStart } from '../../anomaly/index.ts';
import type { Alert } from '../alert.ts';
import { type StatePort, serialKey } from '../state-port.ts';
import { hostKeyOf } from '../subject-keys.ts';
import { type BinaryFacts, type ProcessActivity, type SeenStart, toSeenStart } from '../triage/index.ts';
import {
  type Activity,
  type ActivityMember,
  createAncestorMember,
  createMember,
  isTainted,
  taint,
} from './activity.ts';
import type { AlertReference, Incident, IncidentActivity, MemberRole } from './incident.ts';
import { Telling } from './telling.ts';

/** What is remembered of processes. */
export interface IncidentMemory {
  activityOf(host: string, processId: string | undefined): ProcessActivity | undefined;
  startOf(entityId: string): SeenStart | undefined;
}

export interface IncidentOptions {
  /** A host that has been quiet for this long, in its own event time, has no more to add to an incident. */
  readonly quietMs: number;
  /** After this long an activity is told even when it goes on. */
  readonly maxSpanMs: number;
  /** Most starts of one activity; it is told when it has so many. */
  readonly maxMembers: number;
}

const defaultIncidentOptions: IncidentOptions = {
  quietMs: 4 * 60 * 60_000,
  maxSpanMs: 24 * 60 * 60_000,
  maxMembers: 2_000,
};

/**
 * How much of an incident is worked out with each start, about that of two members, and how many rows of one that was
 * told are removed with each commit: an incident of thousands must not keep the next start waiting. The few starts that
 * follow are enough for those of ordinary size.
 */
const pausesPerStart = 6;
const removalsPerSave = 100;

/** Processes of one activity whose doings on the network are kept for its incidents, of which each tells fewer. */
const networkKept = 100;

/** How close to suspicious activity a command that looks around counts as part of it, whoever typed it. */
const besideMs = 30 * 60_000;

/** Saved whenever something is added, so it holds nothing that grows. */
type SavedHeader = Omit<Activity, 'members' | 'alerts' | 'tainted'>;

const kinds = { header: 'activity', member: 'activity-member', alert: 'activity-alert' } as const;

/** Gathers what is suspicious on each host until the host is quiet, then tells the incidents in it. */
export class IncidentTracker {
  readonly #options: IncidentOptions;
  readonly #facts: BinaryFacts;
  readonly #memory: IncidentMemory;
  readonly #activities = new Map<string, Activity>();
  readonly #changed = new Set<Activity>();
  #unsaved: {
    readonly activity: Activity;
    readonly kind: string;
    readonly key: string;
    readonly value: unknown;
  }[] = [];
  readonly #telling: Telling;
  #told: Activity[] = [];
  /** Rows of what was told. */
  #outdated: { readonly kind: string; readonly key: string }[] = [];
  #nextSerial = 0;

  constructor(
    facts: BinaryFacts,
    memory: IncidentMemory,
    options: Partial<IncidentOptions> = {},
    port?: StatePort,
  ) {
    this.#facts = facts;
    this.#memory = memory;
    this.#telling = new Telling((activity) => this.#forget(activity));
    this.#options = { ...defaultIncidentOptions, ...options };
    if (port !== undefined) this.#restore(port);
  }

  /**
   * Takes a dated start. `flagged`: the model calls it malicious and no exception says otherwise.
   * `rarity`: 0..100.
   */
  observe(start: ScoredStart, flagged: boolean, rarity: number): void {
    const hostKey = hostKeyOf(start.event.host);
    let activity = this.#activities.get(hostKey);
    if (activity === undefined) {
      if (!flagged) return;
      activity = this.#open(hostKey, start);
    }
    const role: MemberRole | undefined = flagged ? 'flagged' : this.#roleBeside(activity, start);
    if (role !== undefined) this.#add(activity, start, role, rarity);
  }

  /** Takes an alert, also one that is held back. Its starts were observed before. */
  addAlert(alert: Alert): void {
    const activity = this.#activities.get(hostKeyOf(alert.subject.event.host));
    if (activity === undefined || !alert.eventIds.some((id) => activity.members.has(id))) return;
    const reference: AlertReference = {
      id: alert.id,
      ruleId: alert.rule.id,
      ruleName: alert.rule.name,
      severity: alert.rule.severity,
      kind: alert.rule.kind,
      timeMs: alert.timeMs,
      eventIds: alert.eventIds,
      iocs: alert.triage?.iocs.map(({ indicator }) => indicator.value) ?? [],
    };
    activity.alerts.set(alert.id, reference);
    this.#unsaved.push({ activity, kind: kinds.alert, key: alert.id, value: reference });
  }

  /**
   * Tells the incidents of a host that is quiet, or whose activity has grown too long, at this time of its clock. Of
   * one with thousands of members, they come with a later call, for whatever host.
   */
  advance(hostKey: string, nowMs: number): readonly Incident[] {
    const activity = this.#activities.get(hostKey);
    if (activity !== undefined && this.#isOver(activity, nowMs)) this.#close(activity);
    return this.#telling.proceed(pausesPerStart);
  }

  /** Tells what {@link advance} has put off. */
  catchUp(): readonly Incident[] {
    return this.#telling.finish();
  }

  #isOver(activity: Activity, nowMs: number): boolean {
    return (
      nowMs - activity.lastMs >= this.#options.quietMs ||
      nowMs - activity.firstMs >= this.#options.maxSpanMs ||
      nowMs < activity.firstMs - this.#options.maxSpanMs ||
      activity.members.size >= this.#options.maxMembers ||
      // Starts that share an event id are one member, but each may taint two processes.
      activity.tainted.size > 2 * this.#options.maxMembers
    );
  }

  /** A host is followed no more: its incidents come with later calls of {@link advance}. */
  leave(hostKey: string): void {
    const activity = this.#activities.get(hostKey);
    if (activity !== undefined) this.#close(activity);
  }

  /** Tells the incidents of all hosts: nothing more will come. */
  flush(): readonly Incident[] {
    for (const activity of [...this.#activities.values()]) this.#close(activity);
    return this.#telling.finish().sort((a, b) => a.startMs - b.startMs || (a.id < b.id ? -1 : 1));
  }

  /** The port holds nothing of it: all is to be saved again. */
  forgetSaved(): void {
    this.#unsaved = [];
    this.#told = [];
    this.#outdated = [];
    for (const activity of [...this.#activities.values(), ...this.#telling.activities]) {
      this.#changed.add(activity);
      const { members, alerts } = activity;
      for (const [key, value] of members) this.#unsaved.push({ activity, kind: kinds.member, key, value });
      for (const [key, value] of alerts) this.#unsaved.push({ activity, kind: kinds.alert, key, value });
    }
  }

  save(port: StatePort): void {
    for (const { activity, kind, key, value } of this.#unsaved) port.put(kind, rowKey(activity, key), value);
    for (const activity of this.#changed) {
      const { members: _, alerts: __, tainted: ___, ...header } = activity;
      const saved: SavedHeader = header;
      port.put(kinds.header, serialKey(activity.serial), saved);
    }
    for (const { serial } of this.#told) port.remove(kinds.header, serialKey(serial));
    for (const { kind, key } of this.#outdated.splice(0, removalsPerSave)) port.remove(kind, key);
    this.#unsaved = [];
    this.#changed.clear();
    this.#told = [];
  }

  /** Why an ordinary start is worth telling beside a suspicious one; `undefined` when it is not. */
  #roleBeside(activity: Activity, start: ScoredStart): MemberRole | undefined {
    if (activity.members.size >= this.#options.maxMembers) return undefined;
    if (isTainted(activity, start)) return 'descendant';
    const { timeMs, process } = start.event;
    const isNear = timeMs - activity.lastMs <= besideMs && timeMs >= activity.firstMs;
    return isNear && this.#facts.isRecon(process.name) ? 'reconnaissance' : undefined;
  }

  #open(hostKey: string, { event }: ScoredStart): Activity {
    const activity: Activity = {
      serial: this.#nextSerial++,
      hostKey,
      host: event.host,
      firstMs: event.timeMs,
      lastMs: event.timeMs,
      isOver: false,
      members: new Map(),
      alerts: new Map(),
      tainted: new Map(),
      network: [],
    };
    this.#activities.set(hostKey, activity);
    return activity;
  }

  #add(activity: Activity, start: ScoredStart, role: MemberRole, rarity: number): void {
    const techniques = this.#facts.techniquesOf(start.event);
    const member = createMember(start, toSeenStart(start), role, rarity, techniques);
    if (role === 'flagged') this.#addAncestors(activity, member);
    this.#put(activity, member);
    taint(activity, member);
    if (role !== 'reconnaissance') activity.lastMs = Math.max(activity.lastMs, member.timeMs);
    this.#changed.add(activity);
  }

  /** Those above a flagged start whose own starts are remembered: how it came to be. */
  #addAncestors(activity: Activity, member: ActivityMember): void {
    for (const [level, { entityId }] of member.lineage.entries()) {
      const seen = this.#memory.startOf(entityId);
      if (seen === undefined || seen.host !== activity.hostKey || activity.members.has(seen.eventId))
        continue;
      this.#put(activity, createAncestorMember(member, level, seen, this.#facts.clues(seen.name, seen.line)));
    }
  }

  #put(activity: Activity, member: ActivityMember): void {
    activity.members.set(member.eventId, member);
    this.#unsaved.push({ activity, kind: kinds.member, key: member.eventId, value: member });
  }

  #close(activity: Activity): void {
    this.#activities.delete(activity.hostKey);
    activity.isOver = true;
    activity.network = this.#networkOf(activity);
    this.#changed.add(activity);
    this.#telling.add(activity);
  }

  #networkOf({ hostKey, members }: Activity): IncidentActivity[] {
    const found: IncidentActivity[] = [];
    for (const { entityId, name } of members.values()) {
      const activity = this.#memory.activityOf(hostKey, entityId);
      if (activity === undefined) continue;
      const { connections, questions } = activity;
      found.push({
        process: name,
        entityId: entityId!,
        connections: [...connections],
        questions: [...questions],
      });
      if (found.length === networkKept) break;
    }
    return found;
  }

  #forget(activity: Activity): void {
    this.#changed.delete(activity);
    this.#unsaved = this.#unsaved.filter((row) => row.activity !== activity);
    this.#told.push(activity);
    for (const id of activity.members.keys()) {
      this.#outdated.push({ kind: kinds.member, key: rowKey(activity, id) });
    }
    for (const id of activity.alerts.keys()) {
      this.#outdated.push({ kind: kinds.alert, key: rowKey(activity, id) });
    }
  }

  #restore(port: StatePort): void {
    const bySerial = new Map<string, Activity>();
    for (const [key, value] of port.load(kinds.header)) {
      const header = value as SavedHeader;
      // Older agents kept no network.
      bySerial.set(key, {
        ...header,
        network: header.network ?? [],
        members: new Map(),
        alerts: new Map(),
        tainted: new Map(),
      });
      this.#nextSerial = header.serial + 1;
    }
    for (const [activity, value] of this.#loadRows(port, kinds.member, bySerial)) {
      const member = value as ActivityMember;
      activity.members.set(member.eventId, member);
      taint(activity, member);
    }
    for (const [activity, value] of this.#loadRows(port, kinds.alert, bySerial)) {
      const alert = value as AlertReference;
      activity.alerts.set(alert.id, alert);
    }
    for (const activity of bySerial.values()) {
      if (activity.isOver) this.#telling.add(activity);
      else this.#activities.set(activity.hostKey, activity);
    }
  }

  /** Rows with their activity. Where that was told already, the last run ended before it had removed them. */
  *#loadRows(
    port: StatePort,
    kind: string,
    bySerial: ReadonlyMap<string, Activity>,
  ): Generator<readonly [Activity, unknown]> {
    for (const [key, value] of port.load(kind)) {
      const serial = key.slice(0, key.indexOf('\n'));
      const activity = bySerial.get(serial);
      if (activity !== undefined) {
        yield [activity, value];
        continue;
      }
      this.#outdated.push({ kind, key });
      this.#nextSerial = Math.max(this.#nextSerial, Number(serial) + 1);
    }
  }
}

function rowKey({ serial }: Activity, id: string): string {
  return `${serialKey(serial)}\n${id}`;
}

import type { ScoredStart } from '../../anomaly/index.ts';
import type { DnsEvent, NetworkEvent } from '../../event/index.ts';
import type { Alert } from '../alert.ts';
import { IocList, type IocMatch } from '../ioc/index.ts';
import type { StatePort } from '../state-port.ts';
import { hostKeyOf, userKeyOf } from '../subject-keys.ts';
import { advise } from './advice.ts';
import type { BinaryFacts, TechniqueClue } from './binary-facts.ts';
import { FlaggedStarts } from './flagged-starts.ts';
import { InstallerStarts } from './installer-starts.ts';
import { ActivityLog, type ProcessActivity } from './process-activity.ts';
import { RecentStarts, type SeenStart, toSeenStart } from './recent-starts.ts';
import type { Excerpt, FactFinding, NetworkFinding, Triage } from './triage.ts';
import { UserProfiles } from './user-profiles.ts';

const recentStarts = 8_192;
const flaggedStarts = 2_048;
const clusterShown = 25;
const relativesShown = 10;
const installersShown = 5;
const networkShown = 5;
const clusterSpanMs = 15 * 60_000;
const installerSpanMs = 60 * 60_000;

/**
 * What is remembered so that an alert can say what surrounds it. Takes every start in order of arrival, at
 * little cost; answers only for alerts.
 */
export class TriageMemory {
  readonly #facts: BinaryFacts;
  readonly #recent: RecentStarts;
  readonly #flagged: FlaggedStarts;
  readonly #users: UserProfiles;
  readonly #installers: InstallerStarts;
  readonly #activity: ActivityLog;
  /** In force now; exchanged when the lists are read again. */
  iocs: IocList = new IocList([]);

  constructor(facts: BinaryFacts, port?: StatePort) {
    this.#facts = facts;
    this.#recent = new RecentStarts(recentStarts, port);
    this.#flagged = new FlaggedStarts(flaggedStarts, port);
    this.#users = new UserProfiles(port);
    this.#installers = new InstallerStarts(port);
    this.#activity = new ActivityLog(port);
  }

  /** A flagged start, before the alerts about it: clusters are made of these. */
  observeFlagged(start: ScoredStart): void {
    this.#flagged.observe(start);
  }

  /** Any start, after the alerts about it. */
  observe(start: ScoredStart): void {
    this.#recent.observe(start);
    this.#users.observe(start.event);
    this.#installers.observe(start);
  }

  observeActivity(event: NetworkEvent | DnsEvent, processId: string): void {
    this.#activity.observe(event, processId);
  }

  /** A flagged start that is still remembered, by event id. */
  flaggedStart(eventId: string): ScoredStart | undefined {
    return this.#flagged.get(eventId);
  }

  /** A start that is still remembered, by the entity id of its process. */
  startOf(entityId: string): SeenStart | undefined {
    return this.#recent.get(entityId);
  }

  activityOf(host: string, processId: string | undefined): ProcessActivity | undefined {
    return this.#activity.of(host, processId);
  }

  /** The alert with its surroundings; counts it in the user's history. */
  describe(alert: Alert): Alert {
    const { event } = alert.subject;
    const host = hostKeyOf(event.host);
    const cluster = this.#clusterOf(alert);
    // The subject itself rather than what is remembered of it.
    const starts = cluster.map((start) => (start.event.id === event.id ? alert.subject : start));
    if (!starts.includes(alert.subject)) starts.push(alert.subject);
    const { entityId, parent } = event.process;
    const found = {
      cluster: { shown: cluster.slice(0, clusterShown).map(toSeenStart), total: cluster.length },
      siblings: excerpt(
        this.#recent.childrenOf(parent.entityId).filter((start) => start.entityId !== entityId),
        relativesShown,
      ),
      children: excerpt(this.#recent.childrenOf(entityId), relativesShown),
      user: this.#users.historyOf(event),
      installers: this.#installers.of(host, event.timeMs - installerSpanMs, event.timeMs, installersShown),
      network: this.#networkOf(host, starts),
      iocs: this.#matchIocs(host, starts),
      facts: this.#factsOf(alert, starts),
      techniques: this.#techniquesOf(starts),
    };
    this.#users.countAlert(event, alert.timeMs);
    const triage: Triage = { ...found, ...advise(alert, found) };
    return { ...alert, triage };
  }

  /** The port holds nothing of it: all is to be saved again. */
  forgetSaved(): void {
    this.#recent.forgetSaved();
    this.#flagged.forgetSaved();
    this.#users.forgetSaved();
    this.#installers.forgetSaved();
    this.#activity.forgetSaved();
  }

  save(port: StatePort): void {
    this.#recent.save(port);
    this.#flagged.save(port);
    this.#users.save(port);
    this.#installers.save(port);
    this.#activity.save(port);
  }

  /** In order of time. */
  #clusterOf({ anomaly, subject, eventIds }: Alert): ScoredStart[] {
    if (anomaly !== undefined) {
      return eventIds.map((id) => this.#flagged.get(id)).filter((start) => start !== undefined);
    }
    const { event } = subject;
    return this.#flagged
      .of(hostKeyOf(event.host), userKeyOf(event))
      .filter((start) => {
        const distanceMs = event.timeMs - start.event.timeMs;
        return distanceMs >= 0 && distanceMs <= clusterSpanMs;
      })
      .slice(-4 * clusterShown);
  }

  #networkOf(host: string, starts: readonly ScoredStart[]): NetworkFinding[] {
    const found = new Map<string, NetworkFinding>();
    for (const { event } of starts) {
      const { entityId, name, parent } = event.process;
      for (const [id, process] of [
        [entityId, name],
        [parent.entityId, parent.name],
      ] as const) {
        const activity = this.#activity.of(host, id);
        if (id === undefined || activity === undefined || found.has(id)) continue;
        const { connections, questions, further } = activity;
        found.set(id, {
          entityId: id,
          process,
          connections: [...connections],
          questions: [...questions],
          further,
        });
      }
    }
    return [...found.values()].slice(0, networkShown);
  }

  #matchIocs(host: string, starts: readonly ScoredStart[]): IocMatch[] {
    if (this.iocs.size === 0) return [];
    const found = new Map<string, IocMatch>();
    for (const { event } of starts) {
      for (const match of this.iocs.match(event, this.#activity.of(host, event.process.entityId))) {
        const key = `${match.indicator.type}:${match.indicator.value}`;
        if (!found.has(key)) found.set(key, match);
      }
    }
    return [...found.values()];
  }

  #factsOf({ subject }: Alert, starts: readonly ScoredStart[]): FactFinding[] {
    const found = new Map<string, FactFinding>();
    const add = (name: string | undefined, role: FactFinding['role']): void => {
      const fact = this.#facts.of(name);
      if (fact === undefined || found.has(fact.name)) return;
      const { purpose, abuse, check } = fact;
      found.set(fact.name, { binary: name!.toLowerCase(), role, purpose, abuse, check });
    };
    const { process } = subject.event;
    add(process.originalFileName, 'process');
    add(process.name, 'process');
    add(process.parent.name, 'parent');
    for (const { event } of starts) add(event.process.name, 'cluster');
    return [...found.values()].slice(0, 8);
  }

  #techniquesOf(starts: readonly ScoredStart[]): TechniqueClue[] {
    const found = new Map<string, TechniqueClue>();
    for (const { event } of starts) {
      for (const clue of this.#facts.techniquesOf(event)) found.set(clue.id, clue);
    }
    return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}

function excerpt<T>(all: readonly T[], most: number): Excerpt<T> {
  return { shown: all.slice(0, most), total: all.length };
}

import type { ProcessEvent } from '../../event/index.ts';
import type { StatePort } from '../state-port.ts';
import { hostKeyOf, userKeyOf } from '../subject-keys.ts';

const kind = 'user-profile';

/** Most users that are remembered, over all hosts; the one that was quiet longest leaves first. */
const maxProfiles = 5_000;
/** Most processes that are counted per user; a newcomer takes the place of the least used. */
const maxProcesses = 64;
const usualShown = 5;

/** What is remembered of a user on a host. */
interface Profile {
  readonly firstMs: number;
  lastMs: number;
  starts: number;
  alerts: number;
  lastAlertMs: number | undefined;
  readonly processes: Map<string, number>;
  dirty: boolean;
}

interface SavedProfile extends Omit<Profile, 'processes' | 'dirty'> {
  readonly serial: number;
  readonly processes: readonly (readonly [string, number])[];
}

/** The user's past, as an alert tells it. */
export interface UserHistory {
  /** `undefined` for a user without an earlier start. */
  readonly firstSeenMs: number | undefined;
  readonly starts: number;
  readonly earlierAlerts: number;
  readonly lastAlertMs: number | undefined;
  /** What the user starts most, most frequent first. */
  readonly usualProcesses: readonly { readonly name: string; readonly count: number }[];
  /** Earlier starts of the process that the alert is about; 0 also when it is too rare to be counted. */
  readonly startsOfProcess: number;
}

/** What each user of each host has done so far. */
export class UserProfiles {
  /** In the order of last activity. */
  readonly #profiles = new Map<string, Profile>();
  readonly #changed = new Set<string>();
  readonly #removed = new Set<string>();
  #serial = 0;

  constructor(port?: StatePort) {
    if (port === undefined) return;
    const saved = [...port.load(kind)] as [string, SavedProfile][];
    for (const [key, { serial, processes, ...rest }] of saved.sort((a, b) => a[1].serial - b[1].serial)) {
      this.#profiles.set(key, { ...rest, processes: new Map(processes), dirty: false });
      this.#serial = serial;
    }
  }

  observe(event: ProcessEvent): void {
    const profile = this.#touch(event);
    profile.starts++;
    profile.lastMs = Math.max(profile.lastMs, event.timeMs);
    const name = event.process.name?.toLowerCase();
    if (name === undefined) return;
    const count = profile.processes.get(name);
    if (count === undefined && profile.processes.size >= maxProcesses) dropLeastUsed(profile.processes);
    profile.processes.set(name, (count ?? 0) + 1);
  }

  countAlert(event: ProcessEvent, timeMs: number): void {
    const profile = this.#touch(event);
    profile.alerts++;
    profile.lastAlertMs = timeMs;
  }

  historyOf(event: ProcessEvent): UserHistory {
    const profile = this.#profiles.get(keyOf(event));
    const usual = [...(profile?.processes ?? [])]
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .slice(0, usualShown);
    return {
      firstSeenMs: profile === undefined || profile.starts === 0 ? undefined : profile.firstMs,
      starts: profile?.starts ?? 0,
      earlierAlerts: profile?.alerts ?? 0,
      lastAlertMs: profile?.lastAlertMs,
      usualProcesses: usual.map(([name, count]) => ({ name, count })),
      startsOfProcess: profile?.processes.get(event.process.name?.toLowerCase() ?? '') ?? 0,
    };
  }

  save(port: StatePort): void {
    for (const key of this.#removed) port.remove(kind, key);
    // In the order of last activity, so that the serials tell it.
    for (const key of this.#changed) {
      const profile = this.#profiles.get(key);
      if (profile === undefined) continue;
      profile.dirty = false;
    }
    for (const key of orderOf(this.#profiles, this.#changed)) {
      const { processes, dirty: _, ...rest } = this.#profiles.get(key)!;
      const saved: SavedProfile = { ...rest, serial: ++this.#serial, processes: [...processes] };
      port.put(kind, key, saved);
    }
    this.#removed.clear();
    this.#changed.clear();
  }

  #touch(event: ProcessEvent): Profile {
    const key = keyOf(event);
    let profile = this.#profiles.get(key);
    if (profile === undefined) {
      profile = {
        firstMs: event.timeMs,
        lastMs: event.timeMs,
        starts: 0,
        alerts: 0,
        lastAlertMs: undefined,
        processes: new Map(),
        dirty: false,
      };
      if (this.#profiles.size >= maxProfiles) this.#forget(this.#profiles.keys().next().value!);
    } else {
      this.#profiles.delete(key);
    }
    this.#profiles.set(key, profile);
    if (!profile.dirty) {
      profile.dirty = true;
      this.#changed.add(key);
      this.#removed.delete(key);
    }
    return profile;
  }

  #forget(key: string): void {
    this.#profiles.delete(key);
    this.#changed.delete(key);
    this.#removed.add(key);
  }
}

function keyOf(event: ProcessEvent): string {
  return `${hostKeyOf(event.host)}\n${userKeyOf(event)}`;
}

/** The changed keys in the order of the map; those touched last are at its end. */
function orderOf(profiles: ReadonlyMap<string, Profile>, changed: ReadonlySet<string>): string[] {
  if (changed.size === 0) return [];
  return [...profiles.keys()].filter((key) => changed.has(key));
}

function dropLeastUsed(processes: Map<string, number>): void {
  let least: string | undefined;
  let leastCount = Number.POSITIVE_INFINITY;
  for (const [name, count] of processes) {
    if (count >= leastCount) continue;
    least = name;
    leastCount = count;
  }
  if (least !== undefined) processes.delete(least);
}

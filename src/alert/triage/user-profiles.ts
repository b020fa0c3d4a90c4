import type { ProcessEvent } from '../../event/index.ts';
import type { StatePort } from '../state-port.ts';
import { hostKeyOf, userKeyOf } from '../subject-keys.ts';
import { UnsavedKeys } from '../unsaved-keys.ts';

const kind = 'user-profile';

/** Most users that are remembered, over all hosts; those that were quiet longest leave, a few at a time. */
const maxProfiles = 5_000;
const leavingAtOnce = 250;
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
  /** Place in the order of last activity. */
  seen: number;
  readonly processes: Map<string, number>;
}

interface SavedProfile extends Omit<Profile, 'processes'> {
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
  readonly #profiles = new Map<string, Profile>();
  readonly #unsaved = new UnsavedKeys(kind);
  #activity = 0;

  constructor(port?: StatePort) {
    if (port === undefined) return;
    for (const [key, value] of port.load(kind)) {
      const { processes, ...rest } = value as SavedProfile;
      this.#profiles.set(key, { ...rest, processes: new Map(processes) });
      this.#activity = Math.max(this.#activity, rest.seen);
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

  /** The port holds nothing of it: all is to be saved again. */
  forgetSaved(): void {
    this.#unsaved.startOver(this.#profiles.keys());
  }

  save(port: StatePort): void {
    this.#unsaved.save(port, (key): SavedProfile => {
      const { processes, ...rest } = this.#profiles.get(key)!;
      return { ...rest, processes: [...processes] };
    });
  }

  #touch(event: ProcessEvent): Profile {
    const key = keyOf(event);
    const profile = this.#profiles.get(key) ?? this.#add(key, event.timeMs);
    profile.seen = ++this.#activity;
    this.#unsaved.change(key);
    return profile;
  }

  #add(key: string, timeMs: number): Profile {
    if (this.#profiles.size >= maxProfiles) this.#makeRoom();
    const profile: Profile = {
      firstMs: timeMs,
      lastMs: timeMs,
      starts: 0,
      alerts: 0,
      lastAlertMs: undefined,
      seen: 0,
      processes: new Map(),
    };
    this.#profiles.set(key, profile);
    return profile;
  }

  #makeRoom(): void {
    const quietest = [...this.#profiles].sort(([, a], [, b]) => a.seen - b.seen).slice(0, leavingAtOnce);
    for (const [key] of quietest) {
      this.#profiles.delete(key);
      this.#unsaved.remove(key);
    }
  }
}

function keyOf(event: ProcessEvent): string {
  return `${hostKeyOf(event.host)}\n${userKeyOf(event)}`;
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

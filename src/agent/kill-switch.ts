import type { Clock } from '../event/index.ts';
import { type NativeLibrary, readRegistryNumber } from '../windows/index.ts';
import { isKillSwitchSet } from './kill-switch-file.ts';

/** Where a group policy puts the switch: a DWORD that is not 0. */
const killSwitchKey = 'SOFTWARE\\Policies\\ProblemChild';
const killSwitchName = 'KillSwitch';

/** How long an answer of the registry is good for. */
const cacheMs = 1_000;

/** The registry as the switch needs it: `undefined` when the value is not there; throws when it cannot be read. */
export type RegistryNumber = (key: string, name: string) => number | undefined;

export interface KillSwitchOptions {
  /** In force now; a reload exchanges it. */
  readonly file: () => string | null;
  /** Absent where there is no registry. */
  readonly registry: RegistryNumber | undefined;
  readonly clock: Clock;
}

/**
 * Whether nothing may be acted on: by the file or by the registry value. `undefined` when one of them cannot be
 * looked at and the other is not set: to the guard that is as good as set, so that taking the right to read
 * away cannot arm anybody.
 */
export function createKillSwitch({ file, registry, clock }: KillSwitchOptions): () => boolean | undefined {
  let answer: boolean | undefined;
  let askedMs = Number.NEGATIVE_INFINITY;
  function isSetInRegistry(): boolean | undefined {
    if (registry === undefined) return false;
    const nowMs = clock.nowMs();
    // A clock that was set back must not keep an old answer alive.
    if (nowMs >= askedMs && nowMs - askedMs < cacheMs) return answer;
    try {
      answer = (registry(killSwitchKey, killSwitchName) ?? 0) !== 0;
    } catch {
      answer = undefined;
    }
    askedMs = nowMs;
    return answer;
  }
  return () => {
    const byFile = isKillSwitchSet(file());
    if (byFile === true) return true;
    const byRegistry = isSetInRegistry();
    return byRegistry === true ? true : byFile === false && byRegistry === false ? false : undefined;
  };
}

/** The registry of this machine, where there is one. */
export function registryOf(library: NativeLibrary | undefined): RegistryNumber | undefined {
  return library === undefined ? undefined : (key, name) => readRegistryNumber(library, key, name);
}

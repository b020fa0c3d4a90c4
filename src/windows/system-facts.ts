import { auditsProcessCreation } from './audit-policy.ts';
import type { FfiName } from './functions.ts';
import { loadFfi } from './load-ffi.ts';
import { openRegistry, type Registry } from './local-machine.ts';
import { readSecurity } from './path-security.ts';
import { findUntrustedWriter } from './security-descriptor.ts';
import { type InstalledServiceState, queryServiceState } from './service-query.ts';
import { readPrivileges } from './token-privileges.ts';
import { findOwnSessions } from './tracing-sessions.ts';

const localSystem = 'S-1-5-18';

/** What Windows says of itself and of the agent's place in it, asked through its own libraries alone. */
export interface SystemFacts {
  readonly registry: Registry;
  /** Held by this process, enabled or not. */
  privileges(): readonly string[];
  serviceState(name: string): InstalledServiceState | undefined;
  auditsProcessCreation(): boolean | undefined;
  /** The agent's own tracing sessions that exist now. */
  ownSessions(): readonly string[];
  /**
   * Account that may change a file or folder and is no administrator, and not the one that asks; `asService`: where the
   * service asks, to which whoever gives a command is a stranger too. @throws AgentError PC_NATIVE_UNSAFE
   */
  untrustedWriterOf(path: string, asService?: boolean): string | undefined;
}

/** @throws AgentError PC_NATIVE_FFI when the package does not load */
export async function openSystemFacts(name: FfiName): Promise<SystemFacts> {
  const ffi = await loadFfi(name);
  return {
    registry: openRegistry(ffi),
    privileges: () => readPrivileges(ffi),
    serviceState: (service) => queryServiceState(ffi, service),
    auditsProcessCreation: () => auditsProcessCreation(ffi),
    ownSessions: () => findOwnSessions(ffi),
    untrustedWriterOf(path, asService = false) {
      const { currentUserSid, descriptorOf } = readSecurity(ffi);
      return findUntrustedWriter(descriptorOf(path), asService ? localSystem : currentUserSid);
    },
  };
}

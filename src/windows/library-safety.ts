import { dirname } from 'node:path';
import { AgentError } from '../errors/index.ts';
import type { Ffi, FfiName } from './functions.ts';
import { loadFfi } from './load-ffi.ts';
import { readSecurity } from './path-security.ts';
import { findUntrustedWriter } from './security-descriptor.ts';

/**
 * Refuses a library that somebody other than SYSTEM, Administrators, TrustedInstaller or the account the
 * agent runs as may change or replace: loading it would run their code with the agent's rights. Windows
 * itself is asked, since the library cannot be believed about itself.
 *
 * @throws AgentError PC_NATIVE_UNSAFE
 */
export function assertOnlyTrustedMayWrite(ffi: Ffi, path: string): void {
  const { currentUserSid, descriptorOf } = readSecurity(ffi);
  for (const place of [path, dirname(path)]) {
    const writer = findUntrustedWriter(descriptorOf(place), currentUserSid);
    if (writer === undefined) continue;
    throw new AgentError('PC_NATIVE_UNSAFE', `${writer} may change ${place}`, { where: place });
  }
}

/**
 * Tells of a file or folder who besides SYSTEM, Administrators, TrustedInstaller and the account that asks may
 * change it; `undefined` when nobody else may.
 */
export async function findForeignWriter(ffi: FfiName): Promise<(path: string) => string | undefined> {
  const { currentUserSid, descriptorOf } = readSecurity(await loadFfi(ffi));
  return (path) => findUntrustedWriter(descriptorOf(path), currentUserSid);
}

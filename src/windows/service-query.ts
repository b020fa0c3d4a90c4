import { toWide } from './call-buffers.ts';
import type { Ffi, FunctionSignature } from './functions.ts';

const advapi32 = {
  OpenSCManagerW: { result: 'u64', parameters: ['address', 'address', 'u32'] },
  OpenServiceW: { result: 'u64', parameters: ['u64', 'address', 'u32'] },
  QueryServiceStatus: { result: 'i32', parameters: ['u64', 'address'] },
  CloseServiceHandle: { result: 'i32', parameters: ['u64'] },
} as const satisfies Record<string, FunctionSignature>;

const managerConnect = 0x1;
const serviceQueryStatus = 0x4;
/** SERVICE_STATUS: its second member is the state. */
const statusBytes = 28;
const stateAt = 4;

const states = [
  undefined,
  'stopped',
  'starting',
  'stopping',
  'running',
  'continuing',
  'pausing',
  'paused',
] as const;
export type InstalledServiceState = Exclude<(typeof states)[number], undefined>;

/** How a service stands; `undefined` when there is none of that name, or it may not be asked. */
export function queryServiceState(ffi: Ffi, name: string): InstalledServiceState | undefined {
  const advapi = ffi.bind('advapi32.dll', advapi32);
  const manager = BigInt(advapi.OpenSCManagerW(null, null, managerConnect));
  if (manager === 0n) return undefined;
  try {
    const service = BigInt(advapi.OpenServiceW(manager, toWide(`${name}\0`).bytes, serviceQueryStatus));
    if (service === 0n) return undefined;
    const status = Buffer.alloc(statusBytes);
    const answered = advapi.QueryServiceStatus(service, status);
    advapi.CloseServiceHandle(service);
    return answered === 0 ? undefined : states[status.readUInt32LE(stateAt)];
  } finally {
    advapi.CloseServiceHandle(manager);
  }
}

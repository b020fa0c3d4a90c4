import type { Ffi, FunctionSignature } from './functions.ts';

const advapi32 = {
  AuditQuerySystemPolicy: { result: 'u32', parameters: ['address', 'u32', 'address'] },
} as const satisfies Record<string, FunctionSignature>;

/** Bound only once there is an answer to free: Wine has the question alone, and never an answer. */
const advapi32Free = {
  AuditFree: { result: 'i32', parameters: ['u64'] },
} as const satisfies Record<string, FunctionSignature>;

const kernel32 = {
  RtlMoveMemory: { result: 'i32', parameters: ['address', 'u64', 'u64'] },
} as const satisfies Record<string, FunctionSignature>;

/** Audit_DetailedTracking_ProcessCreation, {0CCE922B-69AE-11D9-BED3-505054503030}. */
const processCreation = Buffer.from('2b92ce0cae69d911bed3505054503030', 'hex');
/** AUDIT_POLICY_INFORMATION: the subcategory, what is audited, the category. */
const policyBytes = 36;
const auditedAt = 16;
const onSuccess = 0x1;

/** Whether Windows writes event 4688 for each process start; `undefined` when that may not be asked. */
export function auditsProcessCreation(ffi: Ffi): boolean | undefined {
  const advapi = ffi.bind('advapi32.dll', advapi32);
  const found = Buffer.alloc(8);
  // A BOOLEAN: only the lowest byte of the answer counts.
  if ((advapi.AuditQuerySystemPolicy(processCreation, 1, found) & 0xff) === 0) return undefined;
  const address = found.readBigUInt64LE();
  if (address === 0n) return undefined;
  const policy = Buffer.alloc(policyBytes);
  ffi.bind('kernel32.dll', kernel32).RtlMoveMemory(policy, address, BigInt(policyBytes));
  ffi.bind('advapi32.dll', advapi32Free).AuditFree(address);
  return (policy.readUInt32LE(auditedAt) & onSuccess) !== 0;
}

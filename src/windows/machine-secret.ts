import { newCause } from './call-buffers.ts';
import type { NativeLibrary } from './native-library.ts';

/** Longest secret, in bytes of UTF-8. */
const maxSecretBytes = 16_384;
/** What DPAPI puts around a secret is a few hundred bytes. */
const maxSealedBytes = 65_536;

/**
 * Seals a secret for this machine (DPAPI): base64 that means nothing elsewhere.
 * @throws AgentError PC_NATIVE_…
 */
export function sealForMachine(library: NativeLibrary, secret: string): string {
  const bytes = Buffer.from(secret, 'utf8');
  if (bytes.length > maxSecretBytes) throw new RangeError(`a secret is at most ${maxSecretBytes} bytes`);
  const what = 'the secret could not be sealed';
  const sealed = callWithBuffer(library, library.call.pc_secret_protect, bytes, what);
  bytes.fill(0);
  return sealed.toString('base64');
}

/**
 * Opens what {@link sealForMachine} made on this machine.
 * @throws AgentError PC_NATIVE_… for what was sealed elsewhere, was changed or is no base64
 */
export function openForMachine(library: NativeLibrary, base64: string): string {
  const sealed = Buffer.from(base64, 'base64');
  const what = 'the sealed secret could not be opened: it belongs to another machine or was changed';
  const bytes = callWithBuffer(library, library.call.pc_secret_unprotect, sealed, what);
  const secret = bytes.toString('utf8');
  bytes.fill(0);
  return secret;
}

function callWithBuffer(
  library: NativeLibrary,
  call: NativeLibrary['call']['pc_secret_protect'],
  from: Buffer,
  what: string,
): Buffer {
  const to = Buffer.alloc(maxSealedBytes);
  const used = Buffer.alloc(4);
  const cause = newCause();
  library.check(call(from, from.length, to, to.length, used, cause), cause, what);
  return to.subarray(0, used.readUInt32LE());
}

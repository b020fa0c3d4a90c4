import { is, know, signature } from './abi.ts';
import { asciiAt, wideAt } from './call-buffers.ts';

/** Member offsets of pc_process_facts. */
const at = {
  pid: 4,
  parentPid: 8,
  sessionId: 12,
  created: 16,
  known: 24,
  is: 28,
  protection: 32,
  integrity: 36,
  signature: 40,
  imagePathUnits: 44,
  signerUnits: 48,
  startNameUnits: 52,
  userSid: 56,
  imagePath: 248,
  signer: 4344,
  parentCreated: 4856,
  startName: 4864,
} as const;

/** What the library read on the process's own handle. `undefined` is what could not be read. */
export interface ProcessFacts {
  readonly pid: number;
  /** Creation FILETIME; 0 when not even that could be read. */
  readonly created: bigint;
  readonly parentPid: number | undefined;
  /** Creation FILETIME of the parent; `undefined` when it has ended. */
  readonly parentCreated: bigint | undefined;
  readonly sessionId: number | undefined;
  readonly critical: boolean | undefined;
  readonly debugged: boolean | undefined;
  readonly elevated: boolean | undefined;
  readonly exiting: boolean;
  /** Every thread is suspended. */
  readonly suspended: boolean | undefined;
  /** PS_PROTECTION byte; 0 is none. */
  readonly protection: number | undefined;
  /** Integrity level as in a mandatory label: 0x3000 is high. */
  readonly integrity: number | undefined;
  readonly userSid: string | undefined;
  /** As the file is called now: that of a running program can be renamed. */
  readonly imagePath: string | undefined;
  /** The file's name, without a folder, when it was started. */
  readonly startName: string | undefined;
  /** `undefined` also where it could not be decided: that is not the same as unsigned. */
  readonly trustedSignature: boolean | undefined;
  /** The trusted chain ends in a root of Microsoft's. */
  readonly microsoftRoot: boolean;
  readonly signer: string | undefined;
}

/** Reads the pc_process_facts at the start of `struct`. */
export function readProcessFacts(struct: Buffer): ProcessFacts {
  const known = struct.readUInt32LE(at.known);
  const flags = struct.readUInt32LE(at.is);
  function ifKnown<T>(bit: number, value: T): T | undefined {
    return (known & bit) === 0 ? undefined : value;
  }
  const signatureStatus = struct.readUInt32LE(at.signature);
  const isDecided = signatureStatus !== signature.ERROR;
  const parentCreated = struct.readBigUInt64LE(at.parentCreated);
  return {
    pid: struct.readUInt32LE(at.pid),
    created: struct.readBigUInt64LE(at.created),
    parentPid: ifKnown(know.PARENT, struct.readUInt32LE(at.parentPid)),
    parentCreated: parentCreated === 0n ? undefined : parentCreated,
    sessionId: ifKnown(know.SESSION, struct.readUInt32LE(at.sessionId)),
    critical: ifKnown(know.CRITICAL, (flags & is.CRITICAL) !== 0),
    debugged: ifKnown(know.DEBUGGED, (flags & is.DEBUGGED) !== 0),
    elevated: ifKnown(know.ELEVATION, (flags & is.ELEVATED) !== 0),
    exiting: (flags & is.EXITING) !== 0,
    suspended: ifKnown(know.SUSPENDED, (flags & is.SUSPENDED) !== 0),
    protection: ifKnown(know.PROTECTION, struct.readUInt32LE(at.protection)),
    integrity: ifKnown(know.INTEGRITY, struct.readUInt32LE(at.integrity)),
    userSid: ifKnown(know.USER, asciiAt(struct, at.userSid, 192)),
    imagePath: ifKnown(know.IMAGE, wideAt(struct, at.imagePath, struct.readUInt32LE(at.imagePathUnits))),
    startName: ifKnown(know.START_NAME, wideAt(struct, at.startName, struct.readUInt32LE(at.startNameUnits))),
    trustedSignature: isDecided ? ifKnown(know.SIGNATURE, signatureStatus === signature.TRUSTED) : undefined,
    microsoftRoot: (flags & is.MICROSOFT_ROOT) !== 0,
    signer: ifKnown(know.SIGNATURE, wideAt(struct, at.signer, struct.readUInt32LE(at.signerUnits))),
  };
}

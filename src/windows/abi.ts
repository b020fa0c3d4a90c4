/*
 * The numbers of native/include/problemchild.h, by the names used there. test/windows/abi.test.ts reads
 * the header and holds both equal.
 */

export const abiMajor = 2;

/** Built with the test seam: system functions may come from doubles. */
export const buildTestSeam = 0x1;

export const code = {
  OK: 0,
  TIMEOUT: 1,
  ENDED: 2,
  E_ARGUMENT: 16,
  E_HANDLE: 17,
  E_MEMORY: 18,
  E_BUFFER: 19,
  E_ACCESS: 20,
  E_NOT_FOUND: 21,
  E_UNSUPPORTED: 22,
  E_STATE: 23,
  E_SYSTEM: 24,
  E_NOT_A_SERVICE: 25,
  E_CHANNEL_DISABLED: 26,
  E_OWNER: 27,
  E_PID: 32,
  E_IDENTITY: 33,
  E_CRITICAL: 34,
  E_PROTECTED: 35,
  E_SELF: 36,
  E_EXITED: 37,
  E_UNVERIFIABLE: 38,
  E_TREE_UNSTABLE: 39,
  E_TREE_LIMIT: 40,
  E_NOT_ENDED: 41,
  E_PARTIAL: 42,
} as const;

export type CodeName = keyof typeof code;

const codeNames = new Map(Object.entries(code).map(([name, value]) => [value as number, name as CodeName]));

/** `PC_E_ACCESS` for 20; `PC_E_?(99)` for a number this version does not know. */
export function nameOfCode(value: number): string {
  const name = codeNames.get(value);
  return name === undefined ? `PC_E_?(${value})` : `PC_${name}`;
}

export const causeKind = { NONE: 0, WIN32: 1, NTSTATUS: 2, HRESULT: 3 } as const;

export const recordKind = {
  PROCESS_START: 1,
  PROCESS_END: 2,
  PROCESS_RUNNING: 3,
  WINEVENT: 4,
  MODULE: 5,
  EVENT_XML: 6,
  BOOKMARK: 16,
  SESSION_STOPPED: 17,
  SESSION_STARTED: 18,
  LOSS: 19,
  GAP: 20,
  SOURCE_ERROR: 21,
} as const;

export const fieldType = { U32: 1, U64: 2, FILETIME: 3, UTF16: 4, BYTES: 5, NAMED: 6 } as const;

/** Provenance of a field. */
export const provenance = { CAPTURED: 1, ABSENT: 2, FAILED: 3, SKIPPED: 4 } as const;

export const field = {
  PID: 1,
  PARENT_PID: 2,
  SESSION_ID: 3,
  CREATE_TIME: 4,
  IMAGE_PATH: 5,
  IMAGE_NT_PATH: 6,
  IMAGE_NAME: 7,
  COMMAND_LINE: 8,
  COMMAND_LINE_FROM: 9,
  USER_SID: 10,
  USER_NAME: 11,
  USER_DOMAIN: 12,
  MANDATORY_LABEL: 13,
  ELEVATED: 14,
  ELEVATION_TYPE: 15,
  LOGON_ID: 16,
  SHA256: 23,
  ORIGINAL_NAME: 24,
  COMPANY: 25,
  DESCRIPTION: 26,
  PRODUCT: 27,
  FILE_VERSION: 28,
  SIGNATURE: 29,
  SIGNER: 30,
  ORIGINS: 31,
  GROUP_SIDS: 33,
  GROUP_COUNT: 34,
  CHANNEL: 64,
  BOOKMARK: 65,
  SESSION_NAME: 66,
  SINCE: 67,
  LOST_EVENTS: 68,
  LOST_BUFFERS: 69,
  GAP_RECORDS: 70,
  CAUSE_KIND: 71,
  CAUSE_VALUE: 72,
  CAUSE_API: 73,
  EVENT_ID: 80,
  RECORD_ID: 81,
  PROVIDER: 82,
  COMPUTER: 83,
  WINEVENT_VERSION: 84,
  EVENT_USER_SID: 85,
  EVENT_DATA: 86,
  MODULE_BASE: 87,
  MODULE_BYTES: 88,
  EVENT_XML: 89,
} as const;

export const signature = {
  NONE: 1,
  TRUSTED: 2,
  UNTRUSTED: 3,
  EXPIRED: 4,
  REVOKED: 5,
  BAD_DIGEST: 6,
  ERROR: 7,
} as const;

export const etwFlag = {
  CLASSIC: 0x1,
  MANIFEST: 0x2,
  LIVE: 0x4,
  FILE_HASH: 0x8,
  FILE_VERSION: 0x10,
  FILE_SIGNATURE: 0x20,
  USER_NAME: 0x40,
} as const;

/** What a process record was made of. */
export const origin = { CLASSIC: 1, MANIFEST: 2, PROCESS: 4 } as const;

export const eventLogOldest = 0x1;
export const cut = { ROOM: 0x1, TIME: 0x2, RENDER: 0x4 } as const;
export const readMinBytes = 262_144;

export const know = {
  CRITICAL: 0x1,
  PROTECTION: 0x2,
  IMAGE: 0x4,
  USER: 0x8,
  SESSION: 0x10,
  DEBUGGED: 0x20,
  PARENT: 0x40,
  INTEGRITY: 0x80,
  SIGNATURE: 0x100,
  ELEVATION: 0x200,
  SUSPENDED: 0x400,
  START_NAME: 0x800,
} as const;

export const is = {
  CRITICAL: 0x1,
  DEBUGGED: 0x2,
  EXITING: 0x4,
  ELEVATED: 0x8,
  MICROSOFT_ROOT: 0x10,
  SUSPENDED: 0x20,
  PATH_CUT: 0x40,
} as const;

export const askSignature = 0x1;
export const justAct = 0x2;

export const outcome = {
  NONE: 0,
  SUSPENDED: 1,
  RESUMED: 2,
  TERMINATED: 3,
  PENDING: 4,
  FAILED: 5,
  GONE: 6,
} as const;

export const pathProblem = { OWNER: 0x1, WRITABLE: 0x2, NO_DACL: 0x4, LINK: 0x8 } as const;

/** What of a service's settings a Windows may not know. */
export const serviceSetting = {
  START_TYPE: 0x1,
  FAILURE_ACTIONS: 0x2,
  FAILURE_FLAG: 0x4,
  SID: 0x8,
  PRESHUTDOWN: 0x10,
  PRIVILEGES: 0x20,
  ACCESS: 0x40,
} as const;
export const layer = { CONNECT: 1, ACCEPT: 2, FORWARD: 3 } as const;
export const filterAction = { BLOCK: 0, PERMIT: 1 } as const;
export const match = {
  LOOPBACK: 0x1,
  PROTOCOL: 0x2,
  LOCAL_PORT: 0x4,
  REMOTE_PORT: 0x8,
  REMOTE_ADDRESS: 0x10,
} as const;
export const filterLimit = 2048;
export const isolatePersistent = 0x1;

export const traceSessionIs = { KERNEL: 0x1, OWN: 0x2 } as const;
export const callerIs = { ADMINISTRATOR: 0x1, IN_GROUP: 0x2 } as const;
export const pipeWriteBytes = 65_536;
export const pipeClients = 32;

export const eventId = {
  STARTED: 1,
  STOPPED: 2,
  WARNING: 3,
  ERROR: 4,
  CONFIG: 5,
  TAMPER: 6,
  ALERT: 100,
  INCIDENT: 101,
  ACTION: 200,
  ACTION_REFUSED: 201,
  ACTION_FAILED: 202,
  ISOLATION: 203,
  HEALTH: 300,
} as const;

export const logLevel = { ERROR: 1, WARNING: 2, INFORMATION: 4 } as const;
export const logTextUnits = 31_839;

/** Bytes of each struct that is passed by address. */
export const structBytes = {
  cause: 64,
  etwOptions: 64,
  eventLogOptions: 32,
  channelFacts: 40,
  eventLogQuery: 48,
  traceSession: 160,
  counters: 512,
  processFacts: 5416,
  processRequest: 56,
  processResult: 5480,
  treeMember: 48,
  pathReport: 208,
  pipeCaller: 744,
  serviceEvent: 40,
  serviceOptions: 40,
  filter: 64,
  isolationState: 40,
} as const;

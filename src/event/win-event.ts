import type { RecordPosition } from './process-event.ts';

/**
 * One record of the Windows event log as every reader of it (EVTX files, the live event log, JSON
 * exports) hands it to the decoders: the System part by field, the payload by name.
 *
 * Values are the strings Windows renders: hexadecimal integers `0x3e7`, GUIDs in upper case with
 * braces, SIDs `S-1-5-18`, FILETIMEs `2024-05-01T12:00:00.1234567Z`, booleans `true` and `false`.
 *
 * Every string here is attacker-controlled.
 */
export interface WinEvent {
  /** `System/Provider@Name`, e.g. `Microsoft-Windows-Sysmon`. */
  readonly providerName: string;
  readonly eventId: number;
  readonly version: number;
  readonly level: number;
  readonly task: number;
  readonly opcode: number;
  /** As rendered: `0x8000000000000000`. */
  readonly keywords: string;
  /** `System/TimeCreated@SystemTime`, ISO 8601 in UTC with 100 ns resolution. */
  readonly timeCreated: string;
  /** The same in milliseconds since the epoch, with a fraction. */
  readonly timeCreatedMs: number;
  readonly recordId: number;
  /** `System/Computer`. */
  readonly computer: string;
  readonly channel: string;
  /** `System/Security@UserID`: the account that reported the event, often not the one it is about. */
  readonly securityUserId: string | undefined;
  /** `System/Execution@ProcessID`: the process that reported the event. */
  readonly executionPid: number | undefined;
  readonly executionTid: number | undefined;
  readonly data: WinEventData;
  readonly position: RecordPosition;
}

/**
 * `EventData/Data` by `Name`, or the leaf elements of `UserData` by local name. Unnamed `Data` are
 * `param1`, `param2`, …, counted over the unnamed ones. An empty value is `''`; a name that is not
 * there reads `undefined`. Where a name comes twice the first value stands.
 *
 * The object inherits from nothing, so `data['constructor']` is `undefined` unless an event said so.
 * Make one with {@link emptyWinEventData}.
 */
export type WinEventData = Readonly<Record<string, string>>;

// `Object.create(null)` gives V8 a hash table; an instance of this gets a hidden class shared by all
// events of one shape: filling and reading 22 names takes half the time, a Map being no faster than a table.
const DataObject = function DataObject() {
  // Holds nothing until names are added.
} as unknown as new () => Record<string, string>;
DataObject.prototype = Object.create(null);

/** A data object to fill, with no inherited names. */
export function emptyWinEventData(): Record<string, string> {
  return new DataObject();
}

import { setTimeout as wait } from 'node:timers/promises';
import type { ProcessTarget } from '../process-port.ts';
import type { EventLogPort, FoundRecords, LoggedRecord, RecordCut } from './event-log-port.ts';

/** Where records about processes are; a channel that a machine does not have is named as missing. */
export const evidenceChannels: readonly string[] = [
  'Microsoft-Windows-Sysmon/Operational',
  'Security',
  'Microsoft-Windows-PowerShell/Operational',
];

/** A creation time may be rounded, and the clock of the log is not the kernel's. */
const earlyMs = 1_000;
/** Of one channel. The newest are kept. */
const most = 256;
const channelTimeoutMs = 2_000;

const whyCut: Readonly<Record<RecordCut, string>> = {
  room: 'there are more records than are kept; the oldest were left out',
  time: 'the time was up; older records were left out',
  unreadable: 'a record could not be read',
};

/** What is put into a bundle. */
export interface KeptRecords {
  /** One ECS document a line, oldest first; empty where nothing was found. */
  readonly lines: string;
  readonly missing: readonly { readonly what: string; readonly why: string }[];
}

/**
 * The records of the event log about processes that were ended. They stay in the log, so they are fetched when the
 * process is gone and what writes late, such as Sysmon with its record of the end, has had time to. One search at a
 * time: each keeps a thread busy that the next action may need.
 */
export class LoggedRecords {
  readonly #log: EventLogPort;
  readonly #lateMs: number;
  #turn: Promise<unknown> = Promise.resolve();

  /** `lateMs`: how much later than it happened something may be written. */
  constructor(log: EventLogPort, lateMs = 1_000) {
    this.#log = log;
    this.#lateMs = lateMs;
  }

  /** To be called right after the act; never fails. `endedMs` by the clock of the host. */
  async gather(target: ProcessTarget, endedMs: number, signal: AbortSignal): Promise<KeptRecords> {
    await wait(this.#lateMs, undefined, { signal }).catch(() => undefined);
    const gathered = this.#turn.then(() => this.#search(target, endedMs, signal));
    this.#turn = gathered;
    return gathered;
  }

  async #search(target: ProcessTarget, endedMs: number, signal: AbortSignal): Promise<KeptRecords> {
    const records: LoggedRecord[] = [];
    const missing: { what: string; why: string }[] = [];
    for (const channel of evidenceChannels) {
      const what = `event log ${channel}`;
      const found = await this.#searchChannel(channel, target, endedMs, signal);
      if (typeof found === 'string') {
        missing.push({ what, why: found });
        continue;
      }
      records.push(...found.records.toReversed());
      missing.push(...whyIncomplete(found).map((why) => ({ what, why })));
    }
    records.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
    return { lines: records.map((record) => `${JSON.stringify(toDocument(record))}\n`).join(''), missing };
  }

  async #searchChannel(
    channel: string,
    { pid, createdMs, toleranceMs }: ProcessTarget,
    endedMs: number,
    signal: AbortSignal,
  ): Promise<FoundRecords | string> {
    if (signal.aborted) return 'the time was up';
    const fromMs = createdMs - toleranceMs - earlyMs;
    const toMs = Math.max(endedMs, createdMs) + this.#lateMs;
    try {
      return await this.#log.recordsOf(channel, { pid, fromMs, toMs, most, timeoutMs: channelTimeoutMs });
    } catch (error) {
      return String(error);
    }
  }
}

function whyIncomplete({ code, cause, records, cut }: FoundRecords): string[] {
  const why = cut.map((reason) => whyCut[reason]);
  if (code !== 'PC_OK') why.unshift(`${code} ${cause}`.trim());
  else if (records.length === 0 && why.length === 0) why.push('it has no record of this process');
  return why;
}

/** In the shape that log shippers give such records. The XML goes in as a text: what it says is an attacker's. */
function toDocument({ channel, provider, eventId, recordId, computer, time, xml }: LoggedRecord) {
  return {
    '@timestamp': time,
    event: { code: String(eventId), provider, original: xml },
    host: { name: computer },
    winlog: { channel, record_id: String(recordId) },
  };
}

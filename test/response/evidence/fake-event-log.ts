import type { EventLogPort, FoundRecords, LoggedRecord, RecordSearch } from '../../../src/response/index.ts';

/** Answers what it was given for each channel, and keeps what it was asked. */
export class FakeEventLog implements EventLogPort {
  readonly asked: { readonly channel: string; readonly search: RecordSearch }[] = [];
  readonly found = new Map<string, FoundRecords>();
  /** Called in each search, before it answers. */
  between: () => Promise<void> = () => Promise.resolve();

  async recordsOf(channel: string, search: RecordSearch): Promise<FoundRecords> {
    this.asked.push({ channel, search });
    await this.between();
    const none = { code: 'PC_E_NOT_FOUND', cause: 'EvtQuery: Win32 error 15007', records: [], cut: [] };
    return this.found.get(channel) ?? none;
  }

  /** A channel with these records, oldest first; the log hands them over the other way round. */
  keep(channel: string, records: readonly LoggedRecord[], cut: FoundRecords['cut'] = []): void {
    this.found.set(channel, { code: 'PC_OK', cause: '', records: records.toReversed(), cut });
  }
}

export function makeRecord(
  channel: string,
  recordId: number,
  second: number,
  xml = '<Event/>',
): LoggedRecord {
  const time = `2026-03-02T12:00:${String(second).padStart(2, '0')}.0000000Z`;
  return { channel, provider: 'Provider', eventId: recordId, recordId, computer: 'HOST', time, xml };
}

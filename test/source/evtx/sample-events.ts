import { type WrittenEvent, writeEvtx } from '../../support/evtx-writer.ts';

/** A Sysmon process start; `i` makes it differ from its neighbours. */
export function sysmonStart(i: number, padding = 0): WrittenEvent {
  return {
    provider: 'Microsoft-Windows-Sysmon',
    providerGuid: '{5770385F-C22A-43E0-BF4C-06F5698FFBD9}',
    eventId: 1,
    version: 5,
    time: `2024-05-01T12:00:${String(i % 60).padStart(2, '0')}.1234567Z`,
    computer: 'ws-01.lab.example',
    channel: 'Microsoft-Windows-Sysmon/Operational',
    securityUserId: 'S-1-5-18',
    data: [
      ['RuleName', '-'],
      ['UtcTime', '2024-05-01 12:00:00.123'],
      ['ProcessGuid', '{94F748D5-4A45-5A42-0000-0010D265F20F}', 'guid'],
      ['ProcessId', String(1000 + i), 'uint32'],
      ['Image', 'C:\\Windows\\System32\\cmd.exe'],
      ['CommandLine', `cmd /c "echo größe ${i}" & <x> ${'y'.repeat(padding)}`],
      ['LogonId', '0x3e7', 'hexInt64'],
      ['Description', '命令提示符'],
      ['IsElevated', 'true', 'boolean'],
      ['Company', ''],
    ],
  };
}

/** A Security 4688, with a value of its own type in most fields. */
export const securityStart: WrittenEvent = {
  provider: 'Microsoft-Windows-Security-Auditing',
  eventId: 4688,
  version: 2,
  time: '2024-05-01T12:01:00.0000000Z',
  computer: 'ws-01.lab.example',
  channel: 'Security',
  keywords: 0x8020_0000_0000_0000n,
  data: [
    ['SubjectUserSid', 'S-1-5-21-1-2-4294967295-1001', 'sid'],
    ['NewProcessId', '0x1a4', 'hexInt64'],
    ['NewProcessName', 'C:\\Windows\\System32\\whoami.exe'],
    ['TokenElevationType', '%%1936'],
    ['MandatoryLabel', 'S-1-16-12288', 'sid'],
    ['Parameters', 'one|two||four', 'stringArray'],
  ],
};

/** A log of `count` process starts over several chunks where `padding` makes them long. */
export function sampleLog(count: number, padding = 0): Buffer {
  return writeEvtx(Array.from({ length: count }, (_, i) => sysmonStart(i, padding)));
}

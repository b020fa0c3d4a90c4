/** What a program is for, as far as an attack is concerned. The order is the order of the columns. */
const classTable = {
  shell: 'cmd command',
  powershell: 'powershell pwsh powershell_ise',
  scriptHost: 'wscript cscript',
  htmlHost: 'mshta hh',
  rundll32: 'rundll32 control',
  regsvr32: 'regsvr32 odbcconf cmstp',
  transfer: 'certutil bitsadmin certreq desktopimgdownldr finger ftp curl wget tftp',
  dotnetTool:
    'msbuild installutil regasm regsvcs csc vbc jsc ilasm addinutil aspnet_compiler msxsl cvtres rcsi csi fsi microsoft.workflow.compiler',
  wmic: 'wmic',
  taskTool: 'schtasks at',
  serviceTool: 'sc psservice',
  net: 'net net1',
  reg: 'reg regini regedit',
  netsh: 'netsh',
  discovery:
    'whoami hostname systeminfo tasklist ipconfig arp route netstat nbtstat nltest quser qwinsta query nslookup dsquery dsget setspn gpresult klist cmdkey vaultcmd driverquery getmac tracert pathping ping chcp where tree findstr find doskey w32tm fltmc auditpol pktmon adfind csvde ldifde dsacls nbtscan',
  recovery: 'vssadmin wbadmin bcdedit wevtutil cipher fsutil diskshadow ntdsutil reagentc vshadow',
  execProxy:
    'forfiles pcalua bash wsl mavinject tracker cdb atbroker runscripthelper extexport infdefaultinstall ie4uinit xwizard verclsid scriptrunner register-cimprovider syncappvpublishingserver unregmp2 wlrmdr msdt presentationhost ieexec conhost-headless devtoolslauncher appvlp dxcap bginfo msdeploy sqlps sqltoolsps squirrel rpcping sdbinst ttdinject tttracer cmdl32 workfolders msconfig createdump rdrleakdiag sqldumper dnscmd appcmd',
  copyTool: 'esentutl expand extrac32 makecab xcopy robocopy replace print tar 7z 7za rar winrar clip',
  permissions: 'attrib icacls takeown cacls xcacls subinacl runas',
  uacHost:
    'fodhelper eventvwr sdclt computerdefaults wsreset slui sysprep wusa pkgmgr changepk cliconfg perfmon displayswitch iscsicpl dccw migwiz osk utilman sethc magnify narrator',
  remoting:
    'psexec psexec64 psexesvc paexec winrs wsmprovhost winrshost mstsc wmiprvse scrcons dcomcnfg plink putty ssh scp sftp sshd',
  services: 'services',
  serviceHost: 'svchost taskeng taskhostw taskhost taskhostex dllhost',
  userShell: 'explorer userinit sihost runtimebroker',
  core: 'system registry smss csrss wininit winlogon lsass lsm dwm fontdrvhost logonui atbroker consent spoolsv searchindexer searchprotocolhost searchfilterhost audiodg ctfmon wudfhost memcompression autochk sppsvc sppextcomobj vssvc msdtc dns dfsrs dfssvc ismserv wlms vds',
  console: 'conhost openconsole',
  errorReport: 'werfault wermgr werfaultsecure',
  nativeImage: 'ngen mscorsvw ngentask',
  maintenance:
    'compattelrunner usoclient musnotification musnotificationux mousocoreworker wuauclt tiworker trustedinstaller dismhost mrt defrag cleanmgr wsqmcons devicecensus lodctr unlodctr wmiadap backgroundtaskhost sihclient upfc speechmodeldownload mpsigstub drvinst gpupdate gpscript rdpclip tstheme smartscreen dsregcmd',
  defender:
    'msmpeng mpcmdrun nissrv senseir sense sensendr sensecncproxy mpdefendercoreservice securityhealthservice securityhealthhost',
  office:
    'winword excel powerpnt outlook onenote mspub msaccess visio eqnedt32 wordpad acrord32 acrobat foxitreader hwp',
  browser: 'chrome msedge iexplore firefox opera brave microsoftedge microsoftedgecp',
  installer: 'msiexec setup install choco winget unins000 installer instup',
  agent:
    'monitoringhost healthservice ccmexec splunkd splunk btool splunk-powershell osqueryd waappagent windowsazureguestagent collectguestlogs amazon-ssm-agent ssm-agent-worker vmtoolsd zabbix_agentd zabbix_agent2 nessusd salt-minion puppet chef-client agentexecutor microsoft.management.services.intunewindowsagent tsmanager elastic-agent elastic-endpoint winlogbeat filebeat metricbeat velociraptor telegraf nxlog vboxservice vm3dservice nscp newrelic-infra datadog-agent rapid7 taniumclient qualysagent bigfix msexchangehmworker',
  updater:
    'googleupdate microsoftedgeupdate onedrive onedrivesetup onedrivestandaloneupdater filecoauth teams update flashplayerupdateservice googlecrashhandler opera_autoupdate sdxhelper',
  webServer:
    'w3wp httpd nginx tomcat tomcat9 php-cgi php sqlservr mysqld postgres oracle inetinfo umworkerprocess ws_tomcatservice java javaw',
  language: 'python pythonw python3 perl ruby node npm go rustc cscript-net',
  developer:
    'git devenv code cl link dotnet msbuild-dev cmake ninja gcc make mingw32-make nmake vstest nuget docker kubectl az terraform gradle mvn',
  desktop:
    'notepad calc win32calc mmc taskmgr mspaint write charmap servermanager systemsettings regedit32 snippingtool cmdagent',
} as const;

export type ProgramClass = keyof typeof classTable;
export const programClasses = Object.keys(classTable) as readonly ProgramClass[];

/** For people: "started by a web or database server". */
export const classTexts: Readonly<Record<ProgramClass, string>> = {
  shell: 'a command shell',
  powershell: 'PowerShell',
  scriptHost: 'a script host',
  htmlHost: 'an HTML application host',
  rundll32: 'rundll32 or control',
  regsvr32: 'regsvr32 or its kin',
  transfer: 'a program that can download',
  dotnetTool: 'a .NET build or registration tool',
  wmic: 'wmic',
  taskTool: 'the task scheduler tool',
  serviceTool: 'the service control tool',
  net: 'net',
  reg: 'a registry tool',
  netsh: 'netsh',
  discovery: 'a discovery tool',
  recovery: 'a backup, boot or log tool',
  execProxy: 'a program that starts others',
  copyTool: 'a copy or archive tool',
  permissions: 'a file-permission tool',
  uacHost: 'a self-elevating program',
  remoting: 'a remote-execution program',
  services: 'the service control manager',
  serviceHost: 'a service or task host',
  userShell: 'the desktop shell',
  core: 'a core Windows process',
  console: 'the console host',
  errorReport: 'error reporting',
  nativeImage: 'the native image generator',
  maintenance: 'Windows maintenance',
  defender: 'Defender',
  office: 'an office program',
  browser: 'a browser',
  installer: 'an installer',
  agent: 'a management or monitoring agent',
  updater: 'an updater',
  webServer: 'a web, database or Java server',
  language: 'a script language',
  developer: 'a development tool',
  desktop: 'an ordinary desktop program',
};

const classByName = new Map<string, number>();
programClasses.forEach((programClass, index) => {
  for (const name of classTable[programClass].split(' '))
    if (!classByName.has(name)) classByName.set(name, index);
});

/** Index in {@link programClasses} of a base name without `.exe`, lower case; -1 for an unknown one. */
export function classOf(name: string): number {
  return classByName.get(name) ?? -1;
}

/** Programs with two names for one thing. */
const aliases: ReadonlyMap<string, string> = new Map(
  Object.entries({
    net1: 'net',
    pwsh: 'powershell',
    powershell_ise: 'powershell',
    command: 'cmd',
    psexec64: 'psexec',
    python3: 'python',
    pythonw: 'python',
    javaw: 'java',
    'psexec.c': 'psexec',
  }),
);

/** The one name of a program: lower case, no `.exe` or `.mui`, no alias. */
export function canonicalName(name: string): string {
  let plain = name.toLowerCase();
  if (plain.endsWith('.mui')) plain = plain.slice(0, -4);
  if (plain.endsWith('.exe')) plain = plain.slice(0, -4);
  return aliases.get(plain) ?? plain;
}

/** Programs whose home is system32 (or syswow64, or below): one anywhere else only wears the name. */
const systemPrograms: ReadonlySet<string> = new Set(
  (
    'cmd wscript cscript mshta rundll32 control regsvr32 odbcconf cmstp certutil bitsadmin certreq wmic schtasks at sc net ' +
    'reg netsh whoami hostname systeminfo tasklist taskkill ipconfig arp route netstat nbtstat nltest nslookup gpresult ' +
    'klist cmdkey driverquery getmac ping where findstr auditpol vssadmin wbadmin bcdedit wevtutil cipher fsutil forfiles ' +
    'pcalua esentutl expand extrac32 makecab xcopy robocopy attrib icacls takeown cacls fodhelper eventvwr sdclt ' +
    'computerdefaults sysprep wusa osk utilman sethc magnify narrator services svchost taskeng taskhostw taskhost dllhost ' +
    'userinit sihost runtimebroker smss csrss wininit winlogon lsass lsm dwm fontdrvhost logonui consent spoolsv ' +
    'searchindexer conhost werfault wermgr msiexec msdt mavinject powershell calc mmc taskmgr wuauclt wmiprvse scrcons ' +
    'ntdsutil diskshadow dnscmd mstsc winrs wsmprovhost tracert pathping shutdown logman msconfig ftp finger curl print ' +
    'replace runas rdrleakdiag syncappvpublishingserver presentationhost wlrmdr verclsid xwizard atbroker infdefaultinstall ' +
    'dfsvc mspaint sppsvc vssvc alg smartscreen audiodg ctfmon'
  ).split(' '),
);

export function livesInSystemFolder(name: string): boolean {
  return systemPrograms.has(name);
}

/** Names worth imitating, for {@link nearestSystemName}. */
export const imitatedNames: readonly string[] = [
  'svchost',
  'lsass',
  'csrss',
  'smss',
  'services',
  'winlogon',
  'wininit',
  'explorer',
  'conhost',
  'rundll32',
  'taskhostw',
  'taskhost',
  'dllhost',
  'spoolsv',
  'regsvr32',
  'powershell',
  'chrome',
  'msedge',
  'userinit',
  'dwm',
  'wscript',
  'cscript',
  'mshta',
  'iexplore',
  'firefox',
  'wuauclt',
  'searchindexer',
  'runtimebroker',
];

/**
 * What attack command lines have in common, as families of substrings of the normal text
 * ({@link normal-text.ts}): lower case, no quotes or carets, `.exe` dropped, options spelled with `-`,
 * paths with `\`, PowerShell's own options shortened (`-enc`, `-nop`, `-w`, `-ep`, `-c`).
 * Digit runs of three or more are masked, so no keyword holds one.
 *
 * A family is evidence, never a verdict: the model weighs it. Shapes are after MITRE ATT&CK's
 * technique pages and the LOLBAS project's list of functions.
 */
export interface Family {
  /** For people, in an explanation: "uses …", "names …". */
  readonly text: string;
  readonly words: readonly string[];
}

const family = (text: string, words: string): Family => ({
  text,
  words: words.split(' | ').map((word) => word.replaceAll('·', ' ').replaceAll(/\s*\n\s*/g, '')),
});

/** `·` is a space that matters; ` | ` separates words. */
export const families = {
  credentialTool: family(
    'a credential-theft tool or command',
    `mimikatz | sekurlsa | logonpasswords | lsadump | dcsync | privilege::debug | token::elevate | kerberos:: | crypto:: | vault:: | mimidrv | mimilib | invoke-mimi | gsecdump | pwdump | fgdump | lazagne | nanodump | dumpert | andrewspecial | sharpdump | safetykatz | sharpkatz | hashdump | secretsdump | pypykatz | kekeo | sharpdpapi | sharpchrom | internalmonologue | inveigh | kerbrute | getuserspns | passwordspray | keethief | keefarce | ppldump | handlekatz | lsassy | ticket:: | memssp | wdigest | uselogoncredential | invoke-kerb | powerdump | quarkspw | dumpcreds | procdump | get-keystrokes | ntlmrelay | credphish | sharpsecdump | trickdump | dumpthatlsass | xordump | pypykatz | rottenpotato | logonsessions | cachedump | wce·- | credentialkatz | creddump`,
  ),
  kerberosAbuse: family(
    'a Kerberos ticket attack',
    `rubeus | kerberoast | asreproast | asktgt | asktgs | krbtgt | -ptt | ·s4u | kerberos::golden | tgtdeleg | requestorsecuritytoken | -createnetonly | golden·ticket | domainspnticket | klist·purge | triage·- | dump·-luid`,
  ),
  memoryDump: family(
    'a dump of process memory',
    `lsass | comsvcs | minidump | ·#+ | #24 | createdump | rdrleakdiag | fullmemdmp | silentprocessexit | sqldumper | tttracer | -dumpfull | dumptype | writedump | procdump | -ma·ls | avdump | dump64 | processdump | .dmp`,
  ),
  hiveCopy: family(
    'a copy of the SAM, SECURITY or SYSTEM hive',
    `reg·save | save·hklm | save·hkey_local | hklm\\sam | hklm\\security | \\config\\sam | \\config\\security | \\config\\system | export·hklm\\sam | reg·export·hklm\\s | local_machine\\sam | local_machine\\security | -hive·sam`,
  ),
  directoryDatabase: family(
    'a copy of the Active Directory database or a shadow copy',
    `ntds | ntdsutil | ac·i·n | ifm·create | create·full | activate·instance | harddiskvolumeshadowcopy | shadowcopy·call·create | vssadmin·create | create·shadow | diskshadow | ninjacopy | -y·-vss | mklink·-d | volumeshadow | vshadow`,
  ),
  secretSearch: family(
    'a search for stored secrets',
    `password | passwd | cpassword | unattend.xml | sysprep.xml | sysprep.inf | groups.xml | web.config | id_rsa | .kdbx | login·data | logins.json | key3.db | key4.db | cmdkey·-list | vaultcmd | credhist | dpapi | sitelist.xml | keepass | cookies | consolehost_history | putty\\sessions | defaultpassword | autologon | .rdp | get-gpppassword | credentials\\ | -text:processmodel | processmodel.password | processmodel.username | vnc\\passw | list·apppool | list·vdir | confidential | secret`,
  ),
  offensiveTool: family(
    'a named attack tool',
    `empire | powersploit | nishang | metasploit | meterpreter | cobaltstrike | beacon | covenant | sliver | powercat | netcat | ncat | nc64 | nc·- | juicypotato | roguepotato | sweetpotato | godpotato | efspotato | printspoofer | potato | winpeas | powerup | sharpup | seatbelt | privesc | uacme | akagi | winpwnage | invoke-shellcode | exploit | shellcode | payload | implant | backdoor | malware | malicious | \\evil | evil. | hacktool | hacker | pwned | ransom | keylog | xmrig | stratum | coinminer | psattack | sharphound | bloodhound | invoke-bloodhound | allthethings | processherpaderping | sharpview | sharpmapexec | crackmapexec | impacket | petitpotam | zerologon | printnightmare | nightmare | eternalblue | donut | scarecrow | purplesharp | caldera | sandcat | merlin | mythic | brute | poshc2 | koadic | pupy | quasar | remcos | njrat | wanna | petya | noodle | dnscat | iodine | psinject | reflectivepe | reflectivedll | invoke-reflective | poc.`,
  ),
  downloadPowershell: family(
    'a download from PowerShell',
    `downloadstring | downloadfile | downloaddata | webclient | invoke-webrequest | invoke-restmethod | start-bitstransfer | bitstransfer | iwr· | irm· | wget· | httpwebrequest | httpclient | openread | webrequest | uploadstring | -usebasicparsing | -outfile | getresponsestream | urldownloadtofile`,
  ),
  downloadLolbin: family(
    'a download by a Windows program that is not meant for it',
    `-urlcache | -verifyctl | -ping·http | urlcache·-split | bitsadmin·-transfer | -transfer | -addfile | -setnotifycmdline | -setnotifyflags | -resume | desktopimgdownldr | -lockscreenurl | certreq·-post | -downloadfile·-url | mpcmdrun·-downloadfile | esentutl·-y·\\\\ | expand·\\\\ | extrac32·-y·\\\\ | finger· | imewdbld | ieexec | presentationhost | cmdl32 | certoc·-getcacaps | installapp | appinstaller | ms-appinstaller | curl·-k | curl·-o | curl·http | wget·http | curl·-l | headless·http | -dump-dom | winget·install·-manifest | replace·\\\\ | xcopy·\\\\ | squirrel | --update·http | hh·http | .settingcontent`,
  ),
  downloadScript: family(
    'a download object of a script',
    `xmlhttp | winhttprequest | adodb.stream | serverxmlhttp | responsebody | savetofile | internetexplorer.application | msxml2`,
  ),
  evaluate: family(
    'code built and evaluated at run time',
    `iex· | iex( | |iex | |·iex | ·iex | invoke-expression | scriptblock]::create | .invoke( | &( | .invokescript | -ep·bypass·-c·iex | invoke-command·-scriptblock | executecommand | execute( | eval( | createobject( | wscript.shell | getobject( | shell.application | mmc20 | shellexecute | newscriptblock | start-job`,
  ),
  encoding: family(
    'an encoded or compressed payload',
    `frombase64 | base64string | ·-enc· | memorystream | gzipstream | deflatestream | io.compression | streamreader | unicode.getstring | utf8.getstring | encoding]:: | convert]:: | -decode | -encode | -decodehex | tobase64 | securestring·- | -encodedcommand | base64 | rot13 | -bxor | bxor`,
  ),
  inMemory: family(
    'code loaded in memory',
    `reflection.assembly | assembly]::load | .load( | virtualalloc | virtualprotect | getdelegateforfunction | getprocaddress | dllimport | add-type | createthread | createremotethread | writeprocessmemory | marshal]:: | runtime.interop | kernel32 | ntdll | entrypoint | injectrunning | queueuserapc | definedynamicassembly | ntcreate | rtlmove | unsafenativemethods | openprocess | wardog | amsiscan`,
  ),
  obfuscation: family(
    'an obfuscated command',
    `[char] | char[] | -join | ·-replace | tochararray | fromcharcode | chr( | {0}{1} | {1}{0} | -f·a | $env:comspec[ | $shellid | $pshome[ | set-item·variable | get-variable | .value.tostring | stringbuilder | strreverse | -split | [array]::reverse | [-1.. | -as·[char | %~ | delims= | !·& | &&call | -v:on | call·% | call·set | set·x= | -v· | cmd·-v | \\..\\ | ..\\..\\ | .insert( | .remove( | .replace( | psobject | invoke-obfus | \u000e`,
  ),
  hiddenShell: family(
    'PowerShell told to hide or to skip its checks',
    `-w·hidden | -w·hid | windowstyle·hidden | -w·1· | -nop·-w | -nop·-noni | -noni·-w | -sta·-w | -nop·-sta | -ep·bypass | -ep·unrestricted | executionpolicy·bypass | executionpolicy·unrestricted | set-executionpolicy | -v·2 | -version·2 | -nop·-exec | createnowindow | -ep·byp`,
  ),
  amsiBypass: family(
    'an attempt to blind AMSI or event tracing',
    `amsiutils | amsiinit | amsiscan | amsi.dll | amsicontext | etweventwrite | setvalue($null | nonpublic,static | scriptblocklogging | enablescriptblock | complus_etw | etwenabled | logengine | cachedgrouppolicy | psetwlogprovider | m_enabled | amsienable`,
  ),
  defenderTamper: family(
    'a change to Defender or another security product',
    `set-mppreference | add-mppreference | exclusionpath | exclusionprocess | exclusionextension | disablerealtime | disablebehavior | disableioav | disableantispyware | disableantivirus | disablescript | disableblockatfirst | -removedefinitions | windefend | tamperprotection | windows·defender\\ | windows-defender | submitsamplesconsent | mpenginestate | stop·sense | sc·stop·windefend | -delete·windefend | uninstall·-nointeractive | config·windefend | fltmc·unload | sysmon·-u | unload·sysmon | sysmondrv | smartscreen | symantec | mcafee | sophos | crowdstrike | carbonblack | cylance | malwarebytes | trend·micro | securityhealth | wscsvc | mpssvc | antivirus | product·where | call·uninstall | call·stopservice | deviceguard | enablevirtualizationbased | runasppl | lsacfgflags | vulnerabledriverblock | features·-disable | disable-windowsoptionalfeature`,
  ),
  firewallChange: family(
    'a change to the firewall or to port forwarding',
    `advfirewall·set | allprofiles·state·off | state·off | opmode | firewall·set | firewall·add | firewall·delete | set·rule | add·rule | portproxy | new-netfirewallrule | set-netfirewallprofile | -enabled·false | remote·desktop·new·enable | fdenytsconnections | stopservice·mpssvc | f·s·o·d | fi·s·o | netsh·firewall`,
  ),
  logTamper: family(
    'a change to logs or auditing',
    `wevtutil·cl | wevtutil·clear | clear-log | clear-eventlog | remove-eventlog | limit-eventlog | wevtutil·sl | -e:false | -enabled:false | auditpol·-set | auditpol·-clear | auditpol·-remove | success:disable | failure:disable | nteventlogfile | cleareventlog | usn·deletejournal | deletejournal | dontlog | httplogging | eventlog·clear | stop·eventlog | autologger | trace·-n | logman·stop | logman·delete | policies\\system\\audit | processcreationincludecmdline | minint | -c·clear | wineventlog· | clear-history | historysavestyle | historysavepath | clear_log`,
  ),
  recoveryTamper: family(
    'a step that prevents recovery',
    `delete·shadows | shadowcopy·delete | shadowcopy·where | resize·shadowstorage | wbadmin·delete | delete·catalog | systemstatebackup | recoveryenabled | ignoreallfailures | bootstatuspolicy | safeboot | disablerestore | systemrestore | -mount | cipher·-w | reagentc·-disable | win32_shadowcopy | remove-vmsnapshot | sdelete | bcdedit·-set | -p:· | del·-s·-f·-q | vssadmin·delete`,
  ),
  autorun: family(
    'a place where programs start by themselves',
    `currentversion\\run | \\runonce | runonceex | winlogon\\ | userinit | image·file·execution | globalflag | monitorprocess | appinit | appcertdlls | start·menu\\programs\\startup | \\startup\\ | active·setup | userinitmprlogonscript | inprocserver | localserver | scrnsave | add·helper | port·monitor | print\\monitors | print\\environments | authentication·packages | notification·packages | security·packages | shellserviceobject | browser·helper | explorer\\user·shell | shell·folders | session·manager | bootexecute | netprovider | networkprovider | lsa\\ | timeproviders | environment·-v | command·processor | autodial | treatas | scriptleturl | office·test | addin | xlstart | \\debugger | -v·debugger | utilman | sethc | osk.exe | osk· | narrator | magnify | displayswitch | sticky | dbgmanageddebugger | amsi\\providers | services\\ | contextmenu | loadappinit | verifierdlls | profile.ps1 | wbem\\ | silentprocess | installscreensaver | policies\\explorer\\run | natural·language`,
  ),
  scheduledTask: family(
    'a scheduled task made or changed',
    `schtasks·-create | -create·-sc | -create·-tn | ·-sc· | -create·-f·-tn | new-scheduledtask | register-scheduledtask | scheduledtaskaction | -ru·system | -rl·highest | schtasks·-run | schtasks·-change | schtasks·-delete | unregister-scheduledtask | ps_scheduledtask | -sc·onlogon | -sc·onstart | -sc·minute | -sc·once | taskcache | at·\\\\ | -interactive· | invoke-cimmethod | schedule.service | -create·-xml`,
  ),
  serviceChange: family(
    'a service made or changed',
    `sc·create | sc·\\\\ | sc·config | binpath | binpath= | new-service | set-service | failurecommand | sc·failure | sc·sdset | ·sdset· | sc·start | sc·stop | sc·delete | stop-service | net·stop | psexesvc | create·-type | type=·kernel | start=·auto | start=·demand | start=·disabled | displayname= | servicedll | imagepath | win32_service | change·start | -name·servicedll`,
  ),
  wmiPersistence: family(
    'a WMI event subscription',
    `__eventfilter | eventconsumer | commandlineeventconsumer | activescripteventconsumer | root\\subscription | \\\\root\\sub | filtertoconsumer | set-wmiinstance | register-wmievent | __event | mofcomp | consumer`,
  ),
  accountChange: family(
    'an account or group membership changed',
    `user·-add | ·-add· | user·-ad | -active:yes | -active:no | localgroup·admin | localgroup·-add | administrators·· | administrators·-add | new-localuser | add-localgroupmember | add-adgroupmember | new-aduser | domain·admins | enterprise·admins | remote·desktop·users | set-localuser | net·user· | net·localgroup | specialaccounts | dsadd | dsmod | -resetpassword | set-adaccount | lockoutthreshold | -maxpwage | setspn·-a | userlist | addprincipal | net·password | administrator·-active`,
  ),
  uacBypass: family(
    'a known way around UAC',
    `fodhelper | computerdefaults | ms-settings | delegateexecute | mscfile | eventvwr | sdclt | sysprep | cmstp | cmlua | wusa·\\ | -extract: | -extract | wsreset | slui | silentcleanup | shell\\open\\command | isolatedcommand | enablelua | consentprompt | promptonsecure | localaccounttokenfilter | windows·\\system | bypassuac | ·runas | -verb·runas | verb·runas | runas·-savecred | -savecred | trustlabel | changepk | pkgmgr | dccw | migwiz | mmc·-e | exefile | appx | folder\\shell\\open | taskmgr | cliconfg | perfmon | displayswitch | elevat | highest | fubuki | akagi | token`,
  ),
  scriptProxy: family(
    'a script or scriptlet run through another program',
    `scrobj | -i:http | -i:\\ | -u·-n·-s | -s·-n·-u | -s·-u | javascript: | vbscript: | javascript | vbscript | script:http | script: | runhtmlapplication | about: | mshta·http | mshta·vb | mshta·java | .hta | .sct | .wsf | .jse | .vbe | pubprn | winrm.vbs | slmgr.vbs | manage-bde.wsf | syncappvpublishing | cl_mutex | cl_invocation | cl_load | utilityfunctions | -e:vbs | -e:js | -e:jscript | -e:vbscript | -b·-e | msxsl | -format:http | -format:\\ | -format:evil | .xsl | format:c | ·//e | wscript·-e | cscript·-e | .chm | hh·- | mshta· | regsvr32·-s·-i | process·list·-format | cscript·-b | scriptrunner | -appvscript`,
  ),
  rundllProxy: family(
    'a DLL export that runs other programs',
    `url.dll | fileprotocolhandler | openurl | openurla | shdocvw | ieframe | ieadvpack | advpack | launchinfsection | registerocx | pcwutl | launchapplication | zipfldr | routethecall | syssetup | setupinfobjectinstall | setupapi | installhinfsection | dfshim | shopenverb | desk.cpl | installscreensaver | mshtml | printhtml | control_rundll | shell32 | davclnt | davsetcookie | ,dllregisterserver | dllregister | ·dllmain | ,start | ,main | ,run | ,entrypoint | ,#1 | ,#2 | ,a· | ,dllinstall | ,#44 | keymgr | krshowkeymgr | cryptext | ,voidfunc | shimgvw | scrobj.dll | -sta·{ | -localserver | .dll, | .cpl | .ocx | ,install | ,test | ,xl | ,rundll | .dat, | .tmp, | .txt, | .jpg, | .png, | .log, | .dll·# | ,#`,
  ),
  dotnetProxy: family(
    'a .NET tool that compiles or runs other code',
    `installutil | -logtoconsole=false | -logfile= | regasm·-u | regsvcs | regasm | msbuild·c:\\ | .csproj | .xml· | -target:library | csc·-out | csc·-target | csc·-r | jsc· | vbc·-t | ilasm | addinutil | aspnet_compiler | rcsi | csi· | fsi· | -noconfig | dnx | workflow.compiler | microsoft.workflow | xoml | inline | dotnet·ms | ngen· | -reference | cvtres`,
  ),
  execProxy: family(
    'a Windows program used to start another one',
    `pcalua·-a | forfiles | -c·cmd | bash·-c | wsl·- | wsl·-e | proxycommand | localcommand | conhost·- | --headless | conhost·cmd | conhost·c:\\ | extexport | ie4uinit | infdefaultinstall | odbcconf | -a·{regsvr | regsvr· | mavinject | tracker·-d | cdb· | -cf· | bginfo | atbroker | runscripthelper | te· | wuauclt·-up | updatedeploymentprovider | verclsid | xwizard | runwizard | register-cimprovider | gpscript | scriptrunner | ttdinject | msdeploy | runcommand | devtoolslauncher | launchfordeploy | vsjitdebugger | appvlp | coregen | dnscmd·-config | serverlevelplugindll | unregmp2 | workfolders | wlrmdr | msdt | it_browseforfile | explorer·-root | dxcap | pester | ·-processstart | --processstart | rpcping | stordiag | diskshadow·-s | ftp·-s | control·c:\\ | cmstp·-s | -ni·-s | -au·\\ | .inf | msiexec·-q | -i·http | msiexec·-z | msiexec·-y | mftrace | sqlps | sqltoolsps | wfc | aspnet | openconsole | shellrunas | settingsynchost | loadandrun | -loadandrun | at· | winword·-l | excel·-l | -l·c: | mspub | hh· | syncapp | psr· | -loaddll | eudcedit | fsutil·trace | netsh·add | nlt | sftp·-o | ssh·-o | customshell | provlaunch | pnputil·-i | launch-vsdevshell | remote.exe | testwindowremote | unimdm`,
  ),
  stealthCopy: family(
    'a copy hidden in a stream, or of a system program',
    `:$data | -stream | zone.identifier | .txt: | .log: | .jpg: | .dat: | copy·c:\\windows\\system32 | copy·cmd | \\cmd· | copy·% | esentutl·-y | -d·-o | extrac32 | makecab | findstr·-v·-l | -v·-l·w | print·-d: | replace·c:\\ | ·type· | copy·-b | -copy | certutil·-encode | robocopy | expand·- | fsutil·file | regini | -ads | streams`,
  ),
  reconUser: family(
    'discovery of users and groups',
    `whoami | net·user | net·group | net·localgroup | net·accounts | net·admin | domain·admins | -domain | query·user | quser | qwinsta | query·session | get-aduser | get-adgroup | get-addomain | get-localuser | get-localgroup | ·-priv | ·-groups | useraccount | group·get | getcurrent | $env:username | echo·%user | %username | cmdkey | klist | gpresult | sysaccount | win32_useraccount | loggedon | get-netlocalgroup | netlogin`,
  ),
  reconHost: family(
    'discovery of the machine',
    `systeminfo | hostname | os·get | qfe | logicaldisk | bios·get | computersystem | win32_computersystem | win32_operatingsystem | get-computerinfo | machineguid | systembios | ·ver· | get-hotfix | w32tm | driverquery | fsinfo | msinfo | nls\\language | chcp | tzutil | get-timezone | net·time | uptime | get-culture | productname | csproduct | diskdrive | baseboard | videocontroller | net·statistics | net·config | locale | echo·% | win32_bios | get-ciminstance | get-wmiobject | gwmi | vmtools | virtualbox | vbox | vmware | msacpi`,
  ),
  reconNetwork: family(
    'discovery of the network',
    `ipconfig | arp·- | route·print | netstat | net·view | net·share | net·session | net·use | nbtstat | nltest | dclist | domain_trusts | -dsgetdc | trusted_domains | nslookup | netsh·wlan | wlan·show | show·profile | key=clear | get-netip | get-nettcp | portqry | nmap | masscan | test-netconnection | nbtscan | netscan | advanced_ip | angryip | ipscan | tracert | pathping | net·file | win32_networkadapter | getmac | -displaydns | show·interface | show·rule | for·-l | in·(1 | tcpclient | portscan | show·allprofiles | invoke-arp | smbscan | get-smbshare | show·currentprofile | pktmon | trace·start | capture= | ping·-n | dnshostname | netmon`,
  ),
  reconProcess: family(
    'discovery of processes, services and software',
    `tasklist | get-process | process·get | process·list | query·process | sc·query | sc·qc | net·start | get-service | service·get | service·where | service·list | win32_process | product·get | uninstall\\ | antivirusproduct | securitycenter2 | antispyware | firewallproduct | -svc | -fi·· | schtasks·-query | get-scheduledtask | queryex | tasklist·-m | fltmc | svcversion | pslist | startup·get | startup·list | wmic·startup | findstr·-i·virus | installedprogram | displayname,·displayversion`,
  ),
  reconDirectory: family(
    'discovery of the directory',
    `adfind | dsquery | dsget | powerview | get-net | get-domain | find-local | ldapsearch | ldap | setspn·-t | setspn·-q | ·-q·*\\* | userhunter | csvde | ldifde | dcdiag | adsisearcher | directorysearcher | adsi] | trustdmp | objectcategory | samaccounttype | dcmodes | computers_pwdnot | gpo | sharepoint | adexplorer | adrecon | pingcastle | ridbrute | invoke-share | get-gpo | soaphound | certify | certipy | spoolsample | nltest·- | dnsdump`,
  ),
  reconFile: family(
    'a search through files or the registry',
    `dir·-s | dir·-b | dir·c: | findstr·-si | findstr·-s | findstr | tree·-f | where·-r | select-string | -recurse | get-childitem | gci· | reg·query | get-itemproperty | gp·hk | get-content | type·c: | -include | icacls·c | accesschk | get-acl | .docx | .xls | *.doc | *.pdf | *.txt | more·c | attrib | get-itemp`,
  ),
  lateral: family(
    'execution on another machine',
    `psexec | paexec | remcom | -node: | node: | winrs | invoke-command | -computername | new-pssession | enter-pssession | -s·\\\\ | admin$ | \\c$ | ipc$ | \\d$ | wmiexec | smbexec | dcomexec | atexec | mstsc·-v | sharprdp | tscon | invoke-wmimethod | process·call | call·create | win32_process· | ·\\\\\u0004 | ·\\\\\u0005 | \\\\\u0006 | \\\\127.0 | wmic·-n | document.activeview | gettypefromprogid | executeshellcommand | invoke-cim | mmc20.app | enable-psremoting | winrm | trustedhosts | wsman | credssp | -remote | movewmi | copy-item·-tosession | \\\\.\\pipe | net·use·\\\\ | -u:·-p | rdpwrap | termservice | shadow: | new-cimsession | schtasks·-s | pipe\\`,
  ),
  remoteAccess: family(
    'a tunnel, relay or remote-access tool',
    `ngrok | plink | chisel | ·-r·\u0003 | -l·\u0003 | socks | frpc | rsocx | anydesk | teamviewer | screenconnect | ammyy | dwagent | rustdesk | netsupport | logmein | gotoassist | atera | splashtop | -d·\u0003: | ssh·-r | ssh·-d | -nr· | vncserver | dameware | remoteutilities | cloudflared | tor.exe | \\tor\\ | tailscale | zerotier | 4444 | -lvp | nc·-l | tcplistener | reverse | .onion | sockets | bitvise | openvpn | rdp-tcp | tunnel`,
  ),
  collection: family(
    'collection or sending of data',
    `compress-archive | rar·a | rar·- | 7z·a | ·a·-hp | ·-hp | -p·a | makecab | zip·-r | tar·-c | tar·-z | get-clipboard | clip· | copyfromscreen | psr·-start | -gui·0 | getasynckeystate | keylog | microphone | soundrecorder | rclone | megasync | uploadfile | uploaddata | -method·post | -infile | curl·-f | curl·-t | curl·-d | --data | --upload | put· | send-mailmessage | smtpclient | outlook.application | dropbox | transfer.sh | pastebin | anonfile | icmp | ftp· | webdav | onedrive.live | discord | telegram | webhook | ·-r·-hp | datasvcutil | configsecuritypolicy | browser·history | webbrowserpassview | pst | -exportpfx | export-pfx | exportpfx`,
  ),
  fileHiding: family(
    'files hidden, re-owned or re-dated',
    `attrib·+ | +h | +s·+h | takeown | icacls | -grant·everyone | everyone:f | everyone:(f | -grant | cacls | creationtime | lastwritetime | lastaccesstime | timestomp | -reset | hidden= | hidefileext | showsuperhidden | subst· | vhd | mount-diskimage | .iso | \\..· | remove-item | del·-f | del·c: | del·- | rmdir·-s | erase· | cleanup | format·`,
  ),
  writablePath: family(
    'a folder anyone can write to',
    `\\temp\\ | appdata\\ | \\users\\public | \\programdata\\ | \\perflogs | recycle | windows\\tasks | windows\\temp | windows\\debug | windows\\fonts | windows\\tracing | drivers\\color | windows\\media | windows\\help | \\tmp\\ | \\intel\\ | \\downloads\\ | \\desktop\\ | c:\\temp | locallow | \\music\\ | \\pictures\\ | \\videos\\ | system32\\tasks | \\roaming\\ | \\addins | ime\\ | c:\\a | registration\\crm | \\spool\\ | inetpub\\wwwroot | \\wwwroot`,
  ),
  scriptFile: family(
    'a script or installer file',
    `.vbs | .js· | .ps1 | .bat | .cmd | .scr | .pif | .lnk | .msi | .reg | .py | .cpl | .psm1 | .sct | .hta | .wsf | .jar | .xll | .msp | .one`,
  ),
  privilegeChange: family(
    'a privilege or token used or stolen',
    `seimpersonate | sedebug | -privs | impersonat | getsystem | token | -i·-s | psexec·-s | runas· | ·-s·cmd | malseclogon | createprocesswith | trustedinstaller | nsudo | advancedrun | -runas· | rdpwinst | named·pipe | \\pipe\\ | echo·-c | >·\\\\.\\ | pipename | %comspec% | spoolss | sdsvc`,
  ),
  registryChange: family(
    'a registry value written',
    `reg·add | reg·delete | reg·import | reg·load | reg·copy | reg·restore | set-itemproperty | new-itemproperty | remove-itemproperty | new-item·-path·hk | regedit·-s | regedit | setstringvalue | stdregprov | regini | -t·reg_ | -d·0 | \\shell\\ | trustcenter | vbawarnings | accessvbom | proxyserver | rundll | dword | hkcu: | hklm: | root·store | -addstore | addstore | import-certificate | rootca`,
  ),
} as const satisfies Record<string, Family>;

export type FamilyName = keyof typeof families;
export const familyNames = Object.keys(families) as readonly FamilyName[];

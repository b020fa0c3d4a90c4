/** Processes that start so much of Windows that sharing one says nothing. */
const hubs: ReadonlySet<string> = new Set([
  'system',
  'system idle process',
  'registry',
  'smss.exe',
  'csrss.exe',
  'wininit.exe',
  'winlogon.exe',
  'services.exe',
  'lsass.exe',
  'svchost.exe',
  'explorer.exe',
  'userinit.exe',
  'taskeng.exe',
  'taskhostw.exe',
  'sihost.exe',
  'runtimebroker.exe',
  'dllhost.exe',
  'wmiprvse.exe',
  'logonui.exe',
  'dwm.exe',
]);

export function isHub(name: string | undefined): boolean {
  return name !== undefined && hubs.has(name.toLowerCase());
}

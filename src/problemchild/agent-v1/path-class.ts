/** Where a program lies. The order is the order of the columns. */
export const pathClasses = [
  'system32',
  'syswow64',
  'windowsServicing',
  'windows',
  'windowsWritable',
  'programFiles',
  'programData',
  'userTemp',
  'userAppData',
  'userDownloads',
  'userDesktop',
  'userOther',
  'publicUser',
  'recycleBin',
  'driveRoot',
  'shallow',
  'otherDrive',
  'deep',
  'remote',
  'device',
] as const;

export type PathClass = (typeof pathClasses)[number];

export const pathClassTexts: Readonly<Record<PathClass, string>> = {
  system32: 'the system folder',
  syswow64: 'the 32-bit system folder',
  windowsServicing: "Windows' component, driver or .NET folders",
  windows: 'the Windows folder',
  windowsWritable: 'a Windows folder that users can write to',
  programFiles: 'Program Files',
  programData: 'ProgramData',
  userTemp: "a user's temp folder",
  userAppData: "a user's AppData",
  userDownloads: "a user's Downloads",
  userDesktop: "a user's Desktop or Documents",
  userOther: "a user's folder",
  publicUser: 'the Public folder',
  recycleBin: 'the recycle bin or PerfLogs',
  driveRoot: 'the root of a drive',
  shallow: 'a folder at the root of the system drive',
  otherDrive: 'another drive',
  deep: 'another folder',
  remote: 'a network share',
  device: 'a device path',
};

const rules: readonly (readonly [pattern: RegExp, pathClass: PathClass])[] = [
  [
    /^[a-z]:\\windows\\(temp|tasks|debug|fonts|tracing|media|help|addins|ime|pla|registration|softwaredistribution|system32\\(tasks|spool\\drivers|microsoft\\crypto|com\\dmp|fxstmp|logfiles|winevt)|syswow64\\(tasks|com\\dmp|fxstmp))\\/,
    'windowsWritable',
  ],
  [/^[a-z]:\\windows\\(system32|sysnative)\\driverstore\\/, 'windowsServicing'],
  [/^[a-z]:\\windows\\(system32|sysnative)\\/, 'system32'],
  [/^[a-z]:\\windows\\syswow64\\/, 'syswow64'],
  [
    /^[a-z]:\\windows\\(winsxs|servicing|microsoft\.net|systemapps|immersivecontrolpanel|assembly|ccm|ccmcache|uus)\\/,
    'windowsServicing',
  ],
  [/^[a-z]:\\windows\\/, 'windows'],
  [/^[a-z]:\\progra(m files|m files \(x86\)|~[12])\\/, 'programFiles'],
  [/^[a-z]:\\program(data)\\|^[a-z]:\\documents and settings\\all users\\/, 'programData'],
  [/^[a-z]:\\users\\public\\/, 'publicUser'],
  [
    /^[a-z]:\\(users|documents and settings)\\[^\\]*\\(appdata\\local\\temp|appdata\\locallow|local settings\\temp)\\/,
    'userTemp',
  ],
  [
    /^[a-z]:\\(users|documents and settings)\\[^\\]*\\(appdata|application data|local settings)\\/,
    'userAppData',
  ],
  [/^[a-z]:\\(users|documents and settings)\\[^\\]*\\downloads\\/, 'userDownloads'],
  [
    /^[a-z]:\\(users|documents and settings)\\[^\\]*\\(desktop|documents|music|pictures|videos|onedrive[^\\]*)\\/,
    'userDesktop',
  ],
  [/^[a-z]:\\(users|documents and settings)\\/, 'userOther'],
  [/^[a-z]:\\(\$recycle\.bin|recycler|perflogs|system volume information)\\/, 'recycleBin'],
  [/^\\\\(\?|\.)\\|^\\device\\|^\\\?\?\\/, 'device'],
  [/^\\\\/, 'remote'],
  [/^[a-z]:\\[^\\]*$/, 'driveRoot'],
  [/^[abd-z]:\\/, 'otherDrive'],
  [/^c:\\[^\\]*\\[^\\]*$/, 'shallow'],
  [/\\/, 'deep'],
];

const order = new Map(pathClasses.map((pathClass, index) => [pathClass, index]));

/** Index in {@link pathClasses} of a full path; -1 for none. */
export function classifyPath(path: string): number {
  const plain = path
    .toLowerCase()
    .replaceAll('/', '\\')
    .replace(/^"|"$/g, '')
    .replace(/^\\\\\?\\(?=[a-z]:)|^\\\?\?\\(?=[a-z]:)/, '')
    .replace(/^\\systemroot\\/, 'c:\\windows\\')
    .replace(/^%(systemroot|windir)%\\/, 'c:\\windows\\');
  for (const [pattern, pathClass] of rules) if (pattern.test(plain)) return order.get(pathClass)!;
  return -1;
}

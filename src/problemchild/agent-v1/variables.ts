/**
 * Environment variables whose value is the same on almost every machine, as normal text: they are
 * expanded so that `%comspec%`, `$env:comspec` and `cmd.exe` read alike. \u0008 is the user's name.
 */
const values: ReadonlyMap<string, string> = new Map(
  Object.entries({
    comspec: 'c:\\windows\\system32\\cmd.exe',
    systemroot: 'c:\\windows',
    windir: 'c:\\windows',
    systemdrive: 'c:',
    homedrive: 'c:',
    temp: 'c:\\users\\\u0008\\appdata\\local\\temp',
    tmp: 'c:\\users\\\u0008\\appdata\\local\\temp',
    appdata: 'c:\\users\\\u0008\\appdata\\roaming',
    localappdata: 'c:\\users\\\u0008\\appdata\\local',
    userprofile: 'c:\\users\\\u0008',
    homepath: '\\users\\\u0008',
    public: 'c:\\users\\public',
    programdata: 'c:\\programdata',
    allusersprofile: 'c:\\programdata',
    programfiles: 'c:\\program files',
    'programfiles(x86)': 'c:\\program files (x86)',
    programw6432: 'c:\\program files',
    commonprogramfiles: 'c:\\program files\\common files',
    pathext: '.com;.exe;.bat;.cmd;.vbs;.vbe;.js;.jse;.wsf;.wsh;.msc',
    psmodulepath: 'c:\\windows\\system32\\windowspowershell\\v1.0\\modules\\',
    os: 'windows_nt',
  }),
);

export interface VariableReference {
  /** Index after the reference. */
  readonly end: number;
  /** What it stands for, or `undefined` for a variable that differs from machine to machine. */
  readonly value: string | undefined;
}

// Two signs where an event log doubled them; `:~a,b` takes a substring, `:a=b` replaces.
const percentReference =
  /%{1,2}([a-z_][a-z0-9_()]{0,40})(?::~(-?\d{1,3})(?:,(-?\d{1,3}))?|:[^%=]{1,40}=[^%]{0,40})?%{1,2}/iy;
const bangReference = /!([a-z_][a-z0-9_]{0,40})(?::~(-?\d{1,3})(?:,(-?\d{1,3}))?)?!/iy;
const dollarReference = /\$\{?env:([a-z_][a-z0-9_]{0,40}(?:\(x86\))?)\}?/iy;

/** Reads the reference that begins at `at`, where `text[at]` is `%`, `!` or `$`. */
export function readVariable(text: string, at: number): VariableReference | undefined {
  const unit = text.charCodeAt(at);
  const pattern = unit === 37 ? percentReference : unit === 33 ? bangReference : dollarReference;
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  if (found === null) return undefined;
  const value = values.get(found[1]!.toLowerCase());
  const end = pattern.lastIndex;
  if (value === undefined || found[2] === undefined) return { end, value };
  return { end, value: cutValue(value, Number(found[2]), found[3]) };
}

/** `%NAME:~start,length%` as the command processor reads it: negatives count from the end. */
function cutValue(value: string, start: number, length: string | undefined): string {
  const from = start < 0 ? Math.max(0, value.length + start) : start;
  if (length === undefined) return value.slice(from);
  const count = Number(length);
  return count < 0 ? value.slice(from, value.length + count) : value.slice(from, from + count);
}

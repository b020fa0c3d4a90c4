/** A URL reduced to what kind of place it names; the path's words would be learnt by heart. */
export interface NormalUrl {
  /** `://` and the kind of host, `:port` where one is written, `\.ext` of the last path segment. */
  readonly text: string;
  readonly publicAddress: boolean;
  readonly end: number;
}

const hostKinds: readonly (readonly [pattern: RegExp, kind: string])[] = [
  [/^(raw\.githubusercontent\.com|gist\.github|github\.com|gitlab\.com|bitbucket\.org)/, 'codehost'],
  [/(pastebin\.com|paste\.|hastebin|ghostbin|rentry|termbin|dpaste)/, 'pastehost'],
  [
    /(transfer\.sh|anonfiles|file\.io|uguu\.se|mega\.nz|mediafire|dropbox|discordapp|gofile|sendspace|temp\.sh)/,
    'filehost',
  ],
  [
    /(ngrok|serveo|trycloudflare|portmap|localtunnel|duckdns|no-ip|dyndns|\.onion|\.tk$|\.top$|\.xyz$)/,
    'tunnelhost',
  ],
  [
    /(^|\.)(microsoft\.com|windowsupdate\.com|windows\.net|office\.com|live\.com|msftncsi\.com|aka\.ms|azure\.com|visualstudio\.com|powershellgallery\.com|nuget\.org)$/,
    'mshost',
  ],
  [
    /(chocolatey\.org|npmjs\.org|pypi\.org|python\.org|nodejs\.org|mozilla\.org|google\.com|docker\.com|elastic\.co|debian\.org|ubuntu\.com|apache\.org|oracle\.com|gnu\.org|git-scm\.com)$/,
    'devhost',
  ],
  [/^(localhost|127\.\d+\.\d+\.\d+)$/, 'localhost'],
  [/^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)[\d.]+$/, 'privateaddress'],
  [/^\d{1,3}(\.\d{1,3}){3}$/, 'publicaddress'],
  [/^[^.]*$/, 'shortname'],
];

/** Reads the URL whose authority begins at `at`. */
export function readUrl(raw: string, at: number, end: number): NormalUrl {
  let i = at;
  while (i < end && !endsUrl(raw.charCodeAt(i))) i++;
  const body = raw.slice(at, Math.min(i, at + 512)).toLowerCase();
  const authority = /^[^/\\?#]*/.exec(body)![0];
  const host = authority.replace(/^.*@/, '').replace(/:\d*$/, '');
  const kind = hostKinds.find(([pattern]) => pattern.test(host))?.[1] ?? 'host';
  const port = /:\d+$/.test(authority) ? ':port' : '';
  const extension = /\.[a-z0-9]{1,5}$/.exec(body.slice(authority.length).replace(/[?#].*$/, ''))?.[0] ?? '';
  const path = body.length > authority.length + 1 ? '\\' : '';
  return { text: `://${kind}${port}${path}${extension}`, publicAddress: kind === 'publicaddress', end: i };
}

function endsUrl(unit: number): boolean {
  return (
    unit <= 34 ||
    unit === 39 ||
    unit === 41 ||
    unit === 44 ||
    unit === 59 ||
    unit === 60 ||
    unit === 62 ||
    unit === 124 ||
    unit === 96
  );
}

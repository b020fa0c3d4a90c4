/** Accounts that own the machine anyway, as SDDL writes them: by alias where it has one. */
const trusted: ReadonlySet<string> = new Set([
  'SY',
  'BA',
  'S-1-5-18',
  'S-1-5-32-544',
  // NT SERVICE\TrustedInstaller
  'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464',
  // Placeholders for whoever owns or creates, who is checked or trusted in their own right.
  'CO',
  'S-1-3-0',
  'OW',
  'S-1-3-4',
]);

/** Write or append data (add file, add folder), write attributes, delete child, delete, change rights or owner. */
const writeMask =
  0x2 | 0x4 | 0x10 | 0x40 | 0x100 | 0x1_0000 | 0x4_0000 | 0x8_0000 | 0x4000_0000 | 0x1000_0000;

const rightBits: Readonly<Record<string, number>> = {
  GA: 0x1000_0000,
  GW: 0x4000_0000,
  GR: 0x8000_0000,
  GX: 0x2000_0000,
  FA: 0x1f_01ff,
  FW: 0x12_0116,
  FR: 0x12_0089,
  FX: 0x12_00a0,
  SD: 0x1_0000,
  RC: 0x2_0000,
  WD: 0x4_0000,
  WO: 0x8_0000,
  CC: 0x1,
  DC: 0x2,
  LC: 0x4,
  SW: 0x8,
  RP: 0x10,
  WP: 0x20,
  DT: 0x40,
  LO: 0x80,
  CR: 0x100,
};

const notUnderstood = 'a descriptor that is not understood';

/**
 * The first account of a security descriptor in SDDL that may change the object and is neither trusted
 * nor `currentUserSid`; `undefined` when there is none. A descriptor that is not understood to its end counts as
 * open to everyone: this decides about loading code.
 */
export function findUntrustedWriter(sddl: string, currentUserSid: string): string | undefined {
  const head = /^O:(S-[\d-]+|[A-Z]{2})(?:G:(?:S-[\d-]+|[A-Z]{2}))?/.exec(sddl);
  if (head === null) return 'an unknown owner';
  const owner = head[1]!;
  if (!isTrusted(owner, currentUserSid)) return owner;
  const rest = sddl.slice(head[0].length);
  // No list, or NO_ACCESS_CONTROL, gives everyone everything.
  if (rest === '' || rest.startsWith('S:')) return 'everyone';
  const flags = /^D:([A-Z_]*)/.exec(rest);
  if (flags === null) return notUnderstood;
  if (flags[1]!.includes('NO_ACCESS_CONTROL')) return 'everyone';
  const entries = readEntries(rest, flags[0].length);
  if (entries === undefined) return notUnderstood;
  for (const entry of entries) {
    const writer = judgeEntry(entry, currentUserSid);
    if (writer !== undefined) return writer;
  }
  return undefined;
}

/**
 * The entries from `start` to the end of the text or to the audit list, without their outer parentheses. Conditions
 * have parentheses of their own, and texts in quotation marks, in which parentheses mean nothing. `undefined` when
 * there is anything else.
 */
function readEntries(text: string, start: number): string[] | undefined {
  const entries: string[] = [];
  let begin = start;
  let depth = 0;
  let isQuoted = false;
  for (let at = start; at < text.length; at++) {
    const letter = text[at];
    if (letter === '"') isQuoted = depth > 0 && !isQuoted;
    if (isQuoted) continue;
    if (depth === 0) {
      if (text.startsWith('S:', at)) return entries;
      if (letter !== '(') return undefined;
      begin = at + 1;
      depth = 1;
    } else if (letter === '(') {
      depth++;
    } else if (letter === ')') {
      depth--;
      if (depth === 0) entries.push(text.slice(begin, at));
    }
  }
  return depth === 0 ? entries : undefined;
}

/** Whom one entry lets change the object, of those who should not. A condition is taken to hold. */
function judgeEntry(entry: string, currentUserSid: string): string | undefined {
  const [type, flags, rights, , , account] = entry.split(';');
  if (type === 'D' || type === 'XD') return undefined;
  if (type !== 'A' && type !== 'XA') return `an entry of type ${type}`;
  if (flags === undefined || account === undefined || rights === undefined) return 'an entry without account';
  // For what is created inside later, not for this object.
  if (flags.match(/../g)?.includes('IO') === true) return undefined;
  return (maskOf(rights) & writeMask) !== 0 && !isTrusted(account, currentUserSid) ? account : undefined;
}

function isTrusted(account: string, currentUserSid: string): boolean {
  return trusted.has(account) || account === currentUserSid;
}

function maskOf(rights: string): number {
  if (/^0x[\da-f]{1,8}$/i.test(rights)) return Number.parseInt(rights, 16);
  let mask = 0;
  for (let at = 0; at < rights.length; at += 2) {
    const bits = rightBits[rights.slice(at, at + 2)];
    if (bits === undefined) return writeMask;
    mask |= bits;
  }
  return mask;
}

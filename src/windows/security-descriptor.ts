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

/**
 * The first account of a security descriptor in SDDL that may change the object and is neither trusted
 * nor `currentUserSid`; `undefined` when there is none. A descriptor that cannot be understood counts as
 * open to everyone: this decides about loading code.
 */
export function findUntrustedWriter(sddl: string, currentUserSid: string): string | undefined {
  const owner = /^O:(S-[\d-]+|[A-Z]{2})/.exec(sddl)?.[1];
  if (owner === undefined) return 'an unknown owner';
  if (!isTrusted(owner, currentUserSid)) return owner;
  const list = /D:([A-Z_]*)((?:\([^)]*\))*)/.exec(sddl);
  // No list, or NO_ACCESS_CONTROL, gives everyone everything.
  if (list === null || list[1]!.includes('NO_ACCESS_CONTROL')) return 'everyone';
  for (const [, entry] of list[2]!.matchAll(/\(([^)]*)\)/g)) {
    const [type, flags, rights, , , account] = entry!.split(';');
    if (type !== 'A' && type !== 'XA') {
      if (type === 'D' || type === 'XD') continue;
      return `an entry of type ${type}`;
    }
    // For what is created inside later, not for this object.
    if (flags?.includes('IO')) continue;
    if (account === undefined || rights === undefined) return 'an entry without account';
    if ((maskOf(rights) & writeMask) !== 0 && !isTrusted(account, currentUserSid)) return account;
  }
  return undefined;
}

function isTrusted(account: string, currentUserSid: string): boolean {
  return trusted.has(account) || account === currentUserSid;
}

function maskOf(rights: string): number {
  if (rights.startsWith('0x')) return Number.parseInt(rights, 16);
  let mask = 0;
  for (let at = 0; at < rights.length; at += 2) {
    const bits = rightBits[rights.slice(at, at + 2)];
    if (bits === undefined) return writeMask;
    mask |= bits;
  }
  return mask;
}

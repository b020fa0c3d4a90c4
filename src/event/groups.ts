import { isObject, type JsonObject, textsOf } from './json-value.ts';
import type { UserGroups } from './process-event.ts';

/** More than Windows allows a token: 1,024. What a document lists beyond is left out, and said to be. */
const maxGroups = 1_024;

/** Names of groups that are the same on every Windows, in English: [MS-DTYP] 2.4.2.4. */
const wellKnownNames: Readonly<Record<string, string>> = {
  'S-1-1-0': 'Everyone',
  'S-1-2-0': 'LOCAL',
  'S-1-2-1': 'CONSOLE LOGON',
  'S-1-5-2': 'NETWORK',
  'S-1-5-3': 'BATCH',
  'S-1-5-4': 'INTERACTIVE',
  'S-1-5-6': 'SERVICE',
  'S-1-5-11': 'Authenticated Users',
  'S-1-5-14': 'REMOTE INTERACTIVE LOGON',
  'S-1-5-15': 'This Organization',
  'S-1-5-32-544': 'Administrators',
  'S-1-5-32-545': 'Users',
  'S-1-5-32-546': 'Guests',
  'S-1-5-32-547': 'Power Users',
  'S-1-5-32-548': 'Account Operators',
  'S-1-5-32-549': 'Server Operators',
  'S-1-5-32-550': 'Print Operators',
  'S-1-5-32-551': 'Backup Operators',
  'S-1-5-32-555': 'Remote Desktop Users',
  'S-1-5-32-556': 'Network Configuration Operators',
  'S-1-5-32-562': 'Distributed COM Users',
  'S-1-5-32-573': 'Event Log Readers',
  'S-1-5-32-578': 'Hyper-V Administrators',
  'S-1-5-32-580': 'Remote Management Users',
  'S-1-5-113': 'Local account',
  'S-1-5-114': 'Local account and member of Administrators group',
};

/** Groups that every domain has, by the last number of the SID. */
const domainNames: Readonly<Record<string, string>> = {
  '512': 'Domain Admins',
  '513': 'Domain Users',
  '514': 'Domain Guests',
  '515': 'Domain Computers',
  '516': 'Domain Controllers',
  '518': 'Schema Admins',
  '519': 'Enterprise Admins',
  '520': 'Group Policy Creator Owners',
  '525': 'Protected Users',
};

/** The same user's processes carry the same groups: they share one list. */
const knownTokens = new Map<string, UserGroups>();
const maxKnownTokens = 256;

/**
 * The groups of a token: binary SIDs one after the other, in hexadecimal. Names are only those that need no
 * question to a domain. `undefined` when they were not captured; bytes that are no SID end the list.
 */
export function groupsOfToken(sids: string | undefined, count: number | undefined): UserGroups | undefined {
  if (sids === undefined) return undefined;
  const key = `${count} ${sids}`;
  const known = knownTokens.get(key);
  if (known !== undefined) return known;
  const ids = readSids(Buffer.from(sids, 'hex'));
  const groups = ofIds(ids, ids.length === (count ?? ids.length));
  if (knownTokens.size >= maxKnownTokens) knownTokens.clear();
  knownTokens.set(key, groups);
  return groups;
}

/** `user.group` as ECS has it: an object or a list of them, whose ids and names may be lists. @throws FieldFault */
export function groupsOf(value: unknown): UserGroups | undefined {
  const groups = (Array.isArray(value) ? value : [value]).filter(isObject);
  if (groups.length === 0) return undefined;
  const ids = gather(groups, 'id');
  const names = gather(groups, 'name');
  if (ids.length === 0 && names.length === 0) return undefined;
  const isCut = Math.max(ids.length, names.length) > maxGroups;
  return {
    ids: ids.slice(0, maxGroups),
    names: names.slice(0, maxGroups),
    hasAllIds: !isCut && ids.length >= names.length,
    hasAllNames: !isCut && names.length >= ids.length,
  };
}

function gather(groups: readonly JsonObject[], member: 'id' | 'name'): string[] {
  const texts = new Set<string>();
  for (const group of groups)
    for (const text of textsOf(group[member], `user.group.${member}`)) texts.add(text);
  return [...texts];
}

function ofIds(ids: readonly string[], hasAllIds: boolean): UserGroups {
  const names = ids.map(nameOf).filter((name) => name !== undefined);
  return { ids, names, hasAllIds, hasAllNames: hasAllIds && names.length === ids.length };
}

function nameOf(sid: string): string | undefined {
  if (Object.hasOwn(wellKnownNames, sid)) return wellKnownNames[sid];
  const last = /^S-1-5-21-\d+-\d+-\d+-(\d+)$/.exec(sid)?.[1];
  return last === undefined || !Object.hasOwn(domainNames, last) ? undefined : domainNames[last];
}

/** Layout of SID: revision, number of sub-authorities, authority (48 bits, big endian), sub-authorities. */
function readSids(bytes: Buffer): string[] {
  const ids: string[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const parts = bytes[at + 1]!;
    const end = at + 8 + parts * 4;
    if (bytes[at] !== 1 || parts > 15 || end > bytes.length) break;
    let sid = `S-1-${bytes.readUIntBE(at + 2, 6)}`;
    for (let part = at + 8; part < end; part += 4) sid += `-${bytes.readUInt32LE(part)}`;
    ids.push(sid);
    at = end;
  }
  return ids;
}

import { FieldFault } from './decoded.ts';

/** Windows and its exporters write "" or "-" where a field has no value. */
export function presentText(text: string | undefined): string | undefined {
  return text === undefined || text === '' || text === '-' ? undefined : text;
}

const highestPid = 0xffffffff;

/** A process id in decimal or, as the Security log writes it, in hexadecimal `0x1a4`. */
export function parsePid(text: string | undefined, field: string): number | undefined {
  const present = presentText(text);
  if (present === undefined) return undefined;
  const pid = /^(?:\d{1,10}|0x[0-9a-f]{1,16})$/i.test(present) ? Number(present) : Number.NaN;
  if (!(pid <= highestPid)) throw new FieldFault(field, present, 'a process id, 0 to 4294967295');
  return pid;
}

export function parsePort(text: string | undefined, field: string): number | undefined {
  const present = presentText(text);
  if (present === undefined) return undefined;
  const port = /^\d{1,5}$/.test(present) ? Number(present) : Number.NaN;
  if (!(port <= 0xffff)) throw new FieldFault(field, present, 'a port, 0 to 65535');
  return port;
}

/** Whether all of the text is hexadecimal digits without lower-case letters, or a dash where a GUID has one. */
function isUpperGuid(text: string): boolean {
  if (text.length !== 36) return false;
  for (let at = 0; at < 36; at++) {
    const unit = text.charCodeAt(at);
    const isDigit = unit >= 0x30 && unit <= 0x39;
    const isDash = at === 8 || at === 13 || at === 18 || at === 23;
    if (isDash ? unit !== 0x2d : !(isDigit || (unit >= 0x41 && unit <= 0x46))) return false;
  }
  return true;
}

const guidPattern = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i;
const zeroGuid = '00000000-0000-0000-0000-000000000000';

/** A GUID in upper case without braces, other text as it is; the zero GUID, with which Sysmon says "unknown", is absent. */
export function normalizeEntityId(text: string | undefined): string | undefined {
  const present = presentText(text);
  if (present === undefined) return undefined;
  if (present.length !== 38 && present.length !== 36) return present;
  // As documents of our own have it, where nothing need be made.
  if (isUpperGuid(present)) return present === zeroGuid ? undefined : present;
  const guid = guidPattern.exec(present)?.[1];
  if (guid === undefined) return present;
  return guid === zeroGuid ? undefined : guid.toUpperCase();
}

/** A logon session id as `0x3e7`, from any hexadecimal or decimal writing of it; other text as it is; 0 is absent. */
export function normalizeLogonId(text: string | undefined): string | undefined {
  const present = presentText(text);
  if (present === undefined) return undefined;
  // As our own documents have it, where nothing need be made.
  if (/^0x[1-9a-f][0-9a-f]{0,15}$/.test(present)) return present;
  if (!/^(?:0x[0-9a-f]{1,16}|\d{1,20})$/i.test(present)) return present;
  const id = BigInt(present);
  return id === 0n ? undefined : `0x${id.toString(16)}`;
}

/** SID of the account behind the three logon sessions that every Windows has, whatever its language calls them. */
export function wellKnownSid(logonId: string | undefined): string | undefined {
  switch (logonId) {
    case '0x3e7':
      return 'S-1-5-18';
    case '0x3e5':
      return 'S-1-5-19';
    case '0x3e4':
      return 'S-1-5-20';
    default:
      return undefined;
  }
}

/** Base name of a path with either separator. */
export function baseName(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const cut = Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1;
  return cut === 0 ? path : presentText(path.slice(cut));
}

/** `DOMAIN\name` in its two parts; without a separator all of it is the name. */
export function splitAccount(
  account: string | undefined,
): [domain: string | undefined, name: string | undefined] {
  const present = presentText(account);
  if (present === undefined) return [undefined, undefined];
  const cut = present.indexOf('\\');
  if (cut === -1) return [undefined, present];
  return [presentText(present.slice(0, cut)), presentText(present.slice(cut + 1))];
}

/** Some builds write a SID, the mandatory label, where the parent's path belongs in 4688: that names no parent. */
export function parentImage(text: string | undefined): string | undefined {
  const present = presentText(text);
  return present === undefined || isSid(present) ? undefined : present;
}

function isSid(text: string): boolean {
  return /^S-1-\d+(?:-\d+)*$/.test(text);
}

/** `text` in lower case when it is that many hexadecimal digits and not all zero, else absent. */
export function hexDigest(text: string | undefined, digits: number): string | undefined {
  if (text === undefined || text.length !== digits) return undefined;
  let hasUpper = false;
  let isZero = true;
  for (let at = 0; at < digits; at++) {
    const unit = text.charCodeAt(at);
    if (unit !== 0x30) isZero = false;
    if ((unit >= 0x30 && unit <= 0x39) || (unit >= 0x61 && unit <= 0x66)) continue;
    if (!(unit >= 0x41 && unit <= 0x46)) return undefined;
    hasUpper = true;
  }
  if (isZero) return undefined;
  return hasUpper ? text.toLowerCase() : text;
}

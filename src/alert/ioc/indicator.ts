/** What an indicator of compromise names. */
export type IndicatorType = 'hash' | 'domain' | 'ip' | 'name';

/** What a list says a value is; `host` where it may be a domain or an address, as in a URL. */
export type ListedType = IndicatorType | 'host';

export interface Indicator {
  readonly type: IndicatorType;
  /** Lower case; an IPv4 address, a host name, a hexadecimal digest, or a file name or path. */
  readonly value: string;
  /** File that lists it. */
  readonly list: string;
  readonly note: string | undefined;
}

const maxValueLength = 1_024;
const maxNoteLength = 300;
const hash = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/;
const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/;
const ipv6 = /^[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*$/;
const domain = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{1,62}$/;
const fileName =
  /^[^<>|"\n]+\.(?:exe|dll|sys|ps1|psm1|bat|cmd|vbs|vbe|js|jse|hta|scr|cpl|lnk|msi|jar|py|iso|ocx|wsf)$/;

/** The type of a value by its shape; `undefined` when it has none of ours. A file name goes before a domain. */
function typeOfValue(value: string): IndicatorType | undefined {
  if (hash.test(value)) return 'hash';
  if (ipv4.test(value) || ipv6.test(value)) return 'ip';
  if (fileName.test(value)) return 'name';
  return domain.test(value) ? 'domain' : undefined;
}

/**
 * An indicator of text as people write it: defanged (`hxxp`, `[.]`), a URL for its host. `undefined` when it
 * is none, or when `listed` is given and the value cannot be of it.
 */
export function toIndicator(
  text: string,
  list: string,
  note?: string,
  listed?: ListedType,
): Indicator | undefined {
  if (text.length > maxValueLength) return undefined;
  const value = hostOfUrl(
    text
      .trim()
      .toLowerCase()
      .replace(/\[\.\]|\(\.\)|\[dot\]/g, '.')
      .replace(/^hxxp/, 'http'),
  );
  const type = listed === 'name' ? nameType(value) : typeOfValue(value);
  if (type === undefined || !isOf(type, listed)) return undefined;
  return {
    type,
    value: type === 'name' ? value.replaceAll('/', '\\') : value,
    list,
    note: note === undefined || note.trim() === '' ? undefined : note.trim().slice(0, maxNoteLength),
  };
}

/** Any text may name a file that a list calls one. */
function nameType(value: string): 'name' | undefined {
  return value === '' || /[\p{Cc}]/u.test(value) ? undefined : 'name';
}

function isOf(type: IndicatorType, listed: ListedType | undefined): boolean {
  if (listed === 'host') return type === 'domain' || type === 'ip';
  return listed === undefined || type === listed;
}

function hostOfUrl(value: string): string {
  const match = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?(\[[0-9a-f:.]+\]|[^/?#:]+)/.exec(value);
  return match === null ? value : match[1]!.replace(/^\[|\]$/g, '');
}

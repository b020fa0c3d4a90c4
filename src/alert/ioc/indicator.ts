/** What an indicator of compromise names. */
export type IndicatorType = 'hash' | 'domain' | 'ip' | 'name';

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
 * is none, or when `type` is given and the value cannot be of it.
 */
export function toIndicator(
  text: string,
  list: string,
  note?: string,
  type?: IndicatorType,
): Indicator | undefined {
  if (text.length > maxValueLength) return undefined;
  const value = hostOfUrl(
    text
      .trim()
      .toLowerCase()
      .replace(/\[\.\]|\(\.\)|\[dot\]/g, '.')
      .replace(/^hxxp/, 'http'),
  );
  const found = typeOfValue(value);
  if (
    type === 'name'
      ? value === '' || /[\p{Cc}]/u.test(value)
      : type === undefined
        ? found === undefined
        : found !== type
  ) {
    return undefined;
  }
  return {
    type: type ?? found!,
    value: type === 'name' || found === 'name' ? value.replaceAll('/', '\\') : value,
    list,
    note: note === undefined || note.trim() === '' ? undefined : note.trim().slice(0, maxNoteLength),
  };
}

function hostOfUrl(value: string): string {
  const match = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?(\[[0-9a-f:.]+\]|[^/?#:]+)/.exec(value);
  return match === null ? value : match[1]!.replace(/^\[|\]$/g, '');
}

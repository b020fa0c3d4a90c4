import { spellAddress } from './address.ts';

/** What an indicator of compromise names. */
export type IndicatorType = 'hash' | 'domain' | 'ip' | 'name';

/** What a list says a value is; `host` where it may be a domain or an address, as in a URL. */
export type ListedType = IndicatorType | 'host';

export interface Indicator {
  readonly type: IndicatorType;
  /** Lower case; an address in its one spelling, a host name, a hexadecimal digest, or a file name or path. */
  readonly value: string;
  /** File that lists it. */
  readonly list: string;
  readonly note: string | undefined;
}

const maxValueLength = 1_024;
const maxNoteLength = 300;
const hash = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/;
const domain = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{1,62}$/;
/** Endings that no domain has. */
const fileName =
  /^[^<>|"\n]+\.(?:exe|dll|sys|ps1|psm1|bat|cmd|vbs|vbe|js|jse|hta|scr|cpl|lnk|msi|jar|iso|ocx|wsf)$/;
/** Paraguay's domains end so too. */
const pythonFile = /^[^<>|"\n]+\.py$/;

/** The value as it is compared; `undefined` when it cannot be of the type. */
const spellings: Readonly<Record<IndicatorType, (value: string) => string | undefined>> = {
  hash: (value) => (hash.test(value) ? value : undefined),
  ip: spellAddress,
  domain: (value) => (domain.test(value) ? value : undefined),
  name: (value) => (value === '' || /[\p{Cc}]/u.test(value) ? undefined : value.replaceAll('/', '\\')),
};

/** What a value may be, the likeliest first: what the list says, else what its shape allows. */
function typesFor(value: string, listed: ListedType | undefined): readonly IndicatorType[] {
  if (listed === 'host') return ['ip', 'domain'];
  if (listed !== undefined) return [listed];
  if (fileName.test(value)) return ['name'];
  return pythonFile.test(value) ? ['domain', 'name'] : ['hash', 'ip', 'domain'];
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
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/\[\.\]|\(\.\)|\[dot\]/g, '.')
    .replace(/^hxxp/, 'http');
  const host = hostOfUrl(plain);
  const named = host ?? plain;
  for (const type of typesFor(named, listed ?? (host === undefined ? undefined : 'host'))) {
    const value = spellings[type](named);
    if (value === undefined) continue;
    return {
      type,
      value,
      list,
      note: note === undefined || note.trim() === '' ? undefined : note.trim().slice(0, maxNoteLength),
    };
  }
  return undefined;
}

function hostOfUrl(value: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?(\[[^\]/?#]+\]|[^/?#:]+)/.exec(value)?.[1];
}

/**
 * Everything that is not plainly visible: controls (C0, DEL, C1), format characters (bidi marks and
 * overrides, zero-width), lone surrogates, separators other than the space, private use, unassigned, and
 * what renderers leave out (Hangul fillers, tags, variation selectors, the blank braille cell).
 */
const hidden =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/** What needs no second look: printable ASCII and Latin letters, and our own mark of a cut. */
const plain = /^[\x20-\x7e\xa1-\xac\xae-\u024f\u2026]*$/;

const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function spellOut(character: string): string {
  const short = shortEscapes[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  return code <= 0xff ? `\\x${digits.padStart(2, '0')}` : `\\u{${digits}}`;
}

/** Spells out every character that a terminal would obey or a reader would not see. Length is not bounded. */
export function escapeHidden(text: string): string {
  return plain.test(text) ? text : text.replace(hidden, spellOut);
}

/**
 * The same for YAML in which every text with such a character stands in double quotes: it parses to the same value. The
 * ends of lines are YAML's own.
 */
export function escapeYamlHidden(yaml: string): string {
  return yaml.replace(hidden, (character) => {
    if (character === '\n') return character;
    const digits = character.codePointAt(0)!.toString(16);
    return digits.length <= 4 ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
  });
}

const ellipsis = '…';

/** The same text in memory of its own: V8's parts of a text keep all of it, however long, for as long as they are kept. */
function copyOf(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}

/** The first `maxLength` UTF-16 units, for keys: nothing says that something was cut. */
export function cutEnd(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : copyOf(text.slice(0, maxLength));
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

/** At most `maxLength` UTF-16 units, ending in `…` where something was cut; never cuts a surrogate pair. */
export function shortenEnd(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  if (maxLength < 1) return '';
  let end = maxLength - 1;
  if (isHighSurrogate(text.charCodeAt(end - 1)) && isLowSurrogate(text.charCodeAt(end))) end -= 1;
  return copyOf(text.slice(0, end) + ellipsis);
}

/** At most `maxLength` UTF-16 units with `…` in the middle where something was cut; keeps pairs whole. */
export function shortenMiddle(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  if (maxLength < 1) return '';
  const kept = maxLength - 1;
  let end = Math.ceil(kept / 2);
  let start = text.length - Math.floor(kept / 2);
  if (isHighSurrogate(text.charCodeAt(end - 1)) && isLowSurrogate(text.charCodeAt(end))) end -= 1;
  if (isHighSurrogate(text.charCodeAt(start - 1)) && isLowSurrogate(text.charCodeAt(start))) start += 1;
  return copyOf(text.slice(0, end) + ellipsis + text.slice(start));
}

/**
 * Text that is safe to print: hidden characters spelt out (`\x1b`, `\u{202e}`), at most `maxLength` UTF-16
 * units, the end cut. For eyes only: a literal backslash stays as it is, so the result cannot be read back.
 */
export function escapeForTerminal(text: string, maxLength: number): string {
  // One unit more than is kept, so that the second cut sees that something is missing.
  const bounded = text.length > maxLength + 1 ? text.slice(0, maxLength + 1) : text;
  return shortenEnd(escapeHidden(bounded), maxLength);
}

/** As {@link escapeForTerminal}, but both ends are kept and the middle is cut: for paths and command lines. */
export function shortenForTerminal(text: string, maxLength: number): string {
  return shortenMiddle(escapeHidden(shortenMiddle(text, 2 * maxLength + 1)), maxLength);
}

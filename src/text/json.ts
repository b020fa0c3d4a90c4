/** DEL, the C1 controls and the two separators that some readers take for the end of a line. */
const controls = /[\u007f-\u009f\u2028\u2029]/g;

/**
 * JSON as `JSON.stringify` writes it, with the control characters that it leaves as they are written as `\u` escapes: a
 * terminal obeys them, and some line readers end a line there. It parses to the same value.
 */
export function escapeJsonControls(json: string): string {
  return json.replace(controls, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * {@link escapeJsonControls} on many documents at once, as UTF-8; the same bytes where there is nothing to escape. That is
 * nearly always so, and a search for single bytes is many times faster than one for a class of characters.
 */
export function escapeJsonControlBytes(json: Buffer): Buffer {
  return mayHoldControls(json) ? Buffer.from(escapeJsonControls(json.toString())) : json;
}

/** Beyond so many bytes that only look like the first of a control character, all of them are searched another way. */
const mostLooks = 1_024;

/** In UTF-8 the C1 controls are C2 80 to C2 9F, the separators E2 80 A8 and E2 80 A9. */
function mayHoldControls(utf8: Buffer): boolean {
  return (
    utf8.includes(0x7f) ||
    mayHold(utf8, 0xc2, (at) => utf8[at]! < 0xa0) ||
    mayHold(utf8, 0xe2, (at) => utf8[at] === 0x80 && (utf8[at + 1]! & 0xfe) === 0xa8)
  );
}

function mayHold(utf8: Buffer, first: number, isRest: (at: number) => boolean): boolean {
  let looks = 0;
  for (let at = utf8.indexOf(first); at !== -1; at = utf8.indexOf(first, at + 1)) {
    looks += 1;
    if (looks > mostLooks || isRest(at + 1)) return true;
  }
  return false;
}

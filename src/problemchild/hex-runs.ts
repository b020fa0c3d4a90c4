/*
 * Two of Elastic's substitutions by hand: as patterns they cost more than all others together, and the
 * first takes quadratic time on a long run of hex digits.
 */

const isHexUnit = new Uint8Array(128);
for (const digit of '0123456789abcdef') isHexUnit[digit.charCodeAt(0)] = 1;

const dash = 0x2d;
const zero = 0x30;
const letterX = 0x78;

/** Replaces `[0-9a-f]{4,}-[0-9a-f]{4,}-[0-9a-f]{4,}-[0-9a-f-]{4,}` by `process_id`. */
export function replaceGuids(text: string): string {
  let result = '';
  let copied = 0;
  let at = text.indexOf('-');
  while (at >= 0) {
    const start = startOfRun(text, at, copied);
    const end = at - start >= 4 ? endOfGuid(text, at) : -1;
    if (end >= 0) {
      result += `${text.slice(copied, start)}process_id`;
      copied = end;
    }
    at = text.indexOf('-', end >= 0 ? end : at + 1);
  }
  return copied === 0 ? text : result + text.slice(copied);
}

/** Where the guid ends whose first group ends at `firstDash`, or -1. */
function endOfGuid(text: string, firstDash: number): number {
  const second = endOfRun(text, firstDash + 1);
  if (second - firstDash <= 4 || text.charCodeAt(second) !== dash) return -1;
  const third = endOfRun(text, second + 1);
  if (third - second <= 4 || text.charCodeAt(third) !== dash) return -1;
  let end = third + 1;
  while (end < text.length && (isHex(text, end) || text.charCodeAt(end) === dash)) end++;
  return end - third > 4 ? end : -1;
}

/** Replaces `0x[0-9a-f]+|[0-9a-f]{8}` by `hex`. */
export function replaceHexNumbers(text: string): string {
  let result = '';
  let copied = 0;
  let at = 0;
  while (at < text.length) {
    if (!isHex(text, at)) {
      at++;
      continue;
    }
    const end = endOfRun(text, at);
    const whole = (end - at) >>> 3;
    if (whole > 0) {
      result += text.slice(copied, at) + 'hex'.repeat(whole);
      copied = at + whole * 8;
    }
    at = end;
    // A 0x begins with the last digit of a run, if the eights have left it over.
    if (
      end > copied &&
      text.charCodeAt(end) === letterX &&
      text.charCodeAt(end - 1) === zero &&
      isHex(text, end + 1)
    ) {
      result += `${text.slice(copied, end - 1)}hex`;
      at = endOfRun(text, end + 1);
      copied = at;
    }
  }
  return copied === 0 ? text : result + text.slice(copied);
}

function startOfRun(text: string, end: number, from: number): number {
  let start = end;
  while (start > from && isHex(text, start - 1)) start--;
  return start;
}

function endOfRun(text: string, start: number): number {
  let end = start;
  while (end < text.length && isHex(text, end)) end++;
  return end;
}

function isHex(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit < 128 && isHexUnit[unit] === 1;
}

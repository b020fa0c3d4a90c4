const lineFeed = 0x0a;
const quoteMark = 0x22;
const comma = 0x2c;
const openList = 0x5b;
const backslash = 0x5c;
const closeList = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;

/** `stray` is text where only an object may stand. */
export type TokenKind = 'object' | 'stray';

/**
 * Finds the objects of a JSON text that spreads them over several lines, one after the other or in a
 * list, without parsing them: it counts brackets outside strings.
 *
 * A broken object must not swallow those after it, so a string ends at the end of its line, where JSON
 * allows none, and an opening brace at the beginning of a line begins the next object.
 */
export class ValueScanner {
  readonly #unitBytes: 1 | 2;
  #depth = 0;
  #inString = false;
  #isEscaped = false;
  #atLineStart = true;
  #kind: TokenKind = 'object';
  /** Index of the first byte of the token being scanned, or -1 between tokens. */
  tokenBegin = -1;
  /** Lists begun outside objects and not closed yet. */
  openLists: number;

  constructor(unitBytes: 1 | 2, openLists = 0) {
    this.#unitBytes = unitBytes;
    this.openLists = openLists;
  }

  /** What the token that {@link scan} last found the end of is. */
  get kind(): TokenKind {
    return this.#kind;
  }

  /** Scans on from `from`. Answers the index after the token's last byte, or -1 when it goes on. */
  scan(buffer: Buffer, from: number): number {
    const step = this.#unitBytes;
    for (let at = from; at + step <= buffer.length; at += step) {
      const unit = step === 1 ? buffer[at]! : buffer.readUInt16LE(at);
      const atLineStart = this.#atLineStart;
      this.#atLineStart = unit === lineFeed;
      if (this.#depth === 0) {
        if (this.#scanOutside(unit, at)) return this.#endToken(at);
      } else if (this.#inString) {
        this.#scanString(unit);
      } else if (unit === openObject && atLineStart) {
        // Seen again from here as the beginning of the next object.
        this.#atLineStart = true;
        return this.#endToken(at);
      } else if (this.#scanInside(unit)) {
        return this.#endToken(at + step);
      }
    }
    return -1;
  }

  /** Ends what is being scanned with the input. */
  finish(): void {
    this.#endToken(0);
  }

  #endToken(end: number): number {
    this.#depth = 0;
    this.#inString = false;
    this.#isEscaped = false;
    return end;
  }

  /** Whether a stray token ends before this unit. */
  #scanOutside(unit: number, at: number): boolean {
    const isStray = this.tokenBegin !== -1;
    if (unit === openObject) {
      if (isStray) return true;
      this.#kind = 'object';
      this.tokenBegin = at;
      this.#depth = 1;
      return false;
    }
    if (isStray) return unit === lineFeed;
    if (unit === openList) this.openLists += 1;
    else if (unit === closeList) this.openLists = Math.max(0, this.openLists - 1);
    else if (!isBlank(unit) && unit !== comma) {
      this.#kind = 'stray';
      this.tokenBegin = at;
    }
    return false;
  }

  #scanString(unit: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (unit === backslash) this.#isEscaped = true;
    else if (unit === quoteMark) this.#inString = false;
    if (unit === lineFeed) {
      this.#inString = false;
      this.#isEscaped = false;
    }
  }

  /** Whether this unit closes the object. */
  #scanInside(unit: number): boolean {
    if (unit === quoteMark) this.#inString = true;
    else if (unit === openObject || unit === openList) this.#depth += 1;
    else if (unit === closeObject || unit === closeList) this.#depth -= 1;
    return this.#depth === 0;
  }
}

function isBlank(unit: number): boolean {
  return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
}

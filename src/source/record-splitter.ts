import {
  findLineFeed,
  markBytes,
  readByteOrderMark,
  type TextEncoding,
  unitBytesOf,
} from './text-encoding.ts';
import { ValueScanner } from './value-scanner.ts';

/**
 * `lines`: one document a line. `values`: documents that spread over several lines, or stand in a list.
 */
export type TextLayout = 'lines' | 'values';

/** Where a splitter is between two records; a splitter made from it goes on from there. */
export interface SplitPlace {
  /** Byte offset after the last record. */
  readonly offset: number;
  /** Lines, or with the layout `values` documents, before that. */
  readonly record: number;
  readonly encoding: TextEncoding;
  /** `undefined` before the first record. */
  readonly layout?: TextLayout | undefined;
  /** Lists of documents that are not closed yet, where there are any. */
  readonly openLists?: number | undefined;
}

export const inputStart: SplitPlace = { offset: 0, record: 0, encoding: 'utf8' };

/**
 * One stretch of the input. `overlong` ones are longer than allowed, `stray` ones are no document, and an `unclosed` one
 * of no bytes stands where the input ends in the middle of a list.
 */
export type StretchKind = 'document' | 'overlong' | 'stray' | 'unclosed';

/**
 * Cuts a stream of bytes into JSON documents, holding no more of it than one chunk and one document.
 * Every byte belongs to exactly one stretch or to the blanks between them.
 *
 * Feed it with `push`, take stretches with `next` until that answers false, then feed again; call `end`
 * after the last bytes and take what is left. The stretch's facts are in the splitter's own fields, to
 * be read before the next call.
 */
export class RecordSplitter {
  kind: StretchKind = 'document';
  /** The document; empty when overlong. */
  text = '';
  /** Byte offset of the stretch. */
  offset = 0;
  /** Bytes of the stretch, without the line end. */
  size = 0;
  /** Line number, or number of the document, from 1. */
  record: number;

  readonly #maxRecordBytes: number;
  #encoding: TextEncoding;
  #layout: TextLayout | undefined;
  #scanner: ValueScanner;
  /** Memory for what is held, used over and over. */
  #room: Buffer = Buffer.alloc(0);
  /** What is held, at the beginning of that memory. */
  #bytes: Buffer = this.#room;
  /** Offset in the input of the first of `#bytes`. */
  #base: number;
  /** Index of the first byte that belongs to no stretch yet. */
  #begin = 0;
  /** Index up to which the end of the stretch was looked for. */
  #looked = 0;
  /** Bytes of an overlong stretch that are no longer held. */
  #dropped = 0;
  #hasEnded = false;
  #isWhole = false;

  constructor(maxRecordBytes: number, place: SplitPlace = inputStart) {
    this.#maxRecordBytes = maxRecordBytes;
    this.#base = place.offset;
    this.record = place.record;
    this.#encoding = place.encoding;
    this.#layout = place.layout;
    this.#scanner = new ValueScanner(unitBytesOf(place.encoding), place.openLists);
  }

  /** Takes a copy of the bytes. */
  push(bytes: Buffer): void {
    const held = this.#bytes.length - this.#begin;
    const size = held + bytes.length;
    const room = this.#room.length < size ? Buffer.allocUnsafeSlow(2 * size) : this.#room;
    this.#bytes.copy(room, 0, this.#begin);
    bytes.copy(room, held);
    this.#room = room;
    this.#bytes = room.subarray(0, size);
    this.#base += this.#begin;
    this.#looked -= this.#begin;
    if (this.#scanner.tokenBegin !== -1) this.#scanner.tokenBegin -= this.#begin;
    this.#begin = 0;
  }

  /** `isWhole`: the input itself ends here, so that lists should be closed. */
  end(isWhole = true): void {
    this.#hasEnded = true;
    this.#isWhole = isWhole;
  }

  /** Offset in the input up to which every byte has been given out or passed over. */
  get consumed(): number {
    return this.#base + this.#begin;
  }

  get place(): SplitPlace {
    return {
      offset: this.consumed,
      record: this.record,
      encoding: this.#encoding,
      layout: this.#layout,
      openLists: this.#scanner.openLists || undefined,
    };
  }

  /** Moves on to the next stretch; false when more bytes are needed, or none are left. */
  next(): boolean {
    this.#layout ??= this.#recognizeLayout();
    if (this.#layout === undefined) return false;
    return this.#layout === 'lines' ? this.#nextLine() : this.#nextValue();
  }

  #nextLine(): boolean {
    const unitBytes = unitBytesOf(this.#encoding);
    for (;;) {
      const found = findLineFeed(this.#bytes, this.#looked, this.#encoding);
      if (found === -1) return this.#endLines(unitBytes);
      this.record += 1;
      const next = found + unitBytes;
      if (this.#dropped === 0 && this.#isBlankLine(found)) {
        this.#begin = next;
        this.#looked = next;
        continue;
      }
      this.#take(this.#begin, found, next);
      return true;
    }
  }

  /** Takes the last line, which need not end, when the input has ended. */
  #endLines(unitBytes: number): boolean {
    const end = this.#bytes.length;
    this.#looked = end - ((end - this.#begin) % unitBytes);
    this.#dropOverlong();
    if (!this.#hasEnded) return false;
    if (this.#dropped === 0 && this.#isBlankLine(end)) {
      this.#begin = end;
      return false;
    }
    this.record += 1;
    this.#take(this.#begin, end, end);
    return true;
  }

  /** Whether nothing but a carriage return or a few blanks stands before the line feed. */
  #isBlankLine(lineFeed: number): boolean {
    for (let at = this.#begin; at < lineFeed; at += 1) {
      const byte = this.#bytes[at]!;
      if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09 && byte !== 0) return false;
    }
    return true;
  }

  #nextValue(): boolean {
    const scanner = this.#scanner;
    let end = scanner.scan(this.#bytes, this.#looked);
    if (end === -1) {
      this.#looked = this.#bytes.length - ((this.#bytes.length - this.#looked) % unitBytesOf(this.#encoding));
      if (scanner.tokenBegin === -1 && this.#dropped === 0) {
        this.#begin = this.#hasEnded ? this.#bytes.length : this.#looked;
        return this.#hasEnded && this.#endLists();
      }
      this.#begin = scanner.tokenBegin;
      this.#dropOverlong();
      if (!this.#hasEnded) return false;
      end = this.#bytes.length;
      scanner.finish();
      // A document cut in two tells of the cut already.
      scanner.openLists = 0;
    }
    this.record += 1;
    this.#take(scanner.tokenBegin, end, end);
    scanner.tokenBegin = -1;
    if (this.kind === 'document' && scanner.kind === 'stray') this.kind = 'stray';
    return true;
  }

  /** Takes the end of the input as a stretch of its own when a list is open there. */
  #endLists(): boolean {
    if (!this.#isWhole || this.#scanner.openLists === 0) return false;
    this.#scanner.openLists = 0;
    this.record += 1;
    this.#take(this.#begin, this.#begin, this.#begin);
    this.kind = 'unclosed';
    return true;
  }

  /** Lets go of a stretch that is too long already: only its length matters from now on. */
  #dropOverlong(): void {
    const known = this.#looked - this.#begin;
    if (this.#dropped === 0 && known <= this.#maxRecordBytes) return;
    this.#dropped += known;
    this.#begin = this.#looked;
    if (this.#scanner.tokenBegin !== -1) this.#scanner.tokenBegin = this.#begin;
  }

  #take(begin: number, end: number, next: number): void {
    this.size = this.#dropped + end - begin;
    this.offset = this.#base + begin - this.#dropped;
    if (this.size > this.#maxRecordBytes) {
      this.kind = 'overlong';
      this.text = '';
    } else {
      this.kind = 'document';
      this.text = this.#bytes.toString(this.#encoding, begin, this.#withoutReturn(begin, end));
    }
    this.#dropped = 0;
    this.#begin = next;
    this.#looked = next;
  }

  /** `end`, or the place of the carriage return just before it. */
  #withoutReturn(begin: number, end: number): number {
    const at = end - unitBytesOf(this.#encoding);
    return at >= begin && this.#bytes[at] === 0x0d && (this.#bytes[at + 1] ?? 0) <= 0x0a ? at : end;
  }

  /** Tells by the first line how documents are laid out; `undefined` while that line is not there. */
  #recognizeLayout(): TextLayout | undefined {
    if (this.#bytes.length < markBytes && !this.#hasEnded) return undefined;
    if (this.consumed === 0) {
      const mark = readByteOrderMark(this.#bytes);
      this.#encoding = mark.encoding;
      this.#scanner = new ValueScanner(unitBytesOf(mark.encoding));
      this.#begin = mark.size;
    }
    const lineFeed = this.#skipBlankLines();
    // Half a unit is not counted: the other half may make it the line feed.
    const held = this.#bytes.length - ((this.#bytes.length - this.#begin) % unitBytesOf(this.#encoding));
    const end = lineFeed === -1 ? held : lineFeed;
    this.#looked = this.#begin;
    const isOverlong = end - this.#begin > this.#maxRecordBytes;
    if (lineFeed === -1 && !isOverlong && !this.#hasEnded) return undefined;
    const shownEnd = isOverlong ? this.#begin + this.#maxRecordBytes : end;
    const text = this.#bytes.toString(this.#encoding, this.#begin, shownEnd).trim();
    // evtx_dump puts `Record 1` before each of its documents.
    if (text.startsWith('[') || isRecordHeading(text)) return 'values';
    return text.startsWith('{') && !isOverlong && !isJson(text) ? 'values' : 'lines';
  }

  /** Steps over blank lines at the beginning; answers where the first other line ends, or -1. */
  #skipBlankLines(): number {
    for (;;) {
      const lineFeed = findLineFeed(this.#bytes, this.#begin, this.#encoding);
      if (lineFeed === -1 || !this.#isBlankLine(lineFeed)) return lineFeed;
      this.#begin = lineFeed + unitBytesOf(this.#encoding);
      this.record += 1;
    }
  }
}

/** Whether the text is a heading that evtx_dump writes between documents. */
export function isRecordHeading(text: string): boolean {
  return /^Record \d+\s*$/.test(text);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

import { fieldType, provenance } from './abi.ts';
import { type FileTime, fileTimeOf } from './filetime.ts';

const recordHeaderBytes = 32;
const fieldHeaderBytes = 8;

/** A record contradicts its own layout. Never seen from a sound library; a reader must survive it. */
export class RecordFault extends Error {
  override readonly name = 'RecordFault';
}

/**
 * Steps through the records of one pc_read buffer and the fields of each, and checks every length
 * against what is really there. The layouts are those of pc_record and pc_field.
 */
export class RecordCursor {
  readonly #bytes: Buffer;
  #recordEnd = 0;
  #fieldsLeft = 0;
  /** Start of the record at hand, then of what follows it. */
  #recordStart = 0;
  #nextField = 0;
  #valueStart = 0;

  kind = 0;
  sequence = 0;
  fieldId = 0;
  fieldType = 0;
  /** Bytes of the value of the field at hand. */
  fieldLength = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Moves to the next record; false at the end of the buffer. @throws RecordFault */
  nextRecord(): boolean {
    this.#recordStart = this.#recordEnd;
    const left = this.#bytes.length - this.#recordStart;
    if (left === 0) return false;
    if (left < recordHeaderBytes) {
      this.#recordEnd = this.#bytes.length;
      throw new RecordFault(`${left} bytes are left, too few for a record`);
    }
    const size = this.#bytes.readUInt32LE(this.#recordStart);
    if (size < recordHeaderBytes || size % 8 !== 0 || size > left) {
      // Where the next record begins is anyone's guess now.
      this.#recordEnd = this.#bytes.length;
      throw new RecordFault(`a record of ${size} bytes where ${left} are left`);
    }
    this.#recordEnd = this.#recordStart + size;
    this.kind = this.#bytes.readUInt16LE(this.#recordStart + 4);
    this.sequence =
      this.#bytes.readUInt32LE(this.#recordStart + 12) * 0x1_0000_0000 +
      this.#bytes.readUInt32LE(this.#recordStart + 8);
    this.#fieldsLeft = this.#bytes.readUInt16LE(this.#recordStart + 24);
    this.#nextField = this.#recordStart + recordHeaderBytes;
    return true;
  }

  /** Time of the event. @throws RecordFault */
  get time(): FileTime {
    return this.#fileTimeAt(this.#recordStart + 16);
  }

  /** Microseconds from the event's time to its entry into the ring. */
  get arrivalUs(): number {
    return this.#bytes.readUInt32LE(this.#recordStart + 28);
  }

  /** Moves to the next field of the record that has a value; false after the last. @throws RecordFault */
  nextField(): boolean {
    while (this.#fieldsLeft > 0) {
      this.#fieldsLeft--;
      const at = this.#nextField;
      if (at + fieldHeaderBytes > this.#recordEnd) throw new RecordFault('a field begins beyond its record');
      this.fieldId = this.#bytes.readUInt16LE(at);
      this.fieldType = this.#bytes[at + 2]!;
      this.fieldLength = this.#bytes.readUInt32LE(at + 4);
      this.#valueStart = at + fieldHeaderBytes;
      this.#nextField = this.#valueStart + Math.ceil(this.fieldLength / 8) * 8;
      if (this.#nextField > this.#recordEnd) {
        throw new RecordFault(`field ${this.fieldId} of ${this.fieldLength} bytes ends beyond its record`);
      }
      if (this.#bytes[at + 3] === provenance.CAPTURED) return true;
    }
    return false;
  }

  u32(): number {
    this.#expect(fieldType.U32, 4);
    return this.#bytes.readUInt32LE(this.#valueStart);
  }

  /** Exact below 2^53. */
  u64(): number {
    this.#expect(fieldType.U64, 8);
    return (
      this.#bytes.readUInt32LE(this.#valueStart + 4) * 0x1_0000_0000 +
      this.#bytes.readUInt32LE(this.#valueStart)
    );
  }

  /** `0x3e7` */
  u64Hex(): string {
    this.#expect(fieldType.U64, 8);
    return `0x${this.#bytes.readBigUInt64LE(this.#valueStart).toString(16)}`;
  }

  fileTime(): FileTime {
    this.#expect(fieldType.FILETIME, 8);
    return this.#fileTimeAt(this.#valueStart);
  }

  text(): string {
    if (this.fieldType !== fieldType.UTF16) this.#refuseType();
    return this.#textAt(this.#valueStart, this.fieldLength);
  }

  hex(): string {
    if (this.fieldType !== fieldType.BYTES) this.#refuseType();
    return this.#bytes.toString('hex', this.#valueStart, this.#valueStart + this.fieldLength);
  }

  /** Name and value of a NAMED field. */
  named(): readonly [name: string, value: string] {
    if (this.fieldType !== fieldType.NAMED || this.fieldLength < 4) this.#refuseType();
    const nameBytes = this.#bytes.readUInt32LE(this.#valueStart);
    const valueBytes = this.fieldLength - 4 - nameBytes;
    if (valueBytes < 0) throw new RecordFault(`a name of ${nameBytes} bytes is longer than its field`);
    const nameStart = this.#valueStart + 4;
    return [this.#textAt(nameStart, nameBytes), this.#textAt(nameStart + nameBytes, valueBytes)];
  }

  #textAt(start: number, bytes: number): string {
    if (bytes % 2 !== 0) throw new RecordFault(`field ${this.fieldId} ends inside a character`);
    return this.#bytes.toString('utf16le', start, start + bytes);
  }

  #fileTimeAt(at: number): FileTime {
    const time = fileTimeOf(this.#bytes.readUInt32LE(at), this.#bytes.readUInt32LE(at + 4));
    if (time === undefined) throw new RecordFault('a time that no calendar has');
    return time;
  }

  #expect(type: number, length: number): void {
    if (this.fieldType !== type || this.fieldLength !== length) this.#refuseType();
  }

  #refuseType(): never {
    throw new RecordFault(
      `field ${this.fieldId} is of type ${this.fieldType} with ${this.fieldLength} bytes, which it cannot be`,
    );
  }
}

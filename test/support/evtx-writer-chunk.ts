import { crc32 } from 'node:zlib';
import type { WrittenEvent } from './evtx-writer.ts';
import {
  BINARY_XML,
  dataTemplate,
  eventTemplate,
  makeValue,
  type Substitution,
  systemValues,
  type Value,
  type WrittenElement,
  type WrittenTemplate,
} from './evtx-writer-template.ts';
import { fileTimeOf } from './evtx-writer-values.ts';

const CHUNK_SIZE = 65_536;
const CHUNK_HEADER_SIZE = 512;
const STRING_TABLE = { offset: 128, buckets: 64 };
const TEMPLATE_TABLE = { offset: 384, buckets: 32 };
const NO_DEPENDENCY = 0xffff;

/** The event does not fit behind those the chunk holds. */
export class ChunkFull extends Error {}

/** Writes records into one chunk: names and templates once each, later uses pointing back. */
export class ChunkWriter {
  readonly #bytes = Buffer.alloc(CHUNK_SIZE);
  readonly #names = new Map<string, number>();
  readonly #templates = new Map<WrittenTemplate, number>();
  #at = CHUNK_HEADER_SIZE;
  #lastRecord = 0;
  #firstId = 0;
  #lastId = 0;
  /** Undoes what the record being written put into tables. */
  #undo: (() => void)[] = [];

  get isEmpty(): boolean {
    return this.#lastRecord === 0;
  }

  /** Adds one record, or throws {@link ChunkFull} and leaves the chunk as it was. */
  add(event: WrittenEvent, id: number): void {
    const start = this.#at;
    this.#undo = [];
    try {
      this.#writeRecord(event, id, start);
    } catch (error) {
      for (const undo of this.#undo.reverse()) undo();
      this.#bytes.fill(0, start);
      this.#at = start;
      throw error;
    }
    if (this.isEmpty) this.#firstId = id;
    this.#lastRecord = start;
    this.#lastId = id;
  }

  /** The chunk with its header filled in. */
  finish(): Buffer {
    const bytes = this.#bytes;
    bytes.write('ElfChnk\0', 0, 'latin1');
    for (const [at, id] of [this.#firstId, this.#lastId, this.#firstId, this.#lastId].entries()) {
      bytes.writeBigUInt64LE(BigInt(id), 8 + at * 8);
    }
    bytes.writeUInt32LE(128, 40);
    bytes.writeUInt32LE(this.#lastRecord, 44);
    bytes.writeUInt32LE(this.#at, 48);
    bytes.writeUInt32LE(crc32(bytes.subarray(CHUNK_HEADER_SIZE, this.#at)), 52);
    bytes.writeUInt32LE(crc32(bytes.subarray(128, 512), crc32(bytes.subarray(0, 120))), 124);
    return bytes;
  }

  #writeRecord(event: WrittenEvent, id: number, start: number): void {
    this.#u32(0x2a2a);
    this.#u32(0); // size, known at the end
    this.#u64(BigInt(id));
    this.#u64(fileTimeOf(event.time));
    this.#raw(Buffer.from([0x0f, 1, 1, 0]));
    this.#writeInstance(eventTemplate(event), systemValues(event, id), () => this.#writePayload(event));
    this.#u8(0); // end of stream
    const size = Math.ceil((this.#at - start + 4) / 8) * 8;
    this.#need(start + size - this.#at);
    this.#at = start + size;
    this.#bytes.writeUInt32LE(size, start + 4);
    this.#bytes.writeUInt32LE(size, this.#at - 4);
  }

  /** As Windows does: no fragment header before, no end of stream behind. */
  #writePayload(event: WrittenEvent): void {
    const values = event.data.map(([, text, type = 'string']) => makeValue(text, type));
    this.#writeInstance(dataTemplate(event), values);
  }

  /** Instance and values; `nested` writes one more value, of binary XML, behind the others. */
  #writeInstance(template: WrittenTemplate, values: readonly Value[], nested?: () => void): void {
    this.#raw(Buffer.from([0x0c, 1]));
    this.#raw(template.guid.subarray(0, 4));
    const known = this.#templates.get(template);
    this.#u32(known ?? this.#at + 4);
    if (known === undefined) this.#writeDefinition(template);
    const count = values.length + (nested === undefined ? 0 : 1);
    this.#u32(count);
    const descriptors = this.#at;
    this.#need(count * 4);
    this.#at += count * 4;
    for (const [i, { type, bytes }] of values.entries()) {
      this.#bytes.writeUInt16LE(bytes.length, descriptors + i * 4);
      this.#bytes[descriptors + i * 4 + 2] = type;
      this.#raw(bytes);
    }
    if (nested === undefined) return;
    const start = this.#at;
    nested();
    this.#bytes.writeUInt16LE(this.#at - start, descriptors + values.length * 4);
    this.#bytes[descriptors + values.length * 4 + 2] = BINARY_XML;
  }

  #writeDefinition(template: WrittenTemplate): void {
    const start = this.#at;
    this.#templates.set(template, start);
    this.#undo.push(() => this.#templates.delete(template));
    this.#link(TEMPLATE_TABLE, template.guid.readUInt32LE(0), start);
    this.#raw(template.guid);
    this.#u32(0); // size, known at the end
    this.#raw(Buffer.from([0x0f, 1, 1, 0]));
    this.#writeElement(template.root);
    this.#u8(0);
    this.#bytes.writeUInt32LE(this.#at - start - 24, start + 20);
  }

  #writeElement(element: WrittenElement): void {
    const attributes = element.attributes ?? [];
    this.#u8(attributes.length > 0 ? 0x41 : 0x01);
    this.#u16(element.dependency ?? NO_DEPENDENCY);
    this.#sized(() => {
      this.#writeName(element.name);
      if (attributes.length > 0) {
        this.#sized(() => {
          for (const [i, [name, value]] of attributes.entries()) {
            this.#u8(i < attributes.length - 1 ? 0x46 : 0x06);
            this.#writeName(name);
            this.#writeText(value);
          }
        });
      }
      const content = element.content ?? [];
      const isEmpty = content === '' || (Array.isArray(content) && content.length === 0);
      this.#u8(isEmpty ? 0x03 : 0x02);
      if (isEmpty) return;
      for (const part of Array.isArray(content) ? content : [content]) {
        if (typeof part === 'object' && 'name' in part) this.#writeElement(part);
        else this.#writeText(part);
      }
      this.#u8(0x04);
    });
  }

  #writeText(content: string | Substitution): void {
    if (typeof content === 'string') {
      this.#raw(Buffer.from([0x05, 0x01]));
      this.#u16(content.length);
      this.#raw(Buffer.from(content, 'utf16le'));
      return;
    }
    this.#u8(content.optional === true ? 0x0e : 0x0d);
    this.#u16(content.index);
    this.#u8(content.type);
  }

  #writeName(name: string): void {
    const known = this.#names.get(name);
    this.#u32(known ?? this.#at + 4);
    if (known !== undefined) return;
    const hash = hashName(name);
    this.#names.set(name, this.#at);
    this.#undo.push(() => this.#names.delete(name));
    this.#link(STRING_TABLE, hash, this.#at);
    this.#u16(hash);
    this.#u16(name.length);
    this.#raw(Buffer.from(`${name}\0`, 'utf16le'));
  }

  /** Puts what follows at the head of its bucket and writes the link to what was there. */
  #link(table: { offset: number; buckets: number }, hash: number, at: number): void {
    const slot = table.offset + (hash % table.buckets) * 4;
    const next = this.#bytes.readUInt32LE(slot);
    this.#bytes.writeUInt32LE(at, slot);
    this.#undo.push(() => this.#bytes.writeUInt32LE(next, slot));
    this.#u32(next);
  }

  /** Writes a 32-bit size and what it is the size of. */
  #sized(write: () => void): void {
    const at = this.#at;
    this.#u32(0);
    write();
    this.#bytes.writeUInt32LE(this.#at - at - 4, at);
  }

  #need(size: number): void {
    if (this.#at + size > CHUNK_SIZE) throw new ChunkFull('the record does not fit in the chunk');
  }

  #raw(bytes: Buffer): void {
    this.#need(bytes.length);
    bytes.copy(this.#bytes, this.#at);
    this.#at += bytes.length;
  }

  #u8(value: number): void {
    this.#need(1);
    this.#bytes[this.#at++] = value;
  }

  #u16(value: number): void {
    this.#need(2);
    this.#at = this.#bytes.writeUInt16LE(value, this.#at);
  }

  #u32(value: number): void {
    this.#need(4);
    this.#at = this.#bytes.writeUInt32LE(value, this.#at);
  }

  #u64(value: bigint): void {
    this.#need(8);
    this.#at = this.#bytes.writeBigUInt64LE(value, this.#at);
  }
}

/** The hash by which Windows finds names in a chunk. */
function hashName(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 65_599) + name.charCodeAt(i)) >>> 0;
  return hash & 0xffff;
}

import { crc32, deflateRawSync } from 'node:zlib';

const signatures = { local: 0x0403_4b50, central: 0x0201_4b50, end: 0x0605_4b50 } as const;
/** Version 2.0: what deflate needs. */
const version = 20;
/** Names are UTF-8. */
const utf8Names = 0x0800;
const deflated = 8;
/** 1 January 1980: a zip made twice of the same files is the same. */
const dosDate = 0x0021;

/** A zip archive of a few small files by name; no entry may reach 4 GB. */
export function createZip(files: ReadonlyMap<string, Buffer>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of files) {
    const packed = deflateRawSync(content);
    const bytes = Buffer.from(name);
    const facts = describeEntry(content, packed, bytes.length);
    const local = Buffer.concat([numbers([signatures.local, 4]), facts, bytes, packed]);
    const made = numbers([signatures.central, 4], [version, 2]);
    // No comment, first disk, no attributes; then where the entry begins.
    const place = numbers([0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]);
    directory.push(Buffer.concat([made, facts, place, bytes]));
    parts.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = numbers(
    [signatures.end, 4],
    [0, 2],
    [0, 2],
    [files.size, 2],
    [files.size, 2],
    [listed.length, 4],
    [offset, 4],
    [0, 2],
  );
  return Buffer.concat([...parts, listed, end]);
}

/** What stands in both headers of an entry. */
function describeEntry(content: Buffer, packed: Buffer, nameBytes: number): Buffer {
  return numbers(
    [version, 2],
    [utf8Names, 2],
    [deflated, 2],
    [0, 2],
    [dosDate, 2],
    [crc32(content), 4],
    [packed.length, 4],
    [content.length, 4],
    [nameBytes, 2],
    [0, 2],
  );
}

/** Little-endian numbers of so many bytes, one after the other. */
function numbers(...fields: readonly (readonly [value: number, bytes: 2 | 4])[]): Buffer {
  const buffer = Buffer.alloc(fields.reduce((sum, [, bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [value, bytes] of fields) at = buffer.writeUIntLE(value, at, bytes);
  return buffer;
}

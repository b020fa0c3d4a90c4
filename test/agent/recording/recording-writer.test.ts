import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordingWriter } from '../../../src/agent/recording/recording-writer.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recording-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(name: string, rotateBytes?: number): { writer: RecordingWriter; faults: string[] } {
  const faults: string[] = [];
  const options = { path: join(folder, name), rotateBytes, onFault: (why: string) => faults.push(why) };
  return { writer: new RecordingWriter(options), faults };
}

describe('the writer of recordings', () => {
  it('has every sealed line on the disk in a form that ends soundly, and describes the file as it is', () => {
    const { writer } = open('a.ndjson.gz');
    writer.add('{"n":1}');
    writer.seal();
    writer.add('{"n":2}');
    const bytes = readFileSync(join(folder, 'a.ndjson.gz'));
    expect(gunzipSync(bytes).toString()).toBe('{"n":1}\n');
    expect(writer.files).toEqual([
      {
        name: 'a.ndjson.gz',
        events: 1,
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      },
    ]);
    writer.close();
    expect(gunzipSync(readFileSync(join(folder, 'a.ndjson.gz'))).toString()).toBe('{"n":1}\n{"n":2}\n');
    expect([writer.written, writer.lost]).toEqual([2, 0]);
  });

  it('seals by itself when much has come together', () => {
    const { writer } = open('a.ndjson');
    for (let count = 0; count < 3_000; count++) writer.add('x'.repeat(99));
    expect(writer.written).toBeGreaterThan(2_000);
    writer.close();
  });

  it('rotates into files whose names sort as they were written', () => {
    const { writer } = open('a.b.ndjson', 10);
    for (const line of ['first line', 'second line', 'third']) {
      writer.add(line);
      writer.seal();
    }
    writer.close();
    const names = ['a.b.0001.ndjson', 'a.b.0002.ndjson', 'a.b.0003.ndjson'];
    expect(readdirSync(folder).sort()).toEqual(names);
    expect(writer.files.map(({ name, events }) => [name, events])).toEqual(names.map((name) => [name, 1]));
    expect(readFileSync(join(folder, names[1]!), 'utf8')).toBe('second line\n');
  });

  it('counts what the disk did not take, says why, and goes on', () => {
    const { writer, faults } = open('a.ndjson', 5);
    writer.add('first line');
    writer.seal();
    writeFileSync(join(folder, 'a.0002.ndjson'), '');
    writer.add('second');
    writer.seal();
    rmSync(join(folder, 'a.0002.ndjson'));
    writer.add('third');
    writer.close();
    expect([writer.written, writer.lost]).toEqual([2, 1]);
    expect(faults).toEqual([expect.stringContaining('there already')]);
    expect(readFileSync(join(folder, 'a.0002.ndjson'), 'utf8')).toBe('third\n');
  });

  it('never writes over a file', () => {
    writeFileSync(join(folder, 'a.ndjson'), 'precious');
    expect(() => open('a.ndjson')).toThrow(expect.objectContaining({ code: 'PC_RECORD_UNWRITABLE' }));
    expect(readFileSync(join(folder, 'a.ndjson'), 'utf8')).toBe('precious');
  });
});

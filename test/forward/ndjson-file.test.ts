import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { QueuedEntry } from '../../src/forward/index.ts';
import { NdjsonFile } from '../../src/forward/ndjson-file.ts';
import { makeQueued } from '../support/outbox-entry.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-ndjson-'));
  path = join(folder, 'deep', 'alerts.ndjson');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const open = (maxFileBytes = 1e6, maxFiles = 3): NdjsonFile =>
  new NdjsonFile({ path, maxFileBytes, maxFiles }, ({ document }) => document);

function idsIn(file: string): string[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { event: { id: string } }).event.id);
}

const ids = (entries: readonly QueuedEntry[]): string[] => entries.map(({ eventId }) => eventId);
const entries = [1, 2, 3, 4, 5, 6].map((n) => makeQueued(n));

describe('the local record', () => {
  it('holds one document a line, and nothing twice after a restart', async () => {
    const first = open();
    expect((await first.send(entries.slice(0, 3))).verdicts).toEqual(['delivered', 'delivered', 'delivered']);
    await first.close();
    const second = open();
    await second.send(entries);
    await second.close();
    expect(idsIn(path)).toEqual(ids(entries));
  });

  it('cuts off a line that a crash tore, and writes it again', async () => {
    const first = open();
    await first.send(entries.slice(0, 2));
    await first.close();
    appendFileSync(path, entries[2]!.document.slice(0, 40));
    const second = open();
    await second.send(entries.slice(2, 4));
    await second.close();
    expect(idsIn(path)).toEqual(ids(entries.slice(0, 4)));
  });

  it('is rotated by size, the oldest deleted', async () => {
    const size = Buffer.byteLength(entries[0]!.document) + 1;
    const file = open(2 * size, 2);
    await file.send(entries);
    await file.close();
    expect(idsIn(path)).toEqual(ids(entries.slice(4)));
    expect(idsIn(`${path}.1`)).toEqual(ids(entries.slice(2, 4)));
    expect(() => readFileSync(`${path}.2`)).toThrow();
  });

  it('says why it cannot be written, and goes on when it can', async () => {
    mkdirSync(path, { recursive: true });
    const file = open();
    await expect(file.send(entries)).rejects.toMatchObject({ code: 'EISDIR', peer: path });
    rmSync(path, { recursive: true });
    await file.send(entries);
    await file.close();
    expect(idsIn(path)).toEqual(ids(entries));
  });

  it.skipIf(process.platform === 'win32')('does not write through a symbolic link', async () => {
    mkdirSync(join(folder, 'deep'));
    writeFileSync(join(folder, 'victim'), 'precious\n');
    symlinkSync(join(folder, 'victim'), path);
    await expect(open().send(entries)).rejects.toMatchObject({ code: 'ELOOP' });
    expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('precious\n');
  });
});

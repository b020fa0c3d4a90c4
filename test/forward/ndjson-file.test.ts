import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { QueuedEntry } from '../../src/forward/index.ts';
import { NdjsonFile } from '../../src/forward/ndjson-file.ts';
import { makeQueued } from '../support/outbox-entry.ts';

/** Files that a reader holds open, as Windows sees it: they are neither renamed nor deleted. */
const held = vi.hoisted(() => new Set<string>());
vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  const refuse = (name: unknown): void => {
    if (held.has(String(name))) throw Object.assign(new Error('EBUSY'), { code: 'EBUSY' });
  };
  const renameSync: typeof fs.renameSync = (from, to) => {
    refuse(from);
    fs.renameSync(from, to);
  };
  const rmSync: typeof fs.rmSync = (name, options) => {
    refuse(name);
    fs.rmSync(name, options);
  };
  return { ...fs, renameSync, rmSync };
});

let folder: string;
let path: string;
let nowMs = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-ndjson-'));
  path = join(folder, 'deep', 'alerts.ndjson');
});
afterEach(() => {
  held.clear();
  rmSync(folder, { recursive: true, force: true });
});

const open = (maxFileBytes = 1e6, maxFiles = 3): NdjsonFile =>
  new NdjsonFile(
    { path, maxFileBytes, maxFiles },
    ({ document }) => document,
    () => nowMs,
  );

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

  describe('that a reader holds open', () => {
    const size = Buffer.byteLength(entries[0]!.document) + 1;
    const history = (): string[] => [3, 2, 1].map((age) => readFileSync(`${path}.${age}`, 'utf8'));
    beforeEach(() => {
      mkdirSync(join(folder, 'deep'));
      for (let age = 1; age < 4; age++) writeFileSync(`${path}.${age}`, `history ${age}\n`);
    });

    it('grows, and is rotated once when it is let go', async () => {
      held.add(path);
      const file = open(size, 4);
      await file.send(entries.slice(0, 4));
      expect(history()).toEqual(['history 3\n', 'history 2\n', 'history 1\n']);
      expect(idsIn(path)).toEqual(ids(entries.slice(0, 4)));
      held.clear();
      nowMs += 59_999;
      await file.send(entries.slice(4, 5));
      expect(idsIn(path)).toHaveLength(5);
      nowMs += 1;
      await file.send(entries.slice(5));
      await file.close();
      expect(idsIn(path)).toEqual(ids(entries.slice(5)));
      expect(idsIn(`${path}.1`)).toEqual(ids(entries.slice(0, 5)));
      expect(history().slice(0, 2)).toEqual(['history 2\n', 'history 1\n']);
    });

    it.each([1, 2, 3])('as file %i of the older ones loses none but the oldest', async (age) => {
      held.add(`${path}.${age}`);
      const file = open(size, 4);
      for (const entry of entries.slice(0, 5)) {
        await file.send([entry]);
        nowMs += 60_000;
      }
      held.clear();
      await file.send(entries.slice(5));
      await file.close();
      const kept = [2, 1].map((each) => idsIn(`${path}.${each}`));
      expect([...kept.flat(), ...idsIn(path)]).toEqual(ids(entries));
      expect(readFileSync(`${path}.3`, 'utf8')).toBe('history 1\n');
      expect(readdirSync(join(folder, 'deep'))).toHaveLength(4);
    });
  });

  it('takes up a rotation that a crash broke off', async () => {
    mkdirSync(join(folder, 'deep'));
    writeFileSync(`${path}.moved`, 'newer\n');
    writeFileSync(`${path}.1`, 'older\n');
    const file = open();
    await file.send(entries);
    await file.close();
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('newer\n');
    expect(readFileSync(`${path}.2`, 'utf8')).toBe('older\n');
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

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { run } from '../../../src/cli/program.ts';

const id = 'a'.repeat(32);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-evidence-command-'));
  mkdirSync(join(folder, id));
  const manifest = {
    version: 2,
    id,
    collectedMs: 0,
    by: 'agent',
    event: {},
    eventIds: [],
    files: [],
    missing: [{ what: 'image\u001b[2J', why: 'gone' }],
  };
  writeFileSync(join(folder, id, 'manifest.json'), JSON.stringify(manifest));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function call(...args: string[]) {
  let out = '';
  let err = '';
  const collect = (take: (text: string) => void) =>
    new Writable({
      write(chunk, _encoding, next) {
        take(String(chunk));
        next();
      },
    });
  const io = {
    stdin: Readable.from([]),
    stdout: collect((text) => {
      out += text;
    }),
    stderr: collect((text) => {
      err += text;
    }),
    env: { PC_RESPONSE_EVIDENCE_FOLDER: folder },
  };
  const code = await run(['evidence', ...args], io);
  return { code, out, err };
}

it('lists, exports and prunes', async () => {
  const { out } = await call('list');
  expect(out).toBe(
    `1970-01-01 00:00:00  ${id}  ${'-'.padEnd(32)}  0 files  no image  without image\\x1b[2J\n`,
  );
  expect(JSON.parse((await call('list', '--output', 'ndjson')).out)).toMatchObject({ id });
  expect((await call('export', id, '--out', join(folder, 'copy'))).code).toBe(0);
  expect(readdirSync(join(folder, 'copy'))).toEqual(['manifest.json']);
  expect((await call('prune')).out).toBe('');
  expect((await call('prune', '--keep-bytes', '0')).out).toBe(`removed ${id}\n`);
  expect((await call('list')).out).toBe('');
});

it('exports what belongs to an incident', async () => {
  const file = join(folder, id, 'manifest.json');
  const incidentId = 'f'.repeat(32);
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), incidentId }));
  expect((await call('list')).out).toContain(incidentId);
  const { code, out } = await call('export', incidentId, '--out', join(folder, 'copy'));
  expect([code, out]).toEqual([0, '0 files, 0 bytes, as its manifest says\n']);
  expect(readdirSync(join(folder, 'copy', id))).toEqual(['manifest.json']);
});

it('says what is damaged, in words and by its exit code', async () => {
  writeFileSync(join(folder, id, 'stranger.exe'), '');
  const exported = await call('export', id, '--out', join(folder, 'copy'));
  expect([exported.code, exported.err]).toEqual([1, expect.stringContaining('PC_EVIDENCE_DAMAGED')]);
  writeFileSync(join(folder, id, 'manifest.json'), '{}');
  expect(await call('list')).toMatchObject({ code: 1, out: '', err: expect.stringContaining(id) });
});

it('says what it does not take', async () => {
  expect(await call('export', '..', '--out', join(folder, 'copy'))).toMatchObject({ code: 2 });
  for (const bytes of ['all', '', '-1', '0x10', '1e3']) {
    expect(await call('prune', '--keep-bytes', bytes)).toMatchObject({ code: 2 });
  }
});

import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Action,
  actionId,
  describeStart,
  EvidenceFiles,
  ResponseStage,
} from '../../src/response/index.ts';
import { FakeProcesses } from './fake-processes.ts';
import { flagged, noonMs, ResponseWorld } from './response-world.ts';

let folder: string;
let image: string;
const content = Buffer.from('MZ'.repeat(5_000));
const limits = { maxFileBytes: 1_000_000, maxTotalBytes: 1_000_000, timeoutMs: 10_000 };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-evidence-'));
  image = join(folder, 'tool.exe');
  writeFileSync(image, content);
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function makeAction(pid: number): Action {
  const [start, interim] = flagged({ pid });
  const subject = describeStart(start, interim, undefined);
  const id = actionId(subject, 'terminate');
  const common = { verb: 'terminate', target: 'process', mode: 'terminate', by: 'agent' } as const;
  return { ...common, id, reason: undefined, atMs: noonMs, subject, end: undefined };
}

async function collect(files: EvidenceFiles, pid: number, path = image) {
  return files.collect(makeAction(pid), path, await files.openImage(path), noonMs + pid);
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('evidence', () => {
  it('holds the image compressed, with hashes that prove it', async () => {
    const files = new EvidenceFiles(join(folder, 'bundles'), limits);
    const { id, image: copy } = await collect(files, 4240);
    const compressed = readFileSync(join(files.folder, id, copy?.file ?? ''));
    expect(gunzipSync(compressed)).toEqual(content);
    expect(copy).toMatchObject({
      path: image,
      bytes: content.length,
      isCut: false,
      sha256: sha256(content),
      compressedSha256: sha256(compressed),
    });
    const [listed] = await files.list();
    expect(listed).toMatchObject({ id, event: { process: { command_line: 'cmd.exe /c dir' } } });
    if (process.platform !== 'win32') {
      expect(statSync(join(files.folder, id)).mode & 0o77).toBe(0);
      expect(statSync(join(files.folder, id, 'image.gz')).mode & 0o77).toBe(0);
    }
  });

  it('says what it cut and what it could not have', async () => {
    const files = new EvidenceFiles(join(folder, 'bundles'), { ...limits, maxFileBytes: 100 });
    expect((await collect(files, 8)).image).toMatchObject({ bytes: 100, isCut: true });
    const none = await collect(files, 12, join(folder, 'nowhere.exe'));
    expect([none.image, none.missing]).toEqual([undefined, 'the image could not be opened']);
    const hasty = new EvidenceFiles(join(folder, 'hasty'), { ...limits, timeoutMs: 0 });
    writeFileSync(image, Buffer.alloc(30_000_000));
    const late = await collect(hasty, 16);
    expect([late.image, typeof late.missing]).toEqual([undefined, 'string']);
    expect(readdirSync(join(hasty.folder, late.id))).toEqual(['manifest.json']);
  });

  it('is read from what was open, though the file is deleted meanwhile', async () => {
    const files = new EvidenceFiles(join(folder, 'bundles'), limits);
    const handle = await files.openImage(image);
    rmSync(image);
    const { image: copy } = await files.collect(makeAction(4240), image, handle, noonMs);
    expect(copy?.sha256).toBe(sha256(content));
  });

  it('keeps to its size: the oldest bundles leave, and nothing else', async () => {
    const files = new EvidenceFiles(join(folder, 'bundles'), limits);
    const ids: string[] = [];
    for (const pid of [8, 12, 16]) {
      const { id } = await collect(files, pid);
      utimesSync(join(files.folder, id), pid, pid);
      ids.push(id);
    }
    mkdirSync(join(files.folder, 'notes'));
    const bytes = readdirSync(join(files.folder, ids[2]!)).map(
      (name) => statSync(join(files.folder, ids[2]!, name)).size,
    );
    const removed = await files.prune(bytes.reduce((a, b) => a + b, 0) + 10);
    expect(removed).toEqual(ids.slice(0, 2));
    expect(readdirSync(files.folder).sort()).toEqual([ids[2]!, 'notes'].sort());
    expect((await files.list()).map(({ id }) => id)).toEqual([ids[2]]);
  });

  it('is exported into a new folder only, and by nothing but its id', async () => {
    const files = new EvidenceFiles(join(folder, 'bundles'), limits);
    const { id } = await collect(files, 8);
    const out = join(folder, 'out');
    await files.export(id, out);
    expect(readdirSync(out).sort()).toEqual(['image.gz', 'manifest.json']);
    await expect(files.export(id, out)).rejects.toMatchObject({ code: 'PC_USAGE' });
    for (const wrong of ['..', `../${id}`, id.slice(1), '0'.repeat(32)]) {
      await expect(files.export(wrong, join(folder, 'other'))).rejects.toMatchObject({ code: 'PC_USAGE' });
    }
  });

  it('is kept of what the agent ends, and of nothing else', async () => {
    const processes = new FakeProcesses();
    const world = new ResponseWorld(processes, { mode: 'terminate' });
    const evidence = new EvidenceFiles(join(folder, 'bundles'), limits);
    const stage = new ResponseStage({ ...world.parts, evidence });
    // A path of Windows cannot be opened elsewhere, so the bundle says that the image is missing.
    processes.start({ pid: 4240, createdMs: noonMs, imagePath: 'C:\\no\\such\\cmd.exe' });
    processes.start({ pid: 4244, createdMs: noonMs, protection: 1 });
    stage.take(...flagged());
    stage.take(...flagged({ pid: 4244 }));
    await stage.settle();
    expect((await evidence.list()).map(({ id, missing }) => [id, missing])).toEqual([
      [world.told.find(({ end }) => end?.outcome === 'success')?.id, 'the image could not be opened'],
    ]);
    expect(world.failed).toEqual([]);
  });
});

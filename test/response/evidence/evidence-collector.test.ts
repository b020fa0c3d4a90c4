import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAlert } from '../../../src/alert/index.ts';
import type { ScoredStart } from '../../../src/anomaly/index.ts';
import {
  type Action,
  actionId,
  describeStart,
  EvidenceCollector,
  EvidenceFiles,
  type EvidenceLimits,
  type EvidenceManifest,
  ResponseStage,
} from '../../../src/response/index.ts';
import { mountSmallDisk, whyNoSmallDisk } from '../../support/small-disk.ts';
import { FakeProcesses } from '../fake-processes.ts';
import { flagged, noonMs, ResponseWorld } from '../response-world.ts';
import { FakeEventLog, makeRecord } from './fake-event-log.ts';
import { FakeLook } from './fake-look.ts';

const content = Buffer.from('MZ'.repeat(5_000));
const limits: EvidenceLimits = {
  waitMs: 60_000,
  timeoutMs: 120_000,
  maxFileBytes: 1_000_000,
  maxTotalBytes: 10_000_000,
  secretNames: ['*secret*'],
};

let folder: string;
let image: string;
let files: EvidenceFiles;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-collector-'));
  image = join(folder, 'tool.exe');
  writeFileSync(image, content);
  files = new EvidenceFiles(join(folder, 'bundles'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function actionOn(start: ScoredStart): Action {
  const subject = describeStart(start, undefined, undefined);
  const common = { verb: 'terminate', target: 'process', mode: 'terminate', by: 'agent' } as const;
  return {
    ...common,
    id: actionId(subject, 'terminate'),
    reason: undefined,
    atMs: noonMs,
    subject,
    end: undefined,
  };
}

async function collect(
  collector: EvidenceCollector,
  start: ScoredStart = flagged()[0],
  path: string | undefined = image,
): Promise<EvidenceManifest> {
  const action = actionOn(start);
  const draft = await collector.begin(action.subject.target!, path);
  return collector.keep(draft, action, noonMs);
}

function read(id: string, file: string): string {
  return readFileSync(join(files.folder, id, file), 'utf8');
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('a bundle', () => {
  it('holds the image, compressed, with hashes that prove it', async () => {
    const { id, image: copy, files: listed } = await collect(new EvidenceCollector(files, limits));
    const compressed = readFileSync(join(files.folder, id, 'image.gz'));
    expect(gunzipSync(compressed)).toEqual(content);
    expect(copy).toEqual({
      path: image,
      file: 'image.gz',
      bytes: 10_000,
      sha256: sha256(content),
      isCut: false,
    });
    expect(listed).toContainEqual({ file: 'image.gz', bytes: compressed.length, sha256: sha256(compressed) });
  });

  it('holds environment, modules, ancestry and the last starts of the user', async () => {
    const library = join(folder, 'helper.dll');
    writeFileSync(library, 'a library');
    const look = new FakeLook(
      ['Path=C:\\Windows', 'MY_SECRET=hidden'],
      [
        { path: library, ntPath: undefined, base: '0x1000', bytes: 4_096 },
        { path: '\\\\198.51.100.7\\share\\evil.dll', ntPath: undefined, base: '0x2000', bytes: 4_096 },
        { path: join(folder, 'gone.dll'), ntPath: undefined, base: '0x3000', bytes: 4_096 },
      ],
    );
    const collector = new EvidenceCollector(files, limits, look);
    const [earlier] = flagged({ pid: 8, process: { commandLine: 'whoami /all' } });
    const [stranger] = flagged({ pid: 12, user: 'bert' });
    const [victim] = flagged();
    const start = {
      ...victim,
      ancestors: [ancestor('winword.exe', 'winword.exe /n'), ancestor('explorer.exe')],
    };
    for (const each of [earlier, stranger, start]) collector.observe(each);
    const { id, missing } = await collect(collector, start);
    expect(missing).toEqual([]);
    expect(look.looked).toEqual([`environment 4240@${noonMs}±0`, `modules 4240@${noonMs}±0`]);
    expect(JSON.parse(read(id, 'environment.json'))).toEqual({
      is_cut: false,
      variables: ['Path=C:\\Windows', 'MY_SECRET=[redacted]'],
    });
    const { modules } = JSON.parse(read(id, 'modules.json')) as { modules: Record<string, unknown>[] };
    expect(modules).toMatchObject([
      { path: library, file_bytes: 9, sha256: sha256(Buffer.from('a library')) },
      { missing: 'it lies on another machine' },
      { missing: expect.stringContaining('ENOENT') },
    ]);
    expect(JSON.parse(read(id, 'ancestry.json'))).toMatchObject([
      { name: 'winword.exe', commandLine: 'winword.exe /n' },
      { name: 'explorer.exe' },
    ]);
    const recent = read(id, 'recent-starts.ndjson').trim().split('\n');
    expect(recent.map((line) => (JSON.parse(line) as { process: { pid: number } }).process.pid)).toEqual([
      8, 4240,
    ]);
  });

  it('says what it cut and what it could not have', async () => {
    const look = new FakeLook();
    look.environmentOf = async () => ({
      code: 'PC_E_ACCESS',
      cause: 'OpenProcess: Win32 error 5',
      entries: [],
      isCut: false,
    });
    look.modulesOf = () => Promise.reject(new Error('the library is gone'));
    const collector = new EvidenceCollector(files, { ...limits, maxFileBytes: 100 }, look);
    const { image: copy, missing } = await collect(collector);
    expect(copy).toMatchObject({ bytes: 100, isCut: true });
    expect(missing).toEqual([
      { what: 'environment', why: 'PC_E_ACCESS OpenProcess: Win32 error 5' },
      { what: 'modules', why: 'nobody could look' },
      { what: 'recent starts', why: 'none of this user was seen' },
    ]);
    const none = await collect(collector, flagged({ pid: 8 })[0], join(folder, 'nowhere.exe'));
    expect([none.image, none.missing[0]]).toEqual([
      undefined,
      { what: 'image', why: expect.stringContaining('ENOENT') },
    ]);
    const remote = await collect(collector, flagged({ pid: 12 })[0], '\\\\198.51.100.7\\share\\evil.exe');
    expect(remote.missing[0]).toEqual({ what: 'image', why: 'it lies on another machine' });
  });

  it.skipIf(whyNoSmallDisk() !== undefined)('does not fill the disk with images', async () => {
    const disk = mountSmallDisk(33_554_432);
    try {
      const there = new EvidenceFiles(join(disk.folder, 'bundles'));
      const { image: copy, missing } = await collect(new EvidenceCollector(there, limits));
      expect(copy).toBeUndefined();
      expect(missing).toContainEqual({ what: 'image', why: 'the disk has too little room' });
      expect((await there.list()).manifests).toHaveLength(1);
    } finally {
      disk.remove();
    }
  });

  it('holds what the event log has about the process, and names the channels that have nothing', async () => {
    const log = new FakeEventLog();
    log.keep('Security', [makeRecord('Security', 4688, 1)]);
    const collector = new EvidenceCollector(files, limits, undefined, log);
    const { id, missing } = await collect(collector);
    expect(JSON.parse(read(id, 'event-log.ndjson'))).toMatchObject({
      event: { code: '4688' },
      winlog: { channel: 'Security' },
    });
    expect(missing.map(({ what }) => what)).toContain('event log Microsoft-Windows-Sysmon/Operational');
    const exported = await files.export(id, join(folder, 'out'));
    expect(exported.files.map(({ file }) => file)).toContain('event-log.ndjson');
  });

  it('does without the event log when that does not answer in time', async () => {
    const log = new FakeEventLog();
    log.between = () => new Promise(() => undefined);
    const hasty = { ...limits, timeoutMs: 1_200 };
    const { id, missing } = await collect(new EvidenceCollector(files, hasty, undefined, log));
    expect(missing).toContainEqual({ what: 'event log', why: 'the time was up' });
    expect(readdirSync(join(files.folder, id))).not.toContain('event-log.ndjson');
  });

  it('keeps to its time, before the end and after it', async () => {
    const look = new FakeLook();
    look.environmentOf = () => new Promise(() => undefined);
    writeFileSync(image, '');
    truncateSync(image, 900_000_000);
    const hasty = { ...limits, waitMs: 20, timeoutMs: 60, maxFileBytes: 1e9 };
    const startedMs = performance.now();
    const { id, missing } = await collect(new EvidenceCollector(files, hasty, look));
    expect(performance.now() - startedMs).toBeLessThan(60_000);
    expect(missing).toContainEqual({ what: 'image', why: 'the time was up' });
    expect(missing).toContainEqual({ what: 'environment', why: 'nobody could look' });
    expect(readdirSync(join(files.folder, id))).not.toContain('image.gz');
  });

  it('is read from what was open, though the file is deleted meanwhile', async () => {
    const collector = new EvidenceCollector(files, limits);
    const action = actionOn(flagged()[0]);
    const draft = await collector.begin(action.subject.target!, image);
    rmSync(image);
    const { image: copy } = await collector.keep(draft, action, noonMs);
    expect(copy?.sha256).toBe(sha256(content));
  });

  it.each(['before', 'after'] as const)('takes alerts that were raised %s it was written', async (when) => {
    const collector = new EvidenceCollector(files, limits);
    const [start, , detections] = flagged();
    collector.expect(start.event.id);
    const alert = createAlert(detections[0]!, []);
    const [other, , otherDetections] = flagged({ pid: 8 });
    const outcome = {
      alerts: [alert, createAlert({ ...otherDetections[0]!, subject: other }, [])],
      incidents: [],
    };
    if (when === 'before') await collector.learn(outcome);
    const { id } = await collect(collector, start);
    if (when === 'after') await collector.learn(outcome);
    const lines = read(id, 'alerts.ndjson').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { event: { id: string } }).event.id)).toEqual([alert.id]);
    const exported = await files.export(id, join(folder, 'out'));
    expect(exported.files.map(({ file }) => file)).toContain('alerts.ndjson');
  });
});

it('is kept of what the agent ends, and of nothing else', async () => {
  const processes = new FakeProcesses();
  const world = new ResponseWorld(processes, { mode: 'terminate' });
  const look = new FakeLook(['A=b']);
  const collector = new EvidenceCollector(files, limits, look);
  const stage = new ResponseStage({ ...world.parts, evidence: () => collector });
  const order: string[] = [];
  look.environmentOf = async () => {
    order.push(processes.running.has(4240) ? 'looked while it ran' : 'looked too late');
    return { code: 'PC_OK', cause: '', entries: [], isCut: false };
  };
  processes.start({ pid: 4240, createdMs: noonMs });
  processes.start({ pid: 4244, createdMs: noonMs, protection: 1 });
  stage.take(...flagged());
  stage.take(...flagged({ pid: 4244 }));
  await stage.settle();
  expect(order).toEqual(['looked while it ran']);
  const { manifests } = await files.list();
  expect(manifests.map(({ id }) => id)).toEqual([
    world.told.find(({ end }) => end?.outcome === 'success')?.id,
  ]);
  expect(world.failed).toEqual([]);
});

function ancestor(name: string, commandLine?: string): ScoredStart['ancestors'][number] {
  return { entityId: name, pid: 4, name, executable: undefined, commandLine, startMs: undefined };
}

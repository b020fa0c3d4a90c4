import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
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
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EvidenceFiles, writeText } from '../../../src/response/evidence/evidence-files.ts';
import type { EvidenceManifest } from '../../../src/response/index.ts';

let folder: string;
let files: EvidenceFiles;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-evidence-'));
  files = new EvidenceFiles(join(folder, 'bundles'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function idOf(number: number): string {
  return number.toString(16).padStart(32, '0');
}

function write(number: number, content = 'x'.repeat(100)): Promise<EvidenceManifest> {
  const id = idOf(number);
  return files.write(id, async (draft) => ({
    version: 2,
    id,
    collectedMs: number,
    by: 'agent',
    event: { process: { command_line: 'cmd.exe /c dir' } },
    eventIds: ['event-1'],
    files: [await writeText(draft, 'modules.json', content)],
    missing: [],
  }));
}

describe('bundles in a folder', () => {
  it('are listed, oldest first, for nobody else to read', async () => {
    await write(2);
    await write(1);
    expect((await files.list()).manifests.map(({ id }) => id)).toEqual([idOf(1), idOf(2)]);
    if (process.platform === 'win32') return;
    const bundle = join(files.folder, idOf(1));
    expect(statSync(bundle).mode & 0o77).toBe(0);
    for (const file of readdirSync(bundle)) expect(statSync(join(bundle, file)).mode & 0o77).toBe(0);
  });

  it('are never seen half written', async () => {
    const failing = files.write(idOf(3), async (draft) => {
      await writeText(draft, 'modules.json', 'half');
      throw new Error('the disk is full');
    });
    await expect(failing).rejects.toThrow('the disk is full');
    expect(await files.list()).toEqual({ manifests: [], damaged: [] });
    await expect(files.export(idOf(3), join(folder, 'out'))).rejects.toMatchObject({ code: 'PC_USAGE' });
  });

  it.each([
    ['no manifest', (bundle: string) => rmSync(join(bundle, 'manifest.json'))],
    ['no JSON', (bundle: string) => writeFileSync(join(bundle, 'manifest.json'), '{')],
    [
      'a file name that leads out',
      (bundle: string) => {
        const path = join(bundle, 'manifest.json');
        writeFileSync(path, readFileSync(path, 'utf8').replace('modules.json', '../../modules.json'));
      },
    ],
    [
      'the manifest of another',
      (bundle: string) => {
        const path = join(bundle, 'manifest.json');
        writeFileSync(path, readFileSync(path, 'utf8').replace(idOf(1), idOf(9)));
      },
    ],
    [
      'a manifest without end',
      (bundle: string) => appendFileSync(join(bundle, 'manifest.json'), ' '.repeat(5e6)),
    ],
  ])('are told of when damaged: %s', async (_, damage) => {
    await write(1);
    await write(2);
    damage(join(files.folder, idOf(1)));
    const { manifests, damaged } = await files.list();
    expect([manifests.map(({ id }) => id), damaged]).toEqual([[idOf(2)], [idOf(1)]]);
    await expect(files.export(idOf(1), join(folder, 'out'))).rejects.toMatchObject({
      code: 'PC_EVIDENCE_DAMAGED',
    });
  });

  it('keep to their size: the oldest leave, and nothing else', async () => {
    for (const number of [1, 2, 3]) {
      await write(number);
      utimesSync(join(files.folder, idOf(number)), number, number);
    }
    mkdirSync(join(files.folder, 'notes'));
    const bundle = join(files.folder, idOf(3));
    const bytes = readdirSync(bundle).reduce((sum, name) => sum + statSync(join(bundle, name)).size, 0);
    expect(await files.prune(bytes + 10)).toEqual([idOf(1), idOf(2)]);
    expect(readdirSync(files.folder).sort()).toEqual([idOf(3), 'notes']);
  });

  it('say where they cannot be reached', async () => {
    writeFileSync(files.folder, 'no folder');
    const told = { code: 'PC_EVIDENCE_FOLDER', message: expect.stringContaining(files.folder) };
    await expect(files.list()).rejects.toMatchObject(told);
    await expect(files.prune(0)).rejects.toMatchObject(told);
  });

  it('leave no drafts behind that an agent which was killed had begun, and none that is being written', async () => {
    await write(1);
    for (const number of [2, 3]) {
      const draft = join(files.folder, `${idOf(number)}.part`);
      mkdirSync(draft);
      writeFileSync(join(draft, 'image.gz'), 'x'.repeat(10_000));
    }
    const yesterday = Date.now() / 1_000 - 86_400;
    utimesSync(join(files.folder, `${idOf(2)}.part`), yesterday, yesterday);
    expect(await files.prune(1e9)).toEqual([]);
    expect(readdirSync(files.folder).sort()).toEqual([idOf(1), `${idOf(3)}.part`]);
  });

  it('grow by what is known later, and still prove themselves', async () => {
    await write(1);
    await files.amend(idOf(1), 'alerts.ndjson', '{"a":1}\n');
    await files.amend(idOf(1), 'alerts.ndjson', '{"a":1}\n{"b":2}\n', { incidentId: 'incident-7' });
    const out = join(folder, 'out');
    const { incidentId, files: listed } = await files.export(idOf(1), out);
    expect(incidentId).toBe('incident-7');
    expect(listed.map(({ file }) => file)).toEqual(['modules.json', 'alerts.ndjson']);
    expect(readFileSync(join(out, 'alerts.ndjson'), 'utf8')).toBe('{"a":1}\n{"b":2}\n');
    for (const { file, sha256 } of listed) {
      expect(sha256).toBe(
        createHash('sha256')
          .update(readFileSync(join(out, file)))
          .digest('hex'),
      );
    }
  });
});

describe('an export', () => {
  it.each([
    [
      'changed',
      (bundle: string) => writeFileSync(join(bundle, 'modules.json'), 'y'.repeat(100)),
      'another SHA-256',
    ],
    ['longer', (bundle: string) => appendFileSync(join(bundle, 'modules.json'), 'y'), 'not of 100 bytes'],
    ['gone', (bundle: string) => rmSync(join(bundle, 'modules.json')), 'modules.json is missing'],
    [
      'too many',
      (bundle: string) => writeFileSync(join(bundle, 'tool.exe'), ''),
      'tool.exe is not in the manifest',
    ],
  ])('says that a file is %s, and leaves the copy', async (_, damage, text) => {
    await write(1);
    damage(join(files.folder, idOf(1)));
    const out = join(folder, 'out');
    await expect(files.export(idOf(1), out)).rejects.toMatchObject({
      code: 'PC_EVIDENCE_DAMAGED',
      message: expect.stringContaining(text),
    });
    expect(existsSync(join(out, 'manifest.json'))).toBe(true);
  });

  it('of an incident has a folder for each of its bundles', async () => {
    for (const number of [1, 2, 3]) await write(number);
    for (const number of [1, 3]) {
      await files.amend(idOf(number), 'incident.json', '{}', { incidentId: 'incident 7' });
    }
    const out = join(folder, 'out');
    const exported = await files.exportIncident('incident 7', out);
    expect(exported.map(({ id }) => id)).toEqual([idOf(1), idOf(3)]);
    expect(readdirSync(out).toSorted()).toEqual([idOf(1), idOf(3)]);
    expect(readdirSync(join(out, idOf(3))).toSorted()).toEqual([
      'incident.json',
      'manifest.json',
      'modules.json',
    ]);
    await expect(files.exportIncident('incident 7', out)).rejects.toMatchObject({ code: 'PC_USAGE' });
    for (const wrong of ['incident 8', '..', '']) {
      await expect(files.exportIncident(wrong, join(folder, 'other'))).rejects.toMatchObject({
        code: 'PC_USAGE',
      });
    }
    expect(existsSync(join(folder, 'other'))).toBe(false);
  });

  it('goes into a new folder only, and by nothing but an id', async () => {
    await write(1);
    const out = join(folder, 'out');
    await files.export(idOf(1), out);
    await expect(files.export(idOf(1), out)).rejects.toMatchObject({ code: 'PC_USAGE' });
    for (const wrong of ['..', `../${idOf(1)}`, idOf(1).slice(1), '0'.repeat(31), idOf(8)]) {
      await expect(files.export(wrong, join(folder, 'other'))).rejects.toMatchObject({ code: 'PC_USAGE' });
    }
  });
});

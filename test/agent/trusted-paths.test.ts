import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assertTrusted, listTrustedPaths } from '../../src/agent/index.ts';
import { judgeByMode } from '../../src/agent/path-judge-loader.ts';
import { loadConfig } from '../../src/config/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trust-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('what the agent relies on', () => {
  it('is all that decides what it does', () => {
    const file = join(folder, 'problemchild.yaml');
    writeFileSync(
      file,
      'state: { file: data/state.db }\nalert: { exceptionsFolder: e, iocFolder: i }\ndetection: { rulesFolder: r }\nmodel: { bundle: m }\n',
      { mode: 0o600 },
    );
    const { config } = loadConfig({ file, env: {} });
    const inFolder = ['problemchild.yaml', '.', 'data/state.db', 'data', 'm', 'r', 'e', 'i'];
    expect(listTrustedPaths(config, file)).toEqual(inFolder.map((name) => join(folder, name)));
  });

  it.skipIf(process.platform === 'win32').each([
    ['a file of its own', 0o600, 0o700, undefined],
    ['a file that all may read', 0o644, 0o755, undefined],
    ['a file that all may write', 0o666, 0o700, 'file'],
    ['a folder that all may write', 0o600, 0o777, 'folder'],
    ['a folder like the one for temporary files', 0o600, 0o1777, undefined],
  ])('%s', (_, fileMode, folderMode, culprit) => {
    const data = join(folder, 'data');
    const file = join(data, 'state.db');
    mkdirSync(data);
    writeFileSync(file, '');
    chmodSync(file, fileMode);
    chmodSync(data, folderMode);
    const check = (): void => assertTrusted([file, data, join(data, 'none')], judgeByMode(process.getuid!()));
    if (culprit === undefined) expect(check).not.toThrow();
    else {
      const where = culprit === 'file' ? file : data;
      expect(check).toThrow(expect.objectContaining({ code: 'PC_AGENT_UNTRUSTED', where }));
    }
  });
});

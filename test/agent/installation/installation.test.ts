import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keepBaseline } from '../../../src/agent/anomaly.ts';
import { DataFolderFiles } from '../../../src/agent/installation/data-folder-files.ts';
import {
  configureInstallation,
  type InstallHost,
  undoInstallation,
} from '../../../src/agent/installation/installation.ts';
import { serviceSetup } from '../../../src/agent/installation/service-settings.ts';
import { BaselineLearner, formatBaseline } from '../../../src/anomaly/index.ts';
import { loadConfig } from '../../../src/config/index.ts';
import { AgentError } from '../../../src/errors/index.ts';
import { start } from '../../anomaly/starts.ts';

/** A machine where `objection` is held against a folder that is there. */
function machine(objection?: string): InstallHost {
  return {
    secureFolder: (path) => mkdirSync(path, { recursive: true }),
    judge: () => objection,
    seal: (secret) => Buffer.from(secret).toString('base64'),
    nowMs: () => 7,
  };
}

function request(properties: Record<string, string> = {}, transaction = 'one') {
  return { transaction, dataFolder: join(mkdtempSync(join(tmpdir(), 'pc-')), 'ProblemChild'), properties };
}

test('secrets are sealed, or in a file of their own where they cannot be', () => {
  const sealed = request({ SIEM_TYPE: 'splunk', SIEM_URL: 'https://s.example', SIEM_TOKEN: 'wink' });
  configureInstallation(sealed, machine());
  const config = readFileSync(join(sealed.dataFolder, 'problemchild.yaml'), 'utf8');
  expect(config).toContain(`dpapi: ${Buffer.from('wink').toString('base64')}`);

  const { seal: _, ...without } = machine();
  const filed = { ...sealed, dataFolder: `${sealed.dataFolder}2` };
  configureInstallation(filed, without);
  expect(readFileSync(join(filed.dataFolder, 'problemchild.yaml'), 'utf8')).not.toContain('wink');
  expect(readFileSync(join(filed.dataFolder, 'secrets/siem-token'), 'utf8')).toBe('wink');
});

test('a configuration that is there stays, and what was not applied is said', () => {
  const first = request({ SOURCES: 'etw' });
  configureInstallation(first, machine());
  const config = readFileSync(join(first.dataFolder, 'problemchild.yaml'), 'utf8');
  const said = configureInstallation(
    { ...first, transaction: 'two', properties: { SOURCES: 'both', RESPONSE_MODE: 'suspend' } },
    machine(),
  );
  expect(readFileSync(join(first.dataFolder, 'problemchild.yaml'), 'utf8')).toBe(config);
  expect(said.join()).toContain('not applied: RESPONSE_MODE, SOURCES');
});

test('a setting with an impossible value fails, and undoing leaves nothing of it', () => {
  const asked = request({ RESPONSE_MODE: 'kill', SIEM_TYPE: 'eventlog' });
  expect(() => configureInstallation(asked, machine())).toThrow(/response\.mode/);
  expect(undoInstallation(asked)).toEqual(['removed problemchild.yaml']);
  expect(existsSync(join(asked.dataFolder, 'problemchild.yaml'))).toBe(false);
});

test('undoing takes away only what the same installation wrote', () => {
  const first = request();
  configureInstallation(first, machine());
  expect(undoInstallation({ ...first, transaction: 'another' })).toEqual([]);
  configureInstallation({ ...first, transaction: 'two' }, machine());
  expect(undoInstallation({ ...first, transaction: 'two' })).toEqual(['restored install.json']);
  expect(existsSync(join(first.dataFolder, 'problemchild.yaml'))).toBe(true);
});

test('a folder that somebody else may change is moved aside, not believed', () => {
  const asked = request();
  mkdirSync(asked.dataFolder);
  writeFileSync(join(asked.dataFolder, 'problemchild.yaml'), 'planted: true\n');
  const said = configureInstallation(asked, machine('S-1-5-32-545'));
  expect(said[0]).toContain('S-1-5-32-545');
  expect(readFileSync(join(asked.dataFolder, 'problemchild.yaml'), 'utf8')).not.toContain('planted');
  expect(readdirSync(`${asked.dataFolder}.untrusted-7`)).toEqual(['problemchild.yaml']);
});

test('a link that leads nowhere is moved aside, as is a folder that hides who may change it', () => {
  const linked = request();
  symlinkSync(join(linked.dataFolder, '../nowhere'), linked.dataFolder);
  expect(configureInstallation(linked, machine('it is a link'))[0]).toContain('it is a link');
  expect(lstatSync(`${linked.dataFolder}.untrusted-7`).isSymbolicLink()).toBe(true);
  expect(lstatSync(linked.dataFolder).isDirectory()).toBe(true);

  const hidden = request();
  mkdirSync(hidden.dataFolder);
  const judge = () => {
    throw new AgentError('PC_NATIVE_ACCESS', 'CreateFileW failed: Win32 error 5');
  };
  expect(configureInstallation(hidden, { ...machine(), judge })[0]).toContain('cannot be read');
  expect(existsSync(`${hidden.dataFolder}.untrusted-7`)).toBe(true);
});

test('a folder that cannot be judged for another reason stays where it is', () => {
  const asked = request();
  mkdirSync(asked.dataFolder);
  const judge = () => {
    throw new AgentError('PC_NATIVE_CALL', 'out of memory');
  };
  expect(() => configureInstallation(asked, { ...machine(), judge })).toThrow('out of memory');
  expect(readdirSync(join(asked.dataFolder, '..'))).toEqual(['ProblemChild']);
});

test('how the service was asked to be outlives an upgrade', () => {
  const first = request({ STARTTYPE: 'delayed', LOCKSERVICE: '1' });
  configureInstallation(first, machine());
  configureInstallation({ ...first, transaction: 'two', properties: {} }, machine());
  const choices = new DataFolderFiles(first.dataFolder, 'x').readChoices();
  expect(choices).toEqual({ start: 'delayed', locked: true });
});

test.each([
  [{ STARTTYPE: 'never' }, /STARTTYPE/],
  [{ LOCKSERVICE: 'yes' }, /LOCKSERVICE is 0 or 1/],
])('%o is refused before anything is written', (properties, message) => {
  const asked = request(properties as Record<string, string>);
  expect(() => configureInstallation(asked, machine())).toThrow(message);
  expect(existsSync(join(asked.dataFolder, 'problemchild.yaml'))).toBe(false);
});

test('a failed upgrade leaves the service as it was asked to be before, a failed first installation no wish', () => {
  const first = request({ STARTTYPE: 'disabled', LOCKSERVICE: '1' });
  configureInstallation(first, machine());
  const upgrade = { ...first, transaction: 'two', properties: { STARTTYPE: 'demand', LOCKSERVICE: '0' } };
  configureInstallation(upgrade, machine());
  undoInstallation(upgrade);
  const readChoices = () => new DataFolderFiles(first.dataFolder, 'x').readChoices();
  expect(readChoices()).toEqual({ start: 'disabled', locked: true });

  const failed = request({ STARTTYPE: 'disabled' });
  configureInstallation(failed, machine());
  expect(undoInstallation(failed)).toEqual(['removed problemchild.yaml', 'removed install.json']);
});

test('settings that are read anew replace an earlier file, and a failure brings that back', () => {
  const first = request();
  const authority = join(first.dataFolder, 'siem-ca.pem');
  const properties = {
    SIEM_TYPE: 'syslog',
    SIEM_URL: 'log.example',
    SIEM_CA: join(first.dataFolder, '../new.pem'),
  };
  mkdirSync(first.dataFolder);
  writeFileSync(authority, 'earlier');
  writeFileSync(join(first.dataFolder, '../new.pem'), 'later');
  const asked = { ...first, properties };
  expect(configureInstallation(asked, machine())).toContain(`replaced ${authority}`);
  expect(readFileSync(authority, 'utf8')).toBe('later');
  expect(undoInstallation(asked)).toContain('restored siem-ca.pem');
  expect(readFileSync(authority, 'utf8')).toBe('earlier');
});

test('a failed upgrade brings back the baseline before, and a failed first installation leaves none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pc-'));
  const baselineOf = (name: string): string => {
    const learner = new BaselineLearner(undefined);
    learner.learn(start({ process: name }));
    const path = join(folder, `${name}.json`);
    writeFileSync(path, formatBaseline(learner.finish()));
    return path;
  };
  const importedIn = (dataFolder: string) =>
    keepBaseline(loadConfig({ file: join(dataFolder, 'problemchild.yaml'), env: {} }).config);

  const first = request({ BASELINE: baselineOf('earlier.exe') });
  configureInstallation(first, machine());
  const upgrade = { ...first, transaction: 'two', properties: { BASELINE: baselineOf('later.exe') } };
  configureInstallation(upgrade, machine());
  expect(importedIn(first.dataFolder)).toContain('later.exe');
  expect(undoInstallation(upgrade)).toContain('restored the baseline');
  expect(importedIn(first.dataFolder)).toContain('earlier.exe');

  const failed = request(first.properties);
  configureInstallation(failed, machine());
  undoInstallation(failed);
  configureInstallation({ ...failed, transaction: 'two', properties: {} }, machine());
  expect(importedIn(failed.dataFolder)).toBeUndefined();
});

test('a baseline that cannot be put back keeps nothing else from being undone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pc-'));
  writeFileSync(join(folder, 'b.json'), formatBaseline(new BaselineLearner(undefined).finish()));
  const asked = request({ BASELINE: join(folder, 'b.json') });
  configureInstallation(asked, machine());
  writeFileSync(join(asked.dataFolder, 'problemchild.yaml'), 'no: configuration');
  expect(undoInstallation(asked)).toEqual([
    expect.stringContaining('the baseline stays'),
    'removed problemchild.yaml',
    'removed install.json',
  ]);
});

test('a baseline that is none leaves what was asked of the service to be undone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pc-'));
  writeFileSync(join(folder, 'b.json'), '{}');
  const asked = request({ STARTTYPE: 'demand', BASELINE: join(folder, 'b.json') });
  expect(() => configureInstallation(asked, machine())).toThrow(/baseline|b\.json/);
  expect(undoInstallation(asked)).toContain('removed install.json');
});

test('administrators never change the service, and stop it only while it is not locked', () => {
  const rightsOf = (locked: boolean): string[] =>
    /\(A;;([A-Z]+);;;BA\)/.exec(serviceSetup({ start: 'auto', locked }, 'x').access)![1]!.match(/../g)!;
  expect(rightsOf(false)).toContain('WP');
  expect(rightsOf(true)).not.toContain('WP');
  for (const right of ['DC', 'SD', 'WD', 'WO']) expect(rightsOf(false)).not.toContain(right);
});

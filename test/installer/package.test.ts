import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileList } from '../../installer/msi/file-list.ts';
import { fillGaps } from '../../installer/msi/wixl-gaps.ts';
import { hasTool, runTool } from '../../installer/run-tool.ts';
import { serviceFlags } from '../../src/agent/installation/index.ts';

/*
 * The package as Windows Installer reads it: the real source, compiled over a few small files. Windows does the rolling
 * back; what it goes by is here.
 */
const main = join(import.meta.dirname, '../../installer/msi/problemchild.wxs');
const source = readFileSync(main, 'utf8');
const missing = ['wixl', 'msibuild', 'msiinfo'].filter((tool) => !hasTool(tool));

const typeBits = { rollback: 0x100, commit: 0x200, deferred: 0x400, system: 0x800 } as const;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-package-'));
  mkdirSync(join(folder, 'payload/bin'), { recursive: true });
  for (const name of ['node.exe', 'problemchild.dll', 'problemchild.cmd'])
    writeFileSync(join(folder, 'payload/bin', name), name);
  writeFileSync(join(folder, 'payload/LICENSE'), 'text');
  writeFileSync(join(folder, 'setup.dll'), 'MZ');
  if (missing.length > 0) return;
  const upgradeCode = /UpgradeCode="\{(.*?)\}"/.exec(source)![1]!;
  writeFileSync(join(folder, 'files.wxs'), createFileList(join(folder, 'payload'), 'payload', upgradeCode));
  const variables = [
    'wixl=1',
    'Version=1.2.3',
    `ProductCode=${upgradeCode}`,
    'Payload=payload',
    'Setup=setup.dll',
  ];
  const defines = variables.flatMap((each) => ['-D', each]);
  runTool('wixl', ['-a', 'x64', ...defines, '-o', 'package.msi', main, 'files.wxs'], { cwd: folder });
  fillGaps(join(folder, 'package.msi'), source);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The rows of a table by the names of its columns. */
function readTable(name: string): Readonly<Record<string, string>>[] {
  const text = runTool('msiinfo', ['export', join(folder, 'package.msi'), name]);
  const [columns, , , ...rows] = text.split('\r\n').filter((line) => line !== '');
  const names = columns!.split('\t');
  return rows.map((row) => Object.fromEntries(row.split('\t').map((value, index) => [names[index], value])));
}

/** When each action comes, by its number. */
function readSequence(): ReadonlyMap<string, number> {
  const rows = readTable('InstallExecuteSequence');
  return new Map(rows.map((row) => [row['Action']!, Number(row['Sequence'])]));
}

const conditionOf = (action: string): string =>
  readTable('InstallExecuteSequence').find((row) => row['Action'] === action)?.['Condition'] ?? 'not there';

describe.skipIf(missing.length > 0)(
  `the package${missing.length > 0 ? ` (no ${missing.join(', ')})` : ''}`,
  () => {
    it('does everything in this order', () => {
      const at = readSequence();
      const order = [
        'FindRelatedProducts',
        'LaunchConditions',
        'CollectProperties',
        'InstallInitialize',
        'RemoveExistingProducts',
        'StopServices',
        'AwaitStop',
        'RestoreService',
        'DeleteServices',
        'ReleaseHost',
        'InstallExecute',
        'RemoveFiles',
        'InstallFiles',
        'WriteRegistryValues',
        'InstallServices',
        'UndoConfigureAgent',
        'ConfigureAgent',
        'ConfigureService',
        'StopAgent',
        'StartAgent',
        'RegisterProduct',
        'PublishProduct',
        'RemoveData',
        'InstallFinalize',
      ];
      expect(order.toSorted((a, b) => (at.get(a) ?? Number.NaN) - (at.get(b) ?? Number.NaN))).toEqual(order);
      expect(new Set(at.values()).size).toBe(at.size);
    });

    it.each([
      // What undoes an action is written down before it, under the same condition, and comes in the reverse order.
      ['UndoConfigureAgent', 'ConfigureAgent'],
      ['StopAgent', 'StartAgent'],
      // The service's settings come back after the service itself, which DeleteServices took.
      ['RestoreService', 'DeleteServices'],
    ])('%s undoes %s', (undo, action) => {
      const type = Number(readTable('CustomAction').find((row) => row['Action'] === undo)?.['Type']);
      const wanted = typeBits.deferred | typeBits.rollback | typeBits.system;
      expect(type & (wanted | typeBits.commit)).toBe(wanted);
      const at = readSequence();
      expect(at.get(undo)).toBeLessThan(at.get(action)!);
      const kind = conditionOf(undo);
      expect(kind).toBe(undo === 'RestoreService' ? 'REMOVE="ALL"' : 'NOT REMOVE="ALL"');
    });

    it('stops a service that it started before anything of it is taken back', () => {
      const at = readSequence();
      // Rolling back goes from the last to the first: nothing between the two may need the service gone.
      for (const action of ['InstallServices', 'InstallFiles', 'WriteRegistryValues']) {
        expect(at.get(action)).toBeLessThan(at.get('StopAgent')!);
      }
    });

    it('has waited for the end of a service that it takes away', () => {
      expect(conditionOf('AwaitStop')).toBe('REMOVE="ALL"');
    });

    it('takes the old version away inside the transaction, and the data only when all is done', () => {
      const at = readSequence();
      expect(at.get('RemoveExistingProducts')).toBeGreaterThan(at.get('InstallInitialize')!);
      expect(at.get('RemoveExistingProducts')).toBeLessThan(at.get('InstallFinalize')!);
      const remove = readTable('CustomAction').find((row) => row['Action'] === 'RemoveData');
      expect(Number(remove?.['Type']) & typeBits.commit).toBe(typeBits.commit);
      expect(conditionOf('RemoveData')).toBe('REMOVE="ALL" AND NOT UPGRADINGPRODUCTCODE AND REMOVEDATA="1"');
      // An upgrade lets nothing go: the next version takes suspended processes and filters over.
      expect(conditionOf('ReleaseHost')).toBe('REMOVE="ALL" AND NOT UPGRADINGPRODUCTCODE');
    });

    it('knows older versions to replace, and newer ones to give way to', () => {
      const rows = readTable('Upgrade');
      const onlyDetect = 2;
      const older = rows.find((row) => row['ActionProperty'] === 'OLDERFOUND');
      expect([
        older?.['VersionMin'],
        older?.['VersionMax'],
        Number(older?.['Attributes']) & onlyDetect,
      ]).toEqual(['0.0.0', '1.2.3', 0]);
      const newer = rows.find((row) => row['ActionProperty'] === 'NEWERFOUND');
      expect([newer?.['VersionMin'], Number(newer?.['Attributes']) & onlyDetect]).toEqual([
        '1.2.3',
        onlyDetect,
      ]);
      expect(readTable('LaunchCondition').map((row) => row['Condition'])).toContain(
        'Installed OR NOT NEWERFOUND',
      );
    });

    it('lets nobody but an administrator give settings to what is installed', () => {
      const condition = readTable('LaunchCondition')
        .map((row) => row['Condition']!)
        .find((each) => each.includes('RestrictedUserControl'))!;
      const [, names] = /^NOT \(RestrictedUserControl AND ProductState>0 AND \((.*)\)\)$/.exec(condition)!;
      const secure = readTable('Property').find((row) => row['Property'] === 'SecureCustomProperties')![
        'Value'
      ]!;
      // Windows Installer sets the first two itself; the others count in an uninstallation alone.
      const elsewhere = ['OLDERFOUND', 'NEWERFOUND', 'REMOVEDATA', 'FORCEREMOVE'];
      expect(names!.split(' OR ').toSorted()).toEqual(
        secure
          .split(';')
          .filter((name) => !elsewhere.includes(name))
          .toSorted(),
      );
      for (const name of ['REMOVEDATA', 'FORCEREMOVE']) {
        for (const row of readTable('InstallExecuteSequence').filter((each) =>
          each['Condition']?.includes(name),
        ))
          expect(row['Condition']).toMatch(/^REMOVE="ALL" AND /);
      }
      // The column holds no more.
      expect(condition.length).toBeLessThanOrEqual(255);
      const at = readSequence();
      expect(at.get('LaunchConditions')).toBeLessThan(at.get('CostInitialize')!);
    });

    it('installs the service of SYSTEM, which stops for both and is removed at the end', () => {
      const [service] = readTable('ServiceInstall');
      expect(service).toMatchObject({
        Name: 'ProblemChild',
        StartName: 'LocalSystem',
        StartType: '2',
        ServiceType: '16',
      });
      expect(service?.['Arguments']).toContain('run --service --config "[DataFolder]problemchild.yaml"');
      expect(service?.['Arguments']?.startsWith(`${serviceFlags.join(' ')} "`)).toBe(true);
      const [control] = readTable('ServiceControl');
      const events = { stopAtInstall: 0x2, stopAtUninstall: 0x20, deleteAtUninstall: 0x80 };
      expect(Number(control?.['Event'])).toBe(
        events.stopAtInstall | events.stopAtUninstall | events.deleteAtUninstall,
      );
    });

    it('keeps secrets out of the log and hands every public property to the elevated half', () => {
      const properties = new Map(readTable('Property').map((row) => [row['Property'], row['Value']]));
      const hidden = properties.get('MsiHiddenProperties')?.split(';');
      expect(hidden).toEqual(expect.arrayContaining(['SIEM_TOKEN', 'PROXY', 'ConfigureAgent', 'StopAgent']));
      const secure = properties.get('SecureCustomProperties')?.split(';');
      expect(secure).toEqual(expect.arrayContaining(['SIEM_URL', 'SOURCES', 'REMOVEDATA', 'OLDERFOUND']));
    });
  },
);

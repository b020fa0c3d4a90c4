import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFileList } from '../../installer/msi/file-list.ts';
import { type ReadElement, readXml } from '../support/xml-reader.ts';
import { wixElements } from './wix-schema.ts';

/*
 * WiX itself runs on Windows only. Here the source is held against what its schema says of the elements used, with the
 * parts for WiX switched on, so that it can be built there as docs/install.md says.
 */
const wixNamespace = 'http://schemas.microsoft.com/wix/2006/wi';
const source = readFileSync(join(import.meta.dirname, '../../installer/msi/problemchild.wxs'), 'utf8');

function parse(text: string): ReadElement {
  // What stands between the directives is for WiX, and stays.
  const [root] = readXml(text.replaceAll(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>/g, ''));
  return root!;
}

/** What the schema does not allow, as `Parent/Element: why`. */
function problemsOf(element: ReadElement, parent = ''): string[] {
  const where = `${parent}/${element.name}`;
  const known = wixElements[element.name];
  if (known === undefined) return [`${where}: no such element`];
  const allowed = known.attributes.map((name) => name.replace('!', ''));
  const required = known.attributes.filter((name) => name.endsWith('!')).map((name) => name.slice(0, -1));
  return [
    ...Object.keys(element.attributes)
      .filter((name) => !allowed.includes(name))
      .map((name) => `${where}: takes no ${name}`),
    ...required.filter((name) => !(name in element.attributes)).map((name) => `${where}: needs ${name}`),
    ...(element.text.trim() !== '' && known.hasText !== true ? [`${where}: takes no text`] : []),
    ...element.children
      .filter(({ name }) => !known.children.includes(name))
      .map(({ name }) => `${where}: ${name} does not belong here`),
    ...element.children.flatMap((child) => problemsOf(child, where)),
  ];
}

function elementsOf(root: ReadElement, name: string): ReadElement[] {
  return [
    ...(root.name === name ? [root] : []),
    ...root.children.flatMap((child) => elementsOf(child, name)),
  ];
}

describe('the source of the installer in WiX’s dialect', () => {
  const root = parse(source);

  it('is of the name space of WiX v3, and of its schema', () => {
    expect(root.attributes['xmlns']).toBe(wixNamespace);
    expect(problemsOf(root)).toEqual([]);
  });

  it('so is the list of files that is made for each build', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pc-'));
    writeFileSync(join(folder, 'a & b.mjs'), '');
    const list = parse(createFileList(folder, 'payload', 'x'));
    expect(list.attributes['xmlns']).toBe(wixNamespace);
    expect(problemsOf(list)).toEqual([]);
  });

  it('the check finds what WiX would refuse', () => {
    const wrong = `<Wix xmlns="${wixNamespace}"><Product Name="x" Colour="red"><Media/><File/></Product></Wix>`;
    expect(problemsOf(parse(wrong))).toEqual(
      expect.arrayContaining([
        '/Wix/Product: takes no Colour',
        '/Wix/Product: needs Version',
        '/Wix/Product: File does not belong here',
        '/Wix/Product/Media: needs Id',
      ]),
    );
  });

  it('names only what is there', () => {
    const idsOf = (name: string) => elementsOf(root, name).map(({ attributes }) => attributes['Id']);
    const actions = idsOf('CustomAction');
    for (const { attributes } of elementsOf(root, 'Custom')) expect(actions).toContain(attributes['Action']);
    const binaries = idsOf('Binary');
    for (const { attributes } of elementsOf(root, 'CustomAction'))
      expect(binaries).toContain(attributes['BinaryKey']);
    const components = idsOf('Component');
    for (const { attributes } of elementsOf(root, 'ComponentRef'))
      expect(components).toContain(attributes['Id']);
    // Each id once within its kind; WiX refuses a second one.
    for (const name of ['Property', 'Component', 'CustomAction', 'Directory', 'File'])
      expect(new Set(idsOf(name)).size).toBe(idsOf(name).length);
  });
});

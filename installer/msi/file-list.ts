import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Files that problemchild.wxs names itself, with what hangs on them. */
const namedByHand: ReadonlySet<string> = new Set([
  'bin/node.exe',
  'bin/problemchild.dll',
  'bin/problemchild.cmd',
]);
/** Folders that problemchild.wxs declares. */
const handMadeFolders: ReadonlyMap<string, string> = new Map([
  ['', 'INSTALLDIR'],
  ['bin', 'BINDIR'],
]);

/**
 * The fragment with a component for each file of the folder `payload`, which the compiler knows as `shownAs`. Ids and component GUIDs follow from the path
 * alone, so that a file keeps its component from version to version, as Windows Installer counts on.
 */
export function createFileList(payload: string, shownAs: string, upgradeCode: string): string {
  const ids: string[] = [];
  const lines: string[] = [];

  function addFolder(path: string, depth: number): void {
    const indent = '  '.repeat(depth);
    for (const entry of readdirSync(join(payload, path), { withFileTypes: true }).toSorted(byName)) {
      const below = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory()) {
        const known = handMadeFolders.get(below);
        if (known !== undefined) continue;
        lines.push(`${indent}<Directory Id="${idOf('d', below)}" Name="${escapeXml(entry.name)}">`);
        addFolder(below, depth + 1);
        lines.push(`${indent}</Directory>`);
      } else if (!namedByHand.has(below)) {
        const id = idOf('c', below);
        ids.push(id);
        lines.push(
          `${indent}<Component Id="${id}" Guid="{${nameGuid(upgradeCode, below)}}" Win64="yes">`,
          `${indent}  <File Id="${idOf('f', below)}" Name="${escapeXml(entry.name)}" Source="${escapeXml(`${shownAs}/${below}`)}" KeyPath="yes"/>`,
          `${indent}</Component>`,
        );
      }
    }
  }

  addFolder('', 3);
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">',
    '  <Fragment>',
    '    <DirectoryRef Id="INSTALLDIR">',
    ...lines,
    '    </DirectoryRef>',
    '  </Fragment>',
    '  <Fragment>',
    '    <ComponentGroup Id="ProgramFiles">',
    ...ids.map((id) => `      <ComponentRef Id="${id}"/>`),
    '    </ComponentGroup>',
    '  </Fragment>',
    '</Wix>',
    '',
  ].join('\n');
}

/** A GUID of version 5 (RFC 9562) of a name in a name space that is a GUID itself; upper case. */
export function nameGuid(namespace: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll(/[{}-]/g, ''), 'hex'))
    .update(name)
    .digest()
    .subarray(0, 16);
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  return hash
    .toString('hex')
    .toUpperCase()
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Identifiers of Windows Installer take no path. */
function idOf(kind: string, path: string): string {
  return `${kind}${createHash('sha1').update(path).digest('hex').slice(0, 24)}`;
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

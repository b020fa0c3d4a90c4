/**
 * Writes the documents that are made from the code. With --check, writes nothing and fails when one of them
 * is not current.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createDoctorReference } from '../src/agent/index.ts';
import { configJsonSchema, configReference, defaultConfigFile } from '../src/config/index.ts';
import { createErrorReference } from '../src/errors/index.ts';
import { createRefusalReference } from '../src/response/index.ts';

const documents: Readonly<Record<string, () => string>> = {
  'errors.md': createErrorReference,
  'doctor.md': createDoctorReference,
  'refusals.md': createRefusalReference,
  'configuration.md': configReference,
  'problemchild.default.yaml': defaultConfigFile,
  'config.schema.json': () => `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
};

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

const onlyCheck = process.argv.includes('--check');
for (const [name, create] of Object.entries(documents)) {
  const path = fileURLToPath(new URL(name, import.meta.url));
  const text = create();
  // A checkout on Windows may have its line ends converted.
  if (readIfPresent(path)?.replaceAll('\r\n', '\n') === text) continue;
  if (onlyCheck) {
    process.stderr.write(`docs/${name} is not current: run \`npm run generate\`\n`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, text);
    process.stderr.write(`docs/${name} written\n`);
  }
}

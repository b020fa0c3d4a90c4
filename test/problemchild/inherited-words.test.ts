import { expect, test } from 'vitest';
import { featureSets } from '../../src/problemchild/index.ts';
import { processStart } from './agent-v1/process-start.ts';

/** What every JavaScript object inherits: as text of an event they are words like any other. */
const words = Object.getOwnPropertyNames(Object.prototype);
const texts = words.flatMap((word) => [
  word,
  `%${word}%`,
  `%${word}:~1,2%`,
  `!${word}!`,
  `$env:${word}`,
  `\${env:${word}}`,
  `C:\\${word}\\${word}.exe`,
  `${word}.${word} /${word} -${word}:${word}`,
]);
const innocent = processStart({
  executable: 'C:\\Windows\\System32\\cmd.exe',
  commandLine: 'cmd.exe /c dir',
  parentExecutable: 'C:\\Windows\\explorer.exe',
  parentCommandLine: 'C:\\Windows\\explorer.exe',
});

test.each(Object.keys(featureSets))('%s reads words that objects inherit as any other word', (name) => {
  const set = featureSets[name]!;
  const before = JSON.stringify(set.describe(innocent));
  for (const text of texts) {
    for (const start of [
      processStart({ executable: text, commandLine: text, originalFileName: text }),
      processStart({ parentExecutable: text, parentCommandLine: text }),
      processStart({ name: text, userId: text, userName: text, integrityLevel: text }),
    ]) {
      for (const value of Object.values(set.describe(start))) {
        expect(['number', 'string', 'boolean', 'undefined']).toContain(typeof value);
      }
    }
  }
  expect(JSON.stringify(set.describe(innocent))).toBe(before);
});

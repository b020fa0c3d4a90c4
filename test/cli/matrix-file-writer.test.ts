import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MatrixWriter } from '../../src/cli/matrix-file-writer.ts';

const module = join(import.meta.dirname, '../../src/cli/matrix-file-writer.ts');
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'matrix-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('a matrix that does not fit where it is written is an error, not a short file', () => {
  const path = join(folder, 'cut.npy');
  const script = join(folder, 'write.ts');
  writeFileSync(
    script,
    `import { MatrixWriter } from ${JSON.stringify(module)};
     process.on('SIGXFSZ', () => undefined);
     const matrix = await MatrixWriter.create(${JSON.stringify(path)}, new Array(500).fill('c'));
     for (let row = 0; row < 100; row++) await matrix.row((out, at) => out.fill(row, at, at + 500));
     await matrix.close().then(() => console.log('closed'), ({ code }) => console.log(code));`,
  );
  // Bash counts blocks of 1,024 bytes: the matrix has 200,128.
  const said = execFileSync('bash', ['-c', `ulimit -f 64; exec "$0" "$1"`, process.execPath, script]);
  expect(said.toString()).toBe('PC_OUTPUT_UNWRITABLE\n');
});

test('a matrix is as long as its header says', async () => {
  const path = join(folder, 'whole.npy');
  const matrix = await MatrixWriter.create(path, ['a', 'b', 'c']);
  for (let row = 0; row < 7; row++) await matrix.row((out, at) => out.fill(row, at, at + 3));
  await matrix.close();
  expect(statSync(path).size).toBe(128 + 7 * 3 * 4);
});

test('a place that cannot be written to is told before anything is made', async () => {
  await expect(MatrixWriter.create(join(folder, 'none', 'm.npy'), ['a'])).rejects.toMatchObject({
    code: 'PC_USAGE',
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What every suite leaves behind; vitest's JSON reporter has these keys, the others write just them. */
const Counts = z.object({
  numPassedTests: z.int().min(0),
  numFailedTests: z.int().min(0),
  numPendingTests: z.int().min(0),
  numTodoTests: z.int().min(0).default(0),
  /** Test files that failed before they ran a test count as one failure each. */
  numFailedTestSuites: z.int().min(0).default(0),
});

const folder = process.argv[2] ?? 'build/test-results';
const sum = { passed: 0, failed: 0, skipped: 0 };
for (const name of readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .sort()) {
  const counts = Counts.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')));
  const failed = counts.numFailedTests > 0 ? counts.numFailedTests : Math.min(1, counts.numFailedTestSuites);
  const skipped = counts.numPendingTests + counts.numTodoTests;
  process.stdout.write(`${name}: ${counts.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`);
  sum.passed += counts.numPassedTests;
  sum.failed += failed;
  sum.skipped += skipped;
}
process.stdout.write(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped\n`);
process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0;

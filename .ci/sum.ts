import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * Adds up what the suites left behind: reports of vitest (.json), and the output of the others (.log), whose last
 * line of the form "N passed, N failed, N skipped" counts.
 */

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const Report = z.object({
  numPassedTests: z.int().min(0),
  numFailedTests: z.int().min(0),
  numPendingTests: z.int().min(0),
  numTodoTests: z.int().min(0).default(0),
  /** Files that failed before they ran a test. */
  numFailedTestSuites: z.int().min(0).default(0),
});

function readReport(text: string): Counts {
  const report = Report.parse(JSON.parse(text));
  const failed = report.numFailedTests > 0 ? report.numFailedTests : report.numFailedTestSuites;
  return { passed: report.numPassedTests, failed, skipped: report.numPendingTests + report.numTodoTests };
}

function readLog(text: string): Counts {
  const found = [...text.matchAll(/^(?:\w+: )?(\d+) passed, (\d+) failed, (\d+) skipped$/gm)].at(-1);
  // A suite that died before its counts is one failure.
  if (found === undefined) return { passed: 0, failed: 1, skipped: 0 };
  return { passed: Number(found[1]), failed: Number(found[2]), skipped: Number(found[3]) };
}

const folder = process.argv[2] ?? 'build/test-results';
const sum = { passed: 0, failed: 0, skipped: 0 };
for (const name of readdirSync(folder).sort()) {
  const read = name.endsWith('.json') ? readReport : name.endsWith('.log') ? readLog : undefined;
  if (read === undefined) continue;
  const { passed, failed, skipped } = read(readFileSync(join(folder, name), 'utf8'));
  process.stdout.write(`${name}: ${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  sum.passed += passed;
  sum.failed += failed;
  sum.skipped += skipped;
}
process.stdout.write(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped\n`);
process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0;

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

/**
 * Adds up what the suites left behind: reports of vitest (.json), and the output of the others (.log), whose last
 * line of the form "N passed, N failed, N skipped" counts. A run of vitest that was killed left the files that it was
 * at (.running, see running.ts).
 */

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What failed, by name. */
  readonly failures: readonly string[];
}

const Report = z.object({
  numPassedTests: z.int().min(0),
  numFailedTests: z.int().min(0),
  numPendingTests: z.int().min(0),
  numTodoTests: z.int().min(0).default(0),
  /** Files that failed before they ran a test. */
  numFailedTestSuites: z.int().min(0).default(0),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).default([]),
        }),
      ),
    }),
  ),
});

/** The first lines of a failure: the rest is in the report. */
function headOf(message: string): string {
  return message.split('\n').slice(0, 6).join('\n    ').slice(0, 1_000);
}

function readReport(text: string): Counts {
  const report = Report.parse(JSON.parse(text));
  const failed = report.numFailedTests > 0 ? report.numFailedTests : report.numFailedTestSuites;
  const failures = report.testResults
    .filter((file) => file.status === 'failed')
    .flatMap((file) => {
      const tests = file.assertionResults.filter((test) => test.status === 'failed');
      if (tests.length === 0) return [`${file.name}: failed before its tests`];
      return tests.map(
        (test) => `${file.name}: ${test.fullName}\n    ${headOf(test.failureMessages.join('\n'))}`,
      );
    });
  const skipped = report.numPendingTests + report.numTodoTests;
  return { passed: report.numPassedTests, failed, skipped, failures };
}

function readLog(text: string): Counts {
  const failures = [...text.matchAll(/^\s*failed .*(?:\n {4}.*)*/gm)].map(([line]) => line.trim());
  const found = [...text.matchAll(/^(?:\w+: )?(\d+) passed, (\d+) failed, (\d+) skipped$/gm)].at(-1);
  // A suite that died before its counts is one failure.
  if (found === undefined) return { passed: 0, failed: 1, skipped: 0, failures: ['died before its counts'] };
  return { passed: Number(found[1]), failed: Number(found[2]), skipped: Number(found[3]), failures };
}

function readRunning(text: string): Counts {
  return {
    passed: 0,
    failed: 1,
    skipped: 0,
    failures: [`killed while it ran: ${text.replaceAll('\n', ', ')}`],
  };
}

const readers = { json: readReport, log: readLog, running: readRunning };

const folder = process.argv[2] ?? 'build/test-results';
const sum = { passed: 0, failed: 0, skipped: 0 };
for (const name of readdirSync(folder).sort()) {
  const read = readers[name.slice(name.lastIndexOf('.') + 1) as keyof typeof readers];
  if (read === undefined) continue;
  const { passed, failed, skipped, failures } = read(readFileSync(join(folder, name), 'utf8'));
  process.stdout.write(`${name}: ${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  for (const failure of failures) process.stdout.write(`  FAILED ${failure}\n`);
  sum.passed += passed;
  sum.failed += failed;
  sum.skipped += skipped;
}
process.stdout.write(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped\n`);
process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0;

import { globSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { runTool } from '../../installer/run-tool.ts';
import { buildInstallers, newMachine } from './harness/installer-build.ts';
import { checkout, newRunFolder, windowsPath } from './harness/layout.ts';
import { buildNative } from './harness/native-build.ts';
import { prepareWindows } from './harness/prepare.ts';
import { type Surroundings, startReceiver } from './harness/syslog-receiver.ts';
import { readTestEvents, type TestEvent } from './harness/test-events.ts';
import { WindowsUnavailable } from './harness/unavailable.ts';
import { runWindowsNode } from './harness/windows-node.ts';

/*
 * Runs test/windows/live/*.test.ts inside Node for Windows: under Wine on Linux, directly on Windows.
 * `node test/windows/run.ts [part of a file name …]`. Ends with `N passed, N failed, N skipped`.
 */

const fileTimeoutMs = 900_000;
const reporter = join(import.meta.dirname, 'harness/event-reporter.ts');

const files = globSync(join(import.meta.dirname, 'live/*.test.ts'))
  .toSorted()
  .filter((file) => {
    const wanted = process.argv.slice(2);
    return wanted.length === 0 || wanted.some((part) => basename(file).includes(part));
  });

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The file that installs the agent: it needs the installer built, and a machine that nothing else uses. */
function installs(file: string): boolean {
  return basename(file) === 'installer.test.ts';
}

/** What a file needs of this side while it runs. */
async function surround(file: string): Promise<Surroundings> {
  if (installs(file)) return { env: newMachine(), stop: () => Promise.resolve() };
  if (basename(file) === 'agent-delivery.test.ts') return startReceiver();
  return { env: {}, stop: () => Promise.resolve() };
}

async function runFile(file: string): Promise<readonly TestEvent[]> {
  const { env, stop } = await surround(file);
  try {
    return await runFileIn(file, env);
  } finally {
    await stop();
  }
}

async function runFileIn(file: string, env: Surroundings['env']): Promise<readonly TestEvent[]> {
  const events = join(newRunFolder('test'), 'events.jsonl');
  const result = await runWindowsNode(
    [
      '--test-reporter',
      reporterUrl(),
      '--test-reporter-destination',
      windowsPath(events),
      '--test-timeout=840000',
      '--test-force-exit',
      '--disable-warning=ExperimentalWarning',
      windowsPath(file),
    ],
    { timeoutMs: fileTimeoutMs, env },
  );
  const seen = readTestEvents(events);
  const failed = seen.some(({ outcome }) => outcome === 'failed');
  if (result.exitCode === 0 || (result.exitCode === 1 && failed)) return seen;
  const why = result.exitCode === -1 ? `no end after ${fileTimeoutMs} ms` : `exit code ${result.exitCode}`;
  const said = `${result.stdout}\n${result.stderr}`.trim();
  return [...seen, { name: `${basename(file)} as a whole`, outcome: 'failed', details: `${why}\n${said}` }];
}

function reporterUrl(): string {
  const path = windowsPath(reporter).replaceAll('\\', '/');
  return `file:///${path}`;
}

/** The program of the tests on the whole agent, bundled as the product is. */
function bundleAgentProgram(): void {
  const entry = 'test/windows/live/agent-program.ts';
  runTool(process.execPath, [join(checkout, 'installer/build.ts'), 'build/agent-program', entry]);
}

async function runAll(): Promise<void> {
  await prepareWindows(say);
  buildNative(say);
  bundleAgentProgram();
  if (files.some(installs)) buildInstallers(say);
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of files) {
    say(relative(checkout, file));
    for (const { name, outcome, details } of await runFile(file)) {
      counts[outcome]++;
      say(`  ${outcome === 'passed' ? 'ok' : outcome} ${name}`);
      if (details !== '') say(details.replaceAll(/^/gm, '    '));
    }
  }
  say(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  if (counts.failed > 0) process.exitCode = 1;
}

/** Tests named in the files, where none can be run: an estimate that keeps what is skipped in sight. */
function countTests(): number {
  return files.reduce(
    (sum, file) => sum + [...readFileSync(file, 'utf8').matchAll(/^\s*(test|it)\(/gm)].length,
    0,
  );
}

try {
  await runAll();
} catch (error) {
  if (!(error instanceof WindowsUnavailable)) throw error;
  say(`Windows tests skipped: ${error.message}`);
  say(`0 passed, 0 failed, ${countTests()} skipped`);
}

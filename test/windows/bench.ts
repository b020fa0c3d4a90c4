import { join } from 'node:path';
import { serviceFlags } from '../../src/agent/installation/index.ts';
import { checkout, windowsPath } from './harness/layout.ts';
import { buildNative } from './harness/native-build.ts';
import { prepareWindows } from './harness/prepare.ts';
import { runWindowsNode } from './harness/windows-node.ts';

/** `node test/windows/bench.ts ffi|live|response-live`: one of bench/ inside Node for Windows, under Wine on Linux. */
const benchTimeoutMs = 3_600_000;

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

const [name] = process.argv.slice(2);
if (name === undefined) throw new Error('which benchmark of bench/?');
await prepareWindows(note);
buildNative(note);
const passed = Object.entries(process.env).filter(
  (entry): entry is [string, string] => entry[0].startsWith('PC_BENCH_') && entry[1] !== undefined,
);
const result = await runWindowsNode(
  [
    '--expose-gc',
    ...(process.env['PC_BENCH_FLAGS']?.split(' ').filter(Boolean) ?? serviceFlags),
    '--disable-warning=ExperimentalWarning',
    windowsPath(join(checkout, 'bench', `${name}.ts`)),
  ],
  { timeoutMs: benchTimeoutMs, env: Object.fromEntries(passed) },
);
process.stdout.write(result.stdout);
process.stderr.write(result.stderr);
process.exitCode = result.exitCode;

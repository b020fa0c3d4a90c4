import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from './until.ts';

const program = join(import.meta.dirname, 'service-program.ts');

function sc(...args: readonly string[]): string {
  const run = spawnSync('sc.exe', args, { encoding: 'utf8', windowsVerbatimArguments: true });
  if (run.error !== undefined) throw run.error;
  return `${run.stdout}${run.stderr}`;
}

async function runService(name: string, failure: number): Promise<{ diary: string[]; query: string }> {
  const path = join(mkdtempSync(join(tmpdir(), 'pc-')), 'diary.txt');
  const read = () => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  const command = `"\\"${process.execPath}\\" --disable-warning=ExperimentalWarning \\"${program}\\" \\"${path}\\" ${name} ${failure}"`;
  const created = sc('create', name, 'binPath=', command, 'start=', 'demand');
  try {
    sc('start', name);
    await until(`${created}${name} runs`, () => read().includes('running'));
    await until(`${name} is seen running`, () => sc('query', name).includes('RUNNING'));
    sc('stop', name);
    await until(`${name} ends`, () => read().includes('ended'));
    await until(`${name} is seen stopped`, () => sc('query', name).includes('STOPPED'));
    return { diary: read().trim().split('\n'), query: sc('query', name) };
  } finally {
    sc('delete', name);
  }
}

test('started, seen running, stopped and ended in order', async () => {
  const { diary } = await runService('ProblemChildTest', 0);
  assert.deepEqual(diary, ['running', 'stop 0', 'ended']);
});

test('a failure reaches the service controller as the service’s own error', async () => {
  const { query } = await runService('ProblemChildTestFailure', 7);
  assert.match(query, /1066/);
  assert.match(query, /\b7\b/);
});

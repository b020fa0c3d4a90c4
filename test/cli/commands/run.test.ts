import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CliResult, parseLines, runConfigured } from '../../support/cli.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-run-command-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** `run` over an empty standard input. */
function run(settings: object): Promise<CliResult> {
  return runConfigured(folder, JSON.stringify(settings), ['run', '--source', '-']);
}

test('why a run ended is in its log, with what to do', async () => {
  const exceptions = join(folder, 'exceptions');
  mkdirSync(exceptions);
  writeFileSync(join(exceptions, 'own.yml'), 'no: [list');
  const { exitCode, stderr } = await run({
    log: { file: 'agent.log' },
    alert: { exceptionsFolder: 'exceptions' },
  });
  expect(exitCode).toBe(2);
  const errors = parseLines(readFileSync(join(folder, 'agent.log'), 'utf8')).filter(
    (line) => line['log.level'] === 'error',
  );
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({
    message: 'The run ended with an error',
    fields: {
      code: 'PC_EXCEPTION_INVALID',
      why: expect.stringContaining('own.yml'),
      remedy: expect.any(String),
    },
  });
  expect(stderr).toContain('PC_EXCEPTION_INVALID: ');
});

const webhook = { type: 'webhook', url: 'https://127.0.0.1:9/' };

test.each([
  ['PC_LOG_UNWRITABLE', { log: { file: '.' } }],
  ['PC_FORWARD_SECRET', { forward: { destinations: { siem: { ...webhook, key: { env: 'NOT_SET' } } } } }],
  ['PC_FORWARD_TLS', { forward: { destinations: { siem: { ...webhook, tls: { caFile: 'none.pem' } } } } }],
])('%s: nothing was read, which is exit code 2', async (code, settings) => {
  const { exitCode, stderr } = await run(settings);
  expect(stderr).toContain(`${code}: `);
  expect(exitCode).toBe(2);
});

test.skipIf(process.platform === 'win32')('PC_AGENT_UNTRUSTED: exit code 2 as well', async () => {
  const model = join(folder, 'model');
  mkdirSync(model);
  chmodSync(model, 0o777);
  const { exitCode, stderr } = await run({ model: { bundle: 'model' } });
  expect(stderr).toContain('PC_AGENT_UNTRUSTED: ');
  expect(exitCode).toBe(2);
});

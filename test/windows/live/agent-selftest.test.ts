import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { defaultFfi, ProcessControl } from '../../../src/windows/index.ts';
import { AgentFolder } from './agent-process.ts';
import { DoubleScript } from './double-script.ts';
import { openTestLibrary } from './open-test-library.ts';
import { until } from './until.ts';

/*
 * The agent starts its marked process; Wine's kernel traces nothing, so this test says for it what was started, with
 * the true identity. From there on it is the agent's own capture, model, outbox and destinations.
 */
const control = new ProcessControl(await openTestLibrary(defaultFfi()));

interface Begun {
  readonly mark: string;
  readonly pid: number;
  readonly executable: string;
  readonly commandLine: string;
}

interface Report {
  readonly mark: string;
  readonly passed: boolean;
  readonly captureTested: boolean;
  readonly steps: readonly { readonly name: string; readonly state: string; readonly what: string }[];
}

/** What the agent's log says of the process that it started. */
async function readBegun(folder: AgentFolder): Promise<Begun> {
  let begun: Begun | undefined;
  await until('the marked process is started', () => {
    const line = readFileSync(join(folder.path, 'log.ndjson'), 'utf8')
      .split('\n')
      .slice(0, -1)
      .find((each) => each.includes('Self-test begun'));
    if (line !== undefined) begun = (JSON.parse(line) as { fields: Begun }).fields;
    return begun !== undefined;
  });
  return begun!;
}

async function selftest(folder: AgentFolder, ...args: readonly string[]) {
  const { exitCode, stdout, stderr } = await folder.ask('selftest', '--json', ...args);
  assert.notEqual(stdout, '', stderr);
  return { exitCode, report: JSON.parse(stdout) as Report };
}

test('a marked process is followed from the capture to the record, and lives on untouched', async () => {
  const etw = new DoubleScript('etw');
  const folder = new AgentFolder(etw.path, { response: { mode: 'terminate' } });
  await folder.whileRunning(async (agent) => {
    const running = selftest(folder, '--timeout', '5m');
    const { pid, mark, executable, commandLine } = await readBegun(folder);
    const { code, cause, facts } = await control.queryPid(pid);
    assert.equal(code, 'PC_OK', cause);
    assert.equal(facts.parentPid, agent.pid);
    const ntPath = `\\Device\\HarddiskVolume3${executable.slice(2)}`;
    etw.say('start', pid, agent.pid!, facts.created.toString(), ntPath, commandLine);
    const { exitCode, report } = await running;
    assert.deepEqual(
      report.steps.map(({ name, state }) => `${name} ${state}`),
      [
        'agent ok',
        'start ok',
        'capture ok',
        'score ok',
        'alert ok',
        'outbox ok',
        'destination record ok',
        'decode ok',
        'rules ok',
      ],
      JSON.stringify(report),
    );
    assert.deepEqual([exitCode, report.captureTested, report.mark], [0, true, mark]);
    const found = folder.record().filter(({ process }) => process?.pid === pid);
    assert.deepEqual(
      found.map(({ event, tags }) => [event['kind'], event['id'], tags]),
      [['alert', mark, ['problemchild-selftest']]],
      'one alert, and no action',
    );
  });
});

test('a capture that does not see it, and an agent that is not there: the test fails and says so', async () => {
  const etw = new DoubleScript('etw');
  const folder = new AgentFolder(etw.path);
  await folder.whileRunning(async () => {
    const { exitCode, report } = await selftest(folder, '--timeout', '2s');
    assert.equal(exitCode, 1);
    const capture = report.steps.find(({ name }) => name === 'capture');
    assert.deepEqual([capture?.state, capture?.what], ['fail', 'etw has not seen its start in time']);
  });
  const { exitCode, report } = await selftest(folder, '--timeout', '2s');
  assert.deepEqual([exitCode, report.captureTested], [1, false]);
  const capture = report.steps.find(({ name }) => name === 'capture');
  assert.match(capture?.what ?? '', /not tested: no agent runs/);
});

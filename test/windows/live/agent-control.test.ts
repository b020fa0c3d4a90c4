import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AgentFolder } from './agent-process.ts';
import { DoubleScript } from './double-script.ts';
import { LookAlike } from './look-alike.ts';
import { until } from './until.ts';

const starts = 20;

interface Status {
  readonly pid: number;
  readonly mode: string;
  readonly counters: { readonly records: number; readonly scored: number; readonly addUp: boolean };
}

/*
 * The running agent, asked over its named pipe by the commands that people use, in another process than its own.
 */
test('a running agent answers on its pipe, and is told by the account that asks', async () => {
  const etw = new DoubleScript('etw');
  const folder = new AgentFolder(etw.path);
  const ask = async (...args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await folder.ask(...args);
    assert.equal(exitCode, 0, `${stdout}${stderr}`);
    return stdout;
  };
  await folder.whileRunning(async (agent) => {
    etw.say('burst', starts, 1_000, 5_000, 4);
    let status: Status = JSON.parse(await ask('status', '--json')) as Status;
    assert.deepEqual([status.pid, status.mode], [agent.pid, 'audit']);
    await until('all starts are scored', async () => {
      status = JSON.parse(await ask('status', '--json')) as Status;
      return status.counters.scored >= starts;
    });
    assert.ok(status.counters.addUp);
    assert.match(await ask('metrics'), /^problemchild_records_total\{outcome="scored"\} [1-9]\d*$/m);

    assert.match(await ask('response', 'status'), /mode: audit/);
    const order = ['--mode', 'suspend', '--for', '1h', '--reason', 'drill'];
    assert.match(await ask('response', 'arm', ...order), /mode: suspend/);
    assert.equal((JSON.parse(await ask('status', '--json')) as Status).mode, 'suspend');
    // By the agent, which knows the caller by its token, not by the command itself.
    assert.match(await ask('response', 'journal'), /"arm by [^"]*\(S-1-5-[\d-]+\)/);
    assert.match(folder.said('stderr'), /Control command/);

    const victim = new LookAlike('certutil.exe', ['-ping']);
    try {
      const listed = (await ask('process', 'list', '--output', 'ndjson')).trim().split('\n');
      const { entity } = listed
        .map((line) => JSON.parse(line) as { readonly pid: number; readonly entity: string })
        .find(({ pid }) => pid === victim.pid)!;
      for (const [verb, result] of [
        ['suspend', 'suspended'],
        ['resume', 'resumed'],
        ['terminate', 'terminated'],
      ] as const) {
        const done = JSON.parse(await ask('process', verb, entity, '--yes', '--reason', 'drill')) as {
          readonly problemchild: { readonly response: { readonly result: string; readonly by: string } };
        };
        assert.equal(done.problemchild.response.result, result);
        assert.match(done.problemchild.response.by, /\(S-1-5-[\d-]+\)/);
      }
      await until('the process has ended', async () => victim.hasEnded);
      assert.match(folder.said('stderr'), /process\.act/);
    } finally {
      victim.kill();
    }
  });
  const gone = await folder.ask('status', '--json');
  assert.notEqual(gone.exitCode, 0);
});

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, describe, test } from 'node:test';
import { code, nameOfCode } from '../../../src/windows/abi.ts';
import { newCause } from '../../../src/windows/call-buffers.ts';
import { fileTimeOf } from '../../../src/windows/filetime.ts';
import {
  listProcesses,
  type NativeLibrary,
  ProcessControl,
  type ProcessTarget,
} from '../../../src/windows/index.ts';
import { LookAlike } from './look-alike.ts';
import { ffiNames, openTestLibrary } from './open-test-library.ts';
import { until } from './until.ts';
import { underWine } from './wine-limits.ts';

// Wine cannot say whether a process is critical, and what cannot be verified is refused.
process.env['PC_DOUBLE_CRITICAL_PID'] = '0';

const victims: ChildProcess[] = [];
after(() => {
  for (const victim of victims) victim.kill();
});

/** A Node process with `depth` generations of children below it. */
function spawnVictim(depth = 0): ChildProcess {
  const script = `
    const depth = Number(process.argv[1]);
    if (depth > 0) require('node:child_process').spawn(process.execPath, ['-e', process.env.VICTIM, String(depth - 1)], { stdio: 'ignore' });
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['-e', script, String(depth)], {
    stdio: 'ignore',
    env: { ...process.env, VICTIM: script },
  });
  victims.push(child);
  return child;
}

for (const ffi of ffiNames) {
  describe(`process control by ${ffi}`, async () => {
    const library = await openTestLibrary(ffi);
    const control = new ProcessControl(library);

    async function targetOf(pid: number): Promise<ProcessTarget> {
      const { code, cause, facts } = await control.queryPid(pid);
      assert.equal(code, 'PC_OK', cause);
      const created = fileTimeOf(Number(facts.created & 0xffff_ffffn), Number(facts.created >> 32n))!;
      return { pid, createdMs: created.ms, toleranceMs: 0 };
    }

    async function endVictim() {
      return control.terminate(await targetOf(spawnVictim().pid!));
    }

    /** The tree once it has so many generations below its root; each takes a Node to start. */
    async function grownTree(target: ProcessTarget, depth: number) {
      let tree = await control.tree(target);
      await until('the tree has grown', async () => {
        tree = await control.tree(target);
        return tree.members.some((member) => member.depth === depth);
      });
      return tree;
    }

    test('query reads facts on the handle', async () => {
      const { facts, outcome } = await control.query(await targetOf(process.pid));
      assert.equal(outcome, 'none');
      assert.equal(facts.pid, process.pid);
      assert.match(facts.imagePath ?? '', /\\node\.exe$/i);
      assert.match(facts.userSid ?? '', /^S-1-5-/);
      assert.equal(facts.parentPid, process.ppid);
      assert.equal(facts.critical, false);
      assert.equal(facts.suspended, false);
    });

    test('a program whose file is renamed keeps the name with which it was started', async () => {
      const victim = new LookAlike('before.exe', []);
      try {
        victim.rename('after.exe');
        const { facts } = await control.queryPid(victim.pid);
        assert.equal(facts.startName, 'before.exe');
        // Wine keeps the path as well.
        assert.match(facts.imagePath ?? '', underWine ? /\\before\.exe$/ : /\\after\.exe$/);
      } finally {
        victim.kill();
      }
    });

    test('a look at once says what a query says, but for the signature', async () => {
      const target = await targetOf(process.pid);
      const { facts: slow } = await control.query(target);
      const { code, facts } = control.look(target);
      assert.equal(code, 'PC_OK');
      const { trustedSignature, microsoftRoot, signer } = slow;
      assert.deepEqual({ ...facts, trustedSignature, microsoftRoot, signer }, slow);
      assert.equal(facts.trustedSignature, undefined);
      const meantOther = { ...target, createdMs: target.createdMs - 1_000 };
      assert.equal(control.look(meantOther).code, 'PC_E_IDENTITY');
      assert.deepEqual(
        [control.freeze(meantOther).code, control.freeze(target).code],
        ['PC_E_IDENTITY', 'PC_E_SELF'],
      );
    });

    test('suspend, resume, terminate: its heart stops, beats again, stops for good', async () => {
      const victim = new LookAlike('victim.exe', []);
      const ended = once(victim.child, 'exit');
      const target = await targetOf(victim.pid);
      await victim.untilItBeats();

      const suspended = await control.suspend(target);
      assert.deepEqual([suspended.code, suspended.outcome], ['PC_OK', 'suspended']);
      assert.ok(await victim.standsStill());
      assert.equal((await control.query(target)).facts.suspended, true);

      const resumed = await control.resume(target);
      assert.deepEqual([resumed.code, resumed.outcome], ['PC_OK', 'resumed']);
      await victim.untilItBeats();

      const terminated = await control.terminate(target);
      const { code: answer, outcome, exitCode } = terminated;
      assert.deepEqual([answer, outcome, exitCode], ['PC_OK', 'terminated', 0xc0de]);
      await ended;
      assert.ok(await victim.standsStill());
      assert.ok(terminated.actMs <= terminated.totalMs);
    });

    test('is told to end before the call returns; an end that nobody can wait for stays pending, its handle is given back', async () => {
      const handles: bigint[] = [];
      const { call } = library;
      const pc_process_await_end = Object.assign(() => 0, {
        inBackground: async (handle: bigint) => {
          handles.push(handle);
          throw new Error('no thread');
        },
      });
      const poor = new ProcessControl({
        call: { ...call, pc_process_await_end },
      } as unknown as NativeLibrary);
      const victim = spawnVictim();
      const ended = once(victim, 'exit');
      const target = await targetOf(victim.pid!);
      const ending = poor.terminate(target);
      assert.equal(handles.length, 1);
      const told = await ending;
      assert.deepEqual(
        [told.code, told.outcome, told.cause],
        ['PC_E_NOT_ENDED', 'pending', 'Error: no thread'],
      );
      assert.equal(nameOfCode(call.pc_close(handles[0]!)), 'PC_E_HANDLE');
      await ended;
    });

    test('with no handle left for it, a process is ended in one call; else the handle is given back', async () => {
      const name = Buffer.from('problemchild-test', 'utf16le');
      const taken: bigint[] = [];
      const takeOne = () => {
        const handle = Buffer.alloc(8);
        const answer = library.call.pc_log_open(name, name.length / 2, handle, newCause());
        if (answer === code.OK) taken.push(handle.readBigUInt64LE());
        return nameOfCode(answer);
      };
      try {
        while (takeOne() === 'PC_OK');
        assert.equal(takeOne(), 'PC_E_MEMORY');
        assert.equal((await endVictim()).outcome, 'terminated');
        library.call.pc_close(taken.pop()!);
        assert.equal((await endVictim()).outcome, 'terminated');
        assert.equal(takeOne(), 'PC_OK');
      } finally {
        for (const handle of taken) library.call.pc_close(handle);
      }
    });

    test('another creation time is another process: nothing is done', async () => {
      const victim = spawnVictim();
      const target = await targetOf(victim.pid!);
      for (const act of ['suspend', 'terminate', 'terminateTree'] as const) {
        const refused = await control[act]({ ...target, createdMs: target.createdMs - 1_000 });
        assert.deepEqual([act, refused.code, refused.outcome], [act, 'PC_E_IDENTITY', 'none']);
      }
      const tolerated = await control.query({ ...target, createdMs: target.createdMs - 5, toleranceMs: 10 });
      assert.equal(tolerated.code, 'PC_OK');
      assert.equal(victim.exitCode, null);
      await control.terminate(target);
    });

    test('a pid that Windows would round to its neighbour is refused', async () => {
      const victim = spawnVictim();
      const target = await targetOf(victim.pid!);
      for (const pid of [target.pid + 1, target.pid + 2, 0, 4]) {
        assert.equal((await control.terminate({ ...target, pid })).code, 'PC_E_PID');
      }
      assert.equal(victim.exitCode, null);
      await control.terminate(target);
    });

    test('itself it does not touch', async () => {
      const self = await targetOf(process.pid);
      assert.equal((await control.suspend(self)).code, 'PC_E_SELF');
      assert.equal((await control.terminate(self)).code, 'PC_E_SELF');
      assert.equal((await control.terminateTree(self)).code, 'PC_E_SELF');
    });

    test('a critical process is refused, and so is a tree with one inside', async () => {
      const root = spawnVictim(1);
      const target = await targetOf(root.pid!);
      const { members } = await grownTree(target, 1);
      process.env['PC_DOUBLE_CRITICAL_PID'] = String(members.find(({ depth }) => depth === 1)!.pid);
      const tree = await control.terminateTree(target);
      process.env['PC_DOUBLE_CRITICAL_PID'] = String(target.pid);
      const alone = await control.terminate(target);
      process.env['PC_DOUBLE_CRITICAL_PID'] = '0';
      assert.deepEqual([tree.code, tree.ended], ['PC_E_CRITICAL', 0]);
      assert.deepEqual([alone.code, alone.outcome], ['PC_E_CRITICAL', 'none']);
      assert.equal((await control.query(target)).facts.suspended, false);
      assert.equal((await control.terminateTree(target)).ended, 2);
    });

    test('nobody home', async () => {
      const victim = spawnVictim();
      const target = await targetOf(victim.pid!);
      const ended = once(victim, 'exit');
      await control.terminate(target);
      await ended;
      const again = await control.terminate(target);
      assert.match(again.code, /^PC_E_(NOT_FOUND|EXITED|IDENTITY)$/);
    });

    test('a tree is listed, then ended, leaves first', async () => {
      const root = spawnVictim(2);
      const target = await targetOf(root.pid!);
      const seen = await grownTree(target, 2);
      // Windows may add a process of its own, such as a console host.
      assert.deepEqual([...new Set(seen.members.map(({ depth }) => depth))].toSorted(), [0, 1, 2]);
      const ended = once(root, 'exit');
      const result = await control.terminateTree(target);
      assert.deepEqual([result.code, result.ended], ['PC_OK', result.found]);
      assert.ok(result.found >= 3);
      assert.ok(result.members.every(({ outcome }) => outcome === 'terminated'));
      await ended;
      const pids = new Set(seen.members.map(({ pid }) => pid));
      assert.equal(listProcesses(library).filter(({ pid }) => pids.has(pid ?? 0)).length, 0);
    });

    test('a tree above its limit is left as it was', async () => {
      const root = spawnVictim(2);
      const target = await targetOf(root.pid!);
      await grownTree(target, 2);
      const refused = await control.terminateTree(target, { treeLimit: 2 });
      assert.equal(refused.code, 'PC_E_TREE_LIMIT');
      assert.equal((await control.query(target)).facts.suspended, false);
      assert.ok((await control.terminateTree(target)).ended >= 3);
    });
  });
}

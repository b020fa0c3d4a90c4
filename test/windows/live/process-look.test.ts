import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import {
  type Action,
  actionId,
  describeStart,
  EvidenceCollector,
  EvidenceFiles,
} from '../../../src/response/index.ts';
import { fileTimeOf } from '../../../src/windows/filetime.ts';
import { ProcessControl, ProcessLook, type ProcessTarget } from '../../../src/windows/index.ts';
import { makeScored } from '../../support/alert.ts';
import { makeProcessEvent } from '../../support/process-event.ts';
import { ffiNames, openTestLibrary } from './open-test-library.ts';
import { until } from './until.ts';

const started: ChildProcess[] = [];
after(() => {
  for (const child of started) child.kill();
});

const shell32 = 'C:\\windows\\syswow64\\cmd.exe';
const marker = 'ключ of its own, *';

function start(command: string, args: readonly string[]): ChildProcess {
  const env = { ...process.env, PC_LOOK_MARKER: marker };
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'], env });
  started.push(child);
  return child;
}

/** The size in memory that the header of a program says. */
function imageBytesOf(path: string): number {
  const program = readFileSync(path);
  return program.readUInt32LE(program.readUInt32LE(0x3c) + 80);
}

function actionOn(target: ProcessTarget): Action {
  const start = makeScored(makeProcessEvent({ process: { pid: target.pid, startMs: target.createdMs } }));
  const subject = describeStart(start, undefined, undefined);
  const common = { verb: 'terminate', target: 'process', mode: 'terminate', by: 'agent' } as const;
  const id = actionId(subject, 'terminate', String(target.createdMs));
  return { ...common, id, reason: undefined, atMs: Date.now(), subject, end: undefined };
}

for (const ffi of ffiNames) {
  describe(`looking into processes by ${ffi}`, async () => {
    const library = await openTestLibrary(ffi);
    const look = new ProcessLook(library);
    const control = new ProcessControl(library);

    async function targetOf({ pid }: ChildProcess): Promise<ProcessTarget> {
      const { code, cause, facts } = await control.queryPid(pid!);
      assert.equal(code, 'PC_OK', cause);
      const created = fileTimeOf(Number(facts.created & 0xffff_ffffn), Number(facts.created >> 32n))!;
      return { pid: pid!, createdMs: created.ms, toleranceMs: 0 };
    }

    /** A process that has just begun has few modules yet. */
    async function settled(target: ProcessTarget, ...names: readonly RegExp[]) {
      await until('its modules are loaded', async () => {
        const { modules } = await look.modules(target);
        return names.every((name) => modules.some(({ path }) => name.test(path ?? '')));
      });
    }

    test('environment and modules of a process are read back', async () => {
      const child = start(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      const target = await targetOf(child);
      await settled(target, /\\node\.exe$/i, /\\kernel32\.dll$/i);
      const environment = await look.environment(target);
      assert.deepEqual([environment.code, environment.isCut], ['PC_OK', false]);
      assert.ok(environment.entries.includes(`PC_LOOK_MARKER=${marker}`), environment.entries.join('\n'));
      const { code, modules, found } = await look.modules(target);
      assert.deepEqual([code, found], ['PC_OK', modules.length]);
      const image = modules.find(({ path }) => /\\node\.exe$/i.test(path ?? ''));
      assert.equal(image?.bytes, imageBytesOf(process.execPath));
      assert.match(image?.base ?? '', /^0x[1-9a-f][0-9a-f]+$/);
      assert.ok(modules.some(({ path }) => /\\kernel32\.dll$/i.test(path ?? '')));
      await control.terminate(target);
    });

    test('a 32-bit process as well', { skip: existsSync(shell32) ? false : `no ${shell32}` }, async () => {
      const child = start(shell32, ['/q', '/k']);
      const target = await targetOf(child);
      await settled(target, /\\cmd\.exe$/i);
      const environment = await look.environment(target);
      assert.equal(environment.code, 'PC_OK', environment.cause);
      assert.ok(environment.entries.includes(`PC_LOOK_MARKER=${marker}`), environment.entries.join('\n'));
      const { modules } = await look.modules(target);
      const image = modules.find(({ path }) => /\\cmd\.exe$/i.test(path ?? ''));
      assert.ok(BigInt(image?.base ?? '0xffffffffffff') < 2n ** 32n, JSON.stringify(image));
      assert.equal(image?.bytes, imageBytesOf(shell32));
      await control.terminate(target);
    });

    test('the evidence of a process that is ended holds both, with hashes', async () => {
      const child = start(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      const target = await targetOf(child);
      await settled(target, /\\node\.exe$/i, /\\kernel32\.dll$/i);
      const limits = { waitMs: 5_000, timeoutMs: 60_000, maxFileBytes: 1e9, maxTotalBytes: 1e9 };
      const files = new EvidenceFiles(join(mkdtempSync(join(tmpdir(), 'pc-')), 'bundles'));
      const collector = new EvidenceCollector(files, { ...limits, secretNames: ['*MARKER'] }, look);
      const { facts } = await control.query(target);
      const draft = await collector.begin(target, facts.imagePath);
      const ended = once(child, 'exit');
      await control.terminate(target);
      await ended;
      const { id, image, missing } = await collector.keep(draft, actionOn(target), Date.now());
      assert.deepEqual(missing, [{ what: 'recent starts', why: 'none of this user was seen' }]);
      const sha256 = createHash('sha256').update(readFileSync(process.execPath)).digest('hex');
      assert.equal(image?.sha256, sha256);
      const read = (file: string) => JSON.parse(readFileSync(join(files.folder, id, file), 'utf8'));
      const { variables } = read('environment.json') as { variables: string[] };
      assert.ok(variables.includes('PC_LOOK_MARKER=[redacted]'), variables.join('\n'));
      const { modules } = read('modules.json') as { modules: { path: string; sha256?: string }[] };
      assert.equal(modules.find(({ path }) => /\\node\.exe$/i.test(path))?.sha256, sha256);
    });

    test('another creation time, a pid that would be rounded, and one that has ended show nothing', async () => {
      const child = start(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      const target = await targetOf(child);
      const codes = async (wrong: ProcessTarget) => {
        const { code, entries } = await look.environment(wrong);
        const listed = await look.modules(wrong);
        assert.deepEqual([entries, listed.modules], [[], []]);
        return [code, listed.code];
      };
      const other = { ...target, createdMs: target.createdMs - 1_000 };
      assert.deepEqual(await codes(other), ['PC_E_IDENTITY', 'PC_E_IDENTITY']);
      assert.deepEqual(await codes({ ...target, pid: target.pid + 1 }), ['PC_E_PID', 'PC_E_PID']);
      const ended = once(child, 'exit');
      await control.terminate(target);
      await ended;
      for (const code of await codes(target)) assert.match(code, /^PC_E_(EXITED|IDENTITY|NOT_FOUND)$/);
    });
  });
}

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { identityModel } from '../harness/identity-model.ts';

const modules = join(import.meta.dirname, '../../../node_modules');

test('this is Node for Windows', () => {
  assert.equal(process.platform, 'win32');
  assert.match(process.version, /^v24\./);
});

test('better-sqlite3 writes a file and reads it back', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pc-'));
  const database = new Database(join(folder, 'state.db'));
  database.pragma('journal_mode = WAL');
  database.exec('CREATE TABLE t (a INTEGER)');
  database.prepare('INSERT INTO t VALUES (?)').run(42);
  assert.equal(database.prepare('SELECT a FROM t').pluck().get(), 42);
  database.close();
  rmSync(folder, { recursive: true });
});

/** Copies onnxruntime-node with only these of its native files: what an installer would carry. */
function trimmedRuntime(keep: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'pc-'));
  for (const name of ['onnxruntime-node', 'onnxruntime-common']) {
    cpSync(join(modules, name), join(folder, 'node_modules', name), {
      recursive: true,
      filter: (path) => !/[\\/]bin[\\/]napi/.test(path),
    });
  }
  const native = join('bin', 'napi-v6', 'win32', process.arch);
  for (const file of keep) {
    cpSync(
      join(modules, 'onnxruntime-node', native, file),
      join(folder, 'node_modules/onnxruntime-node', native, file),
    );
  }
  return folder;
}

test('onnxruntime infers with onnxruntime.dll alone: no DirectML, no shader compiler', async () => {
  const folder = trimmedRuntime(['onnxruntime.dll', 'onnxruntime_binding.node']);
  const native = join(folder, 'node_modules/onnxruntime-node/bin/napi-v6/win32', process.arch);
  assert.deepEqual(readdirSync(native), ['onnxruntime.dll', 'onnxruntime_binding.node']);
  const require = createRequire(join(folder, 'main.js'));
  const { InferenceSession, Tensor } = require('onnxruntime-node') as typeof import('onnxruntime-node');
  const session = await InferenceSession.create(identityModel());
  const input = Float32Array.of(1.5, -2, 3, 0.25);
  const { y } = await session.run({ x: new Tensor('float32', input, [2, 2]) });
  assert.deepEqual(y!.data, input);
  assert.deepEqual(y!.dims, [2, 2]);
});

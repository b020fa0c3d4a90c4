import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { enablePrivilege, openSystemFacts } from '../../../src/windows/index.ts';
import { ffiNames } from './open-test-library.ts';
import { noAccessLists, noAuditPolicy } from './wine-limits.ts';

const currentVersion = 'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion';

for (const ffi of ffiNames) {
  test(`${ffi}: the registry is read by type, and what is not there is undefined`, async () => {
    const { registry } = await openSystemFacts(ffi);
    assert.match(registry.text(currentVersion, 'CurrentVersion') ?? '', /^\d+\.\d+$/);
    assert.equal(registry.number(currentVersion, 'CurrentVersion'), undefined);
    assert.equal(registry.text(currentVersion, 'No such value'), undefined);
    assert.equal(registry.text('SOFTWARE\\No such key', 'x'), undefined);
    assert.equal(typeof registry.number('SYSTEM\\CurrentControlSet\\Services\\RpcSs', 'Start'), 'number');
  });

  test(`${ffi}: an administrator's token holds the privilege to debug`, async () => {
    const privileges = (await openSystemFacts(ffi)).privileges();
    assert.ok(privileges.includes('SeDebugPrivilege'), privileges.join(', '));
    assert.deepEqual([...privileges].sort(), privileges);
  });

  test(`${ffi}: a privilege is switched on when the token holds it`, async () => {
    assert.equal(await enablePrivilege(ffi, 'SeRestorePrivilege'), true);
    assert.equal(await enablePrivilege(ffi, 'SeCreateTokenPrivilege'), false);
    assert.equal(await enablePrivilege(ffi, 'SeNoSuchPrivilege'), false);
  });

  test(`${ffi}: a service that is there has a state, another has none`, async () => {
    const system = await openSystemFacts(ffi);
    assert.ok(['running', 'stopped', 'starting'].includes(system.serviceState('RpcSs') ?? ''));
    assert.equal(system.serviceState('NoSuchService'), undefined);
  });

  test(`${ffi}: where the audit policy may not be asked it is not known`, {
    skip: !noAuditPolicy,
  }, async () => {
    assert.equal((await openSystemFacts(ffi)).auditsProcessCreation(), undefined);
  });

  test(`${ffi}: an administrator is told the audit policy`, { skip: noAuditPolicy }, async () => {
    assert.equal(typeof (await openSystemFacts(ffi)).auditsProcessCreation(), 'boolean');
  });

  test(`${ffi}: no tracing session of the agent is seen where none was started`, async () => {
    assert.deepEqual((await openSystemFacts(ffi)).ownSessions(), []);
  });

  test(`${ffi}: a folder of this account is nobody else's to change`, { skip: noAccessLists }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'facts-'));
    assert.equal((await openSystemFacts(ffi)).untrustedWriterOf(folder), undefined);
  });

  test(`${ffi}: a path that is not there is an error that names it`, async () => {
    const path = join(tmpdir(), 'no such folder');
    const system = await openSystemFacts(ffi);
    assert.throws(() => system.untrustedWriterOf(path), /no such folder/);
  });
}

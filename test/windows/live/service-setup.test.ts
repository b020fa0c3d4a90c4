import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { serviceSetup } from '../../../src/agent/installation/service-settings.ts';
import { setUpService } from '../../../src/windows/index.ts';
import { buildFolder, ffiNames, openTestLibrary } from './open-test-library.ts';

/*
 * What the installer asks of the service controller beyond its tables. Wine's keeps none of it, so a double writes down
 * each call; that Windows does it is its own matter.
 */
const command = '"C:\\Program Files\\ProblemChild\\bin\\node.exe" "a b.mjs" run --service';
const written = join(mkdtempSync(join(tmpdir(), 'pc-')), 'services.tsv');
process.env['PC_DOUBLE_SERVICES'] = join(buildFolder, 'services-double.dll');
process.env['PC_DOUBLE_SERVICES_WRITTEN'] = written;

let read = 0;
/** The calls since the last time. */
function calls(): string[] {
  const all = existsSync(written) ? readFileSync(written, 'utf8').split('\n').slice(0, -1) : [];
  const news = all.slice(read);
  read = all.length;
  return news;
}

for (const ffi of ffiNames) {
  test(`${ffi}: recovery also after an error, the service's own SID, few privileges, few rights`, async () => {
    const library = await openTestLibrary(ffi);
    calls();
    assert.deepEqual(setUpService(library, serviceSetup({ start: 'auto', locked: false }, command)), []);
    const [open, ...rest] = calls();
    assert.match(open ?? '', /^open\tProblemChild\t0x/);
    const access = rest.pop();
    assert.deepEqual(rest, [
      `config\t2\t${command}\tnothing else`,
      'delayed\t0',
      'recovery\t86400 s\trestart after 1000 ms\trestart after 5000 ms\trestart after 60000 ms',
      'also on errors\t1',
      'preshutdown\t20000 ms',
      'sid type\t1',
      'privileges\tSeChangeNotifyPrivilege\tSeDebugPrivilege\tSeSystemProfilePrivilege',
    ]);
    // Last, as it may take the right to do the rest away.
    assert.match(access ?? '', /^access\tD:.*\(A;;[A-Z]+;;;SY\).*;BA\)/);
  });

  test(`${ffi}: what this Windows does not know is told, and the rest is set`, async () => {
    const library = await openTestLibrary(ffi);
    calls();
    process.env['PC_DOUBLE_SERVICES_UNKNOWN'] = '6';
    try {
      const unknown = setUpService(library, serviceSetup({ start: 'delayed', locked: true }, command));
      assert.deepEqual(unknown, ['privileges']);
      const seen = calls();
      assert.ok(seen.includes('delayed\t1'), seen.join('\n'));
      assert.ok(!seen.some((call) => call.startsWith('privileges')));
      assert.match(seen.at(-1) ?? '', /^access/);
    } finally {
      delete process.env['PC_DOUBLE_SERVICES_UNKNOWN'];
    }
  });
}

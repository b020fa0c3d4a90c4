import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../../../src/cli/program.ts';
import { endIfStalled } from '../../../src/cli/stalled-end.ts';
import { defaultFfi } from '../../../src/windows/index.ts';
import { DoubleScript } from './double-script.ts';
import { openTestLibrary } from './open-test-library.ts';

/*
 * The real command line, with the test build of the native library in the product's place: what the doubles
 * play is all that differs. `agent-program NATIVE SCRIPT STOP-FILE run …`: the double of ETW, which lies in the
 * folder NATIVE with the library, plays SCRIPT; when STOP-FILE appears it is as if somebody pressed Ctrl-C, which a
 * Windows process cannot send to another one. What goes into the event log is in event-log.tsv beside STOP-FILE.
 */
const [native, script, stopFile, ...args] = process.argv.slice(2);
DoubleScript.play('etw', script!, native);
process.env['PC_DOUBLE_EVENTLOG'] = join(native!, 'eventlog-double.dll');
process.env['PC_DOUBLE_EVENTLOG_WRITTEN'] = join(dirname(stopFile!), 'event-log.tsv');
// Wine cannot say whether a process is critical, and what cannot be verified is refused.
process.env['PC_DOUBLE_CRITICAL_PID'] = '0';

const timer = setInterval(() => {
  if (!existsSync(stopFile!)) return;
  clearInterval(timer);
  process.emit('SIGINT');
}, 100);
timer.unref();

const { stdin, stdout, stderr } = process;
// Settings come from the file: variables of the tests are none, and would be refused as such.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PC_')));
const exitCode = await run(args, {
  stdin,
  stdout,
  stderr,
  env,
  // Wine keeps owners and access lists only as far as Unix modes go: every path would be refused.
  judgePath: () => undefined,
  openLibrary: () => openTestLibrary(defaultFfi(), native),
});
process.exitCode = exitCode;
endIfStalled(exitCode);

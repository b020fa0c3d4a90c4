import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import manifest from '../../../package.json' with { type: 'json' };
import { defaultFfi, listProcesses, openForMachine } from '../../../src/windows/index.ts';
import { openTestLibrary } from './open-test-library.ts';
import { until } from './until.ts';
import { underWine } from './wine-limits.ts';

/*
 * The installer's whole life on one machine, in order: each test goes on where the one before it ended. Capture
 * is a followed file here, as Wine has no tracing: everything behind it is the installed program.
 */

const packages = join(import.meta.dirname, '../../../build/msi');
const older = join(packages, 'problemchild-0.0.9-x64.msi');
const current = join(packages, `problemchild-${manifest.version}-x64.msi`);
const unavailable = ![older, current].every((path) => existsSync(path)) && 'the installer was not built';

const program = join(process.env['ProgramFiles'] ?? 'C:\\Program Files', 'ProblemChild');
const data = join(process.env['ProgramData'] ?? 'C:\\ProgramData', 'ProblemChild');
// What shells, installers and YAML would each like to take for something of their own.
const telemetry = 'C:\\my telemetry; 100%TEMP% [x] ünï 雪';
const input = join(telemetry, 'process starts.ndjson');
const token = 'a "quoted" %PATH% tok;en [INSTALLDIR] #1';
const sample = readFileSync(join(import.meta.dirname, '../../../samples/server-winlogbeat.ndjson'), 'utf8');

function run(command: string, args: readonly string[]): { status: number | null; text: string } {
  const result = spawnSync(command, args, { encoding: 'utf8', windowsVerbatimArguments: true });
  return { status: result.status, text: `${result.stdout ?? ''}${result.stderr ?? ''}` };
}

function quote(value: string): string {
  return `"${value.replaceAll('"', '""')}"`;
}

/** Installs silently; the exit code, and what the steps of the program said. */
function install(
  msi: string,
  properties: Readonly<Record<string, string>> = {},
): { status: number | null; said: string } {
  const log = join(mkdtempSync(join(tmpdir(), 'pc-')), 'install.log');
  const given = Object.entries(properties).map(([name, value]) => `${name}=${quote(value)}`);
  const { status } = run('msiexec.exe', ['/i', quote(msi), '/qn', '/l*v', quote(log), ...given]);
  // UTF-16 on Windows, UTF-8 under Wine.
  const text = readFileSync(log).toString(underWine ? 'utf8' : 'utf16le');
  return {
    status,
    said: text
      .split(/\r?\n/)
      .filter((line) => line.startsWith('problemchild: '))
      .join('\n'),
  };
}

function readRegistry(key: string, value: string): string | undefined {
  const { text } = run('reg.exe', ['query', quote(key), '/v', value]);
  return /REG_\w+\s+(.*)/.exec(text)?.[1]?.trim();
}

function installedVersion(): string | undefined {
  const uninstall = 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall';
  const { text } = run('reg.exe', ['query', quote(uninstall), '/s']);
  const entry = text.split(/\r?\n(?=HKEY_)/).find((each) => each.includes('ProblemChild agent'));
  return entry === undefined ? undefined : /DisplayVersion\s+REG_SZ\s+(\S+)/.exec(entry)?.[1];
}

function serviceState(): string {
  const { status, text } = run('sc.exe', ['query', 'ProblemChild']);
  return status === 0 ? (/STATE\s*:\s*\d+\s+(\w+)/.exec(text)?.[1] ?? text) : 'not installed';
}

/** The sample as it would look on another day of this month. */
function telemetryOf(day: number): string {
  return sample.replaceAll('2026-11-18', `2026-11-${day}`);
}

/** Ids of the alerts in the local record of one day. */
function alertIds(day?: number): string[] {
  const record = join(data, 'state', 'alerts.ndjson');
  if (!existsSync(record)) return [];
  return readFileSync(record, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { '@timestamp': string; event: { id: string; kind: string } })
    .filter(
      (each) => each.event.kind === 'alert' && (day === undefined || each['@timestamp'].includes(`-${day}T`)),
    )
    .map((each) => each.event.id);
}

async function findService(): Promise<number> {
  const processes = listProcesses(await openTestLibrary(defaultFfi()));
  const controller = processes.find(({ imageName }) => imageName?.toLowerCase() === 'services.exe');
  const found = processes.find(
    ({ imageName, parentPid }) =>
      imageName?.toLowerCase() === 'node.exe' && parentPid !== undefined && parentPid === controller?.pid,
  );
  assert.ok(found?.pid, 'the service has a process');
  return found.pid;
}

after(() => {
  if (unavailable === false)
    for (const msi of [current, older]) run('msiexec.exe', ['/x', quote(msi), '/qn']);
});

test('properties that contradict each other: refused, and nothing is left', { skip: unavailable }, () => {
  const { status, said } = install(current, { SIEM_URL: 'https://siem.example' });
  assert.notEqual(status, 0);
  assert.match(said, /SIEM_URL is given without SIEM_TYPE/);
  assert.equal(serviceState(), 'not installed');
  assert.equal(existsSync(join(program, 'bin')), false);
  assert.equal(existsSync(join(data, 'problemchild.yaml')), false);
});

test('installs silently; values arrive as they were given', { skip: unavailable }, async () => {
  mkdirSync(telemetry, { recursive: true });
  appendFileSync(input, '');
  const { status, said } = install(older, {
    SOURCES: input,
    SIEM_TYPE: 'splunk',
    SIEM_URL: 'https://127.0.0.1:9/',
    SIEM_TOKEN: token,
    EXCEPTIONS: 'management-agents, security-tools',
    ADDTOPATH: '1',
  });
  assert.equal(status, 0, said);
  assert.deepEqual(readdirSync(join(program, 'bin')).toSorted(), [
    'node.exe',
    'problemchild.cmd',
    'problemchild.dll',
  ]);
  const config = readFileSync(join(data, 'problemchild.yaml'), 'utf8');
  assert.ok(config.includes(input), config);
  assert.ok(!config.includes('quoted'), 'the token is not in the clear');
  const sealed = /dpapi: >?-?\s*([A-Za-z0-9+/=\s]+?)\n(?=\S|$|\s*\w+:)/.exec(config)?.[1];
  assert.ok(sealed, config);
  assert.equal(openForMachine(await openTestLibrary(defaultFfi()), sealed.replaceAll(/\s/g, '')), token);
  assert.equal(installedVersion(), '0.0.9');
  const source = 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\ProblemChild';
  assert.equal(readRegistry(source, 'EventMessageFile'), join(program, 'bin', 'problemchild.dll'));
  const environment = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment';
  assert.match(readRegistry(environment, 'PATH') ?? '', /ProblemChild\\bin/);
  const image = readRegistry('HKLM\\SYSTEM\\CurrentControlSet\\Services\\ProblemChild', 'ImagePath');
  assert.equal(image?.startsWith(`"${join(program, 'bin', 'node.exe')}" `), true, image);
});

test('the installed program finds its configuration sound', { skip: unavailable }, () => {
  const script = join(program, 'lib', 'problemchild', 'problemchild.mjs');
  const result = spawnSync(
    join(program, 'bin', 'node.exe'),
    [script, 'config', 'check', join(data, 'problemchild.yaml')],
    { encoding: 'utf8' },
  );
  assert.equal(result.status, 0, result.stderr);
  assert.match(result.stdout, /^OK/);
});

test('the installed command knows the installed configuration', { skip: unavailable }, () => {
  const launcher = quote(join(program, 'bin', 'problemchild.cmd'));
  const checked = run('cmd.exe', ['/d', '/s', '/c', `"${launcher} config check"`]);
  assert.equal(checked.status, 0, checked.text);
  assert.match(checked.text, /^OK: .*\\ProblemChild\\problemchild\.yaml/);
  const refused = run('cmd.exe', ['/d', '/s', '/c', `"${launcher} forward retry nobody"`]);
  assert.equal(refused.status, 2, refused.text);
  assert.match(refused.text, /no destination nobody/);
});

test('the service runs and alerts on what is appended', { skip: unavailable }, async () => {
  assert.equal(serviceState(), 'RUNNING');
  appendFileSync(input, telemetryOf(18));
  await until('alerts of the first day', () => alertIds(18).length > 0);
});

test('killed, it goes on where it was', { skip: unavailable }, async (t) => {
  const before = alertIds();
  process.kill(await findService(), 'SIGKILL');
  await until('its end is seen', () => serviceState() !== 'RUNNING');
  if (underWine) {
    t.diagnostic("Wine's service controller has no recovery actions: started by hand");
    run('sc.exe', ['start', 'ProblemChild']);
  }
  await until('it runs again', () => serviceState() === 'RUNNING');
  appendFileSync(input, telemetryOf(19));
  await until('alerts of the second day', () => alertIds(19).length > 0);
  const all = alertIds();
  assert.equal(new Set(all).size, all.length, 'no alert twice');
  assert.deepEqual(all.slice(0, before.length), before);
});

test('recovery, privileges and access are set', {
  skip: unavailable || (underWine && "Wine's service controller keeps none of them"),
}, () => {
  assert.match(run('sc.exe', ['qfailure', 'ProblemChild']).text, /RESTART -- Delay = 1000/);
  assert.match(run('sc.exe', ['qfailureflag', 'ProblemChild']).text, /TRUE/i);
  assert.match(run('sc.exe', ['qprivs', 'ProblemChild']).text, /SeDebugPrivilege/);
  assert.match(run('sc.exe', ['qsidtype', 'ProblemChild']).text, /UNRESTRICTED/);
  assert.match(run('sc.exe', ['sdshow', 'ProblemChild']).text, /\(A;;CCLCSWRPWPDTLOCRRC;;;BA\)/);
});

test('a newer version takes its place and keeps configuration and state', { skip: unavailable }, async () => {
  const config = readFileSync(join(data, 'problemchild.yaml'), 'utf8');
  const before = alertIds();
  const { status, said } = install(current, { SOURCES: 'etw' });
  assert.equal(status, 0, said);
  assert.match(said, /not applied: SOURCES/);
  assert.equal(installedVersion(), manifest.version);
  assert.equal(readFileSync(join(data, 'problemchild.yaml'), 'utf8'), config);
  assert.equal(serviceState(), 'RUNNING');
  appendFileSync(input, telemetryOf(20));
  await until('alerts of the third day', () => alertIds(20).length > 0);
  const all = alertIds();
  assert.equal(new Set(all).size, all.length, 'no alert twice');
  assert.deepEqual(all.slice(0, before.length), before);
  const environment = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment';
  assert.match(readRegistry(environment, 'PATH') ?? '', /ProblemChild\\bin/);
});

test('an older version is refused and changes nothing', { skip: unavailable }, () => {
  assert.notEqual(install(older).status, 0);
  assert.equal(installedVersion(), manifest.version);
  assert.equal(serviceState(), 'RUNNING');
});

test('uninstalled, only the data is left', { skip: unavailable }, async () => {
  assert.equal(run('msiexec.exe', ['/x', quote(current), '/qn']).status, 0);
  // Its process is gone; the service controller may not have looked yet.
  await until('the service is gone', () => serviceState() === 'not installed');
  assert.equal(existsSync(program), false);
  assert.equal(installedVersion(), undefined);
  const source = 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\ProblemChild';
  assert.equal(readRegistry(source, 'EventMessageFile'), undefined);
  const environment = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment';
  assert.doesNotMatch(readRegistry(environment, 'PATH') ?? '', /ProblemChild/);
  for (const name of ['problemchild.yaml', 'state/agent.db', 'state/alerts.ndjson']) {
    assert.equal(existsSync(join(data, name)), true, name);
  }
});

test('with REMOVEDATA=1 the data goes as well', { skip: unavailable }, () => {
  const { status, said } = install(current, { STARTSERVICE: '0' });
  assert.equal(status, 0, said);
  assert.equal(serviceState(), 'STOPPED');
  assert.equal(run('msiexec.exe', ['/x', quote(current), '/qn', 'REMOVEDATA=1']).status, 0);
  assert.equal(existsSync(data), false);
});

test('a disabled agent is upgraded and repaired, and stays disabled', { skip: unavailable }, () => {
  const first = install(older, { STARTTYPE: 'disabled' });
  // As `msiexec /fa` has it, which Wine knows for no package.
  const repair = { REINSTALL: 'ALL', REINSTALLMODE: 'a' };
  assert.equal(first.status, 0, first.said);
  for (const { status, said } of [install(current), install(current, repair)]) {
    assert.equal(status, 0, said);
    assert.match(said, /the service is disabled/);
    assert.equal(serviceState(), 'STOPPED');
  }
  assert.equal(installedVersion(), manifest.version);
});

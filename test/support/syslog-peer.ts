import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Certificates } from './certificates.ts';
import { findFreePort } from './free-port.ts';

export type PeerName = 'rsyslog' | 'syslog-ng';

/** A real syslog daemon that writes what it gets to a file, one message a line. */
export interface SyslogPeer {
  readonly port: number;
  /** Bodies of the messages, once there are `count`. */
  messages(count: number): Promise<string[]>;
  stop(): Promise<void>;
}

const unpacked = join(import.meta.dirname, '../../build/syslog-ng');

function onPath(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/**
 * Debian's packages of the two daemons exclude each other, so syslog-ng is unpacked beside rsyslog; the libraries it
 * needs are in .ci/packages.
 */
function findSyslogNg(): string | undefined {
  const installed = onPath('syslog-ng');
  if (installed !== undefined) return installed;
  const binary = join(unpacked, 'usr/sbin/syslog-ng');
  if (existsSync(binary)) return binary;
  try {
    mkdirSync(unpacked, { recursive: true });
    execFileSync('sh', ['-c', 'apt-get download syslog-ng-core && dpkg -x syslog-ng-core_*.deb .'], {
      cwd: unpacked,
      stdio: 'ignore',
    });
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}

/** Why the daemon cannot be run here, if so. */
export function whyNoPeer(name: PeerName): string | undefined {
  if (name === 'rsyslog') {
    return onPath('rsyslogd') === undefined ? 'rsyslog is not installed' : undefined;
  }
  const binary = findSyslogNg();
  if (binary === undefined) return 'syslog-ng is not installed and cannot be fetched';
  try {
    execFileSync(binary, ['--version'], { env: environment(), stdio: 'ignore' });
    return undefined;
  } catch {
    return 'libraries that syslog-ng needs are not installed';
  }
}

function environment(): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    LD_LIBRARY_PATH: `${join(unpacked, 'usr/lib')}:${join(unpacked, 'usr/lib/syslog-ng')}`,
  };
}

function rsyslogConfig(folder: string, port: number, tls: Certificates | undefined): string {
  const driver =
    tls === undefined
      ? ''
      : `global(DefaultNetstreamDriver="ossl" DefaultNetstreamDriverCAFile="${tls.caFile}" DefaultNetstreamDriverCertFile="${tls.certFile}" DefaultNetstreamDriverKeyFile="${tls.keyFile}")`;
  const stream =
    tls === undefined
      ? ''
      : 'StreamDriver.Name="ossl" StreamDriver.Mode="1" StreamDriver.AuthMode="x509/certvalid"';
  return `
global(workDirectory="${folder}" maxMessageSize="64k" parser.escapeControlCharactersOnReceive="off")
${driver}
module(load="imtcp" ${stream})
module(load="imudp")
template(name="body" type="string" string="%structured-data% %msg%\\n")
ruleset(name="in") { action(type="omfile" file="${folder}/messages" template="body") }
input(type="imtcp" port="${port}" address="127.0.0.1" ruleset="in")
# All of a test fits, whenever the daemon comes to read it.
input(type="imudp" port="${port}" address="127.0.0.1" ruleset="in" rcvbufSize="4m")
`;
}

function syslogNgConfig(folder: string, port: number, tls: Certificates | undefined): string {
  const transport =
    tls === undefined
      ? 'transport("tcp")'
      : `transport("tls") tls(key-file("${tls.keyFile}") cert-file("${tls.certFile}") ca-file("${tls.caFile}") peer-verify(required-trusted))`;
  return `@version: 3.38
options { keep-hostname(yes); stats-freq(0); };
source in { syslog(ip("127.0.0.1") port(${port}) ${transport} log-msg-size(65536)); ${tls === undefined ? `network(ip("127.0.0.1") port(${port}) transport("udp") so-rcvbuf(4194304) flags(syslog-protocol));` : ''} };
destination out { file("${folder}/messages" template("[$SDATA] $MSG\\n") flush-lines(1)); };
log { source(in); destination(out); };
`;
}

export async function startPeer(name: PeerName, folder: string, tls?: Certificates): Promise<SyslogPeer> {
  mkdirSync(folder, { recursive: true });
  const port = await findFreePort();
  const config = join(folder, 'peer.conf');
  writeFileSync(config, (name === 'rsyslog' ? rsyslogConfig : syslogNgConfig)(folder, port, tls));
  const child: ChildProcess =
    name === 'rsyslog'
      ? spawn(onPath('rsyslogd') ?? '', ['-n', '-f', config, '-i', join(folder, 'pid')], {
          stdio: ['ignore', 'ignore', 'pipe'],
        })
      : spawn(
          findSyslogNg() ?? '',
          [
            ...['-F', '--no-caps', '-f', config, '-p', join(folder, 'pid'), '-c', join(folder, 'ctl')],
            ...['-R', join(folder, 'persist'), '--module-path', modulePath()],
          ],
          { stdio: ['ignore', 'ignore', 'pipe'], env: environment() },
        );
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await waitFor(
    () => canConnect(port),
    () => `${name} does not listen: ${said.slice(-2_000)}`,
  );
  const read = (): string[] => {
    const path = join(folder, 'messages');
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  };
  return {
    port,
    async messages(count) {
      await waitFor(
        async () => read().length >= count,
        () => `${name} has ${read().length} of ${count}: ${said.slice(-2_000)}`,
      );
      return read();
    },
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function modulePath(): string {
  const own = join(unpacked, 'usr/lib/syslog-ng/3.38');
  return existsSync(own) ? own : '/usr/lib/syslog-ng/3.38';
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket: Socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function waitFor(isSo: () => Promise<boolean>, why: () => string): Promise<void> {
  const endMs = Date.now() + 60_000;
  while (!(await isSo())) {
    if (Date.now() > endMs) throw new Error(why());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

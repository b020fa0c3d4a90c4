import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type Certificates, makeCertificates, whyNoOpenssl } from '../support/certificates.ts';
import { makeSettings, openTestRoute, trust } from '../support/destination.ts';
import { makeQueued } from '../support/outbox-entry.ts';
import { type PeerName, type SyslogPeer, startPeer, whyNoPeer } from '../support/syslog-peer.ts';

const folder = mkdtempSync(join(tmpdir(), 'pc-syslog-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

let certificates: Certificates | undefined;
const getCertificates = (): Certificates => {
  certificates ??= makeCertificates(join(folder, 'certificates'));
  return certificates;
};

let peer: SyslogPeer | undefined;
afterEach(async () => {
  await peer?.stop();
  peer = undefined;
});

const entries = Array.from({ length: 200 }, (_, index) =>
  makeQueued(index, {
    document: JSON.stringify({
      '@timestamp': '2026-11-18T09:41:22.001Z',
      event: { id: `alert-${String(index).padStart(8, '0')}`, kind: 'alert' },
      process: { command_line: `cmd /c "tïtle" ] \\ 100% ünïcode 雪 ${'x'.repeat(index * 10)}` },
    }),
  }),
);
const { signal } = new AbortController();

for (const name of ['rsyslog', 'syslog-ng'] as const satisfies PeerName[]) {
  const missing = whyNoPeer(name) ?? whyNoOpenssl();
  describe.skipIf(missing !== undefined)(`${name}${missing === undefined ? '' : ` (${missing})`}`, () => {
    for (const [protocol, confirm] of [
      ['tcp', true],
      ['tls', true],
      ['tls', false],
      ['udp', false],
    ] as const) {
      it(`takes every document over ${protocol}, confirmed: ${confirm}`, async () => {
        const own = getCertificates();
        const tls = protocol === 'tls' ? own : undefined;
        peer = await startPeer(name, mkdtempSync(join(folder, 'run-')), tls);
        const { destination } = openTestRoute(
          makeSettings('syslog', {
            host: protocol === 'tls' ? 'localhost' : '127.0.0.1',
            port: peer.port,
            protocol,
            confirm,
            maxMessageBytes: 4_096,
            tls: { ...trust(own.caFile), certFile: own.clientCertFile, keyFile: own.clientKeyFile },
          }),
        );
        const sent = protocol === 'udp' ? entries.slice(0, 50) : entries;
        for (let at = 0; at < sent.length; at += 50) {
          const { verdicts } = await destination.send(sent.slice(at, at + 50), signal);
          expect(new Set(verdicts)).toEqual(new Set(['delivered']));
        }
        const messages = await peer.messages(sent.length);
        const bodies = messages.map(
          (line) => JSON.parse(line.slice(line.indexOf('{')).trim()) as { event: { id: string } },
        );
        const ids = bodies.map(({ event }) => event.id);
        expect(ids).toEqual(sent.map(({ eventId }) => eventId));
        expect(bodies[0]).toEqual(JSON.parse(sent[0]!.document));
        await destination.close();
      });
    }
  });
}

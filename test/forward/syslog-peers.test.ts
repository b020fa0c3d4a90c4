import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { DeliveryFailure, type Destination } from '../../src/forward/destination.ts';
import type { QueuedEntry } from '../../src/forward/outbox.ts';
import { type Certificates, makeCertificates, whyNoOpenssl } from '../support/certificates.ts';
import { makeSettings, openTestRoute, trust } from '../support/destination.ts';
import { firstArrivals } from '../support/forward-faults.ts';
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

/**
 * Sends a batch as a delivery does: again, when the link breaks before the receiver has confirmed it; answers how often
 * it did. rsyslog's OpenSSL driver answers the end of a TLS 1.3 connection now and then with what is no TLS record.
 */
async function deliver(destination: Destination, batch: readonly QueuedEntry[]): Promise<number> {
  const attempts = 4;
  for (let broken = 0; ; broken++) {
    try {
      const { verdicts } = await destination.send(batch, signal);
      expect(new Set(verdicts)).toEqual(new Set(['delivered']));
      return broken;
    } catch (error) {
      if (!(error instanceof DeliveryFailure) || broken + 1 === attempts) throw error;
    }
  }
}

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
        let broken = 0;
        for (let at = 0; at < sent.length; at += 50)
          broken += await deliver(destination, sent.slice(at, at + 50));
        const expected = sent.map(({ eventId }) => eventId);
        const bodies = await vi.waitFor(async () => {
          const arrived = (await peer!.messages(sent.length)).map(
            (line) => JSON.parse(line.slice(line.indexOf('{')).trim()) as { event: { id: string } },
          );
          const ids = firstArrivals(arrived.map(({ event }) => event.id));
          // A receiver may take what came over a broken connection after what came over the next.
          expect(broken === 0 ? ids : ids.toSorted()).toEqual(expected);
          return arrived;
        }, 60_000);
        expect(bodies.find(({ event }) => event.id === expected[0])).toEqual(JSON.parse(sent[0]!.document));
        await destination.close();
      });
    }
  });
}

import { join } from 'node:path';
import { makeCertificates, whyNoOpenssl } from '../../support/certificates.ts';
import { startPeer, whyNoPeer } from '../../support/syslog-peer.ts';
import { newRunFolder, windowsPath } from './layout.ts';

/** What runs on this side of Wine for one file of tests, and how its tests learn of it. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * A real rsyslog that takes TLS connections of clients with a certificate. Wine shares the loopback network. Where there
 * is none, the tests are told why.
 */
export async function startReceiver(): Promise<Surroundings> {
  const missing =
    process.platform === 'win32' ? 'rsyslog is of Linux' : (whyNoPeer('rsyslog') ?? whyNoOpenssl());
  if (missing !== undefined) return { env: { TEST_NO_SYSLOG: missing }, stop: () => Promise.resolve() };
  const folder = newRunFolder('rsyslog');
  const certificates = makeCertificates(join(folder, 'certificates'));
  const peer = await startPeer('rsyslog', folder, certificates);
  return {
    env: {
      TEST_SYSLOG_PORT: String(peer.port),
      TEST_SYSLOG_MESSAGES: windowsPath(join(folder, 'messages')),
      TEST_SYSLOG_CA: windowsPath(certificates.caFile),
      TEST_SYSLOG_CERT: windowsPath(certificates.clientCertFile),
      TEST_SYSLOG_KEY: windowsPath(certificates.clientKeyFile),
    },
    stop: () => peer.stop(),
  };
}

import { X509Certificate } from 'node:crypto';
import { AgentError, messageOf } from '../errors/index.ts';
import { loadPem } from './certificate-loader.ts';
import type { DestinationSettings } from './destination-settings.ts';

export interface CertificateLife {
  readonly file: string;
  readonly subject: string;
  /** Milliseconds since the epoch. */
  readonly validToMs: number;
}

const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * The certificates in the files that a destination names, its own and its authorities'.
 * @throws AgentError PC_FORWARD_TLS when a file cannot be read or holds none
 */
export function readCertificateLives(settings: DestinationSettings): CertificateLife[] {
  if (!('tls' in settings)) return [];
  const { caFile, certFile } = settings.tls;
  return [caFile, certFile].filter((file) => file !== null).flatMap((file) => readLives(file));
}

function readLives(file: string): CertificateLife[] {
  const blocks = loadPem(file, 'the file of certificates').match(block) ?? [];
  if (blocks.length === 0) throw refuse(file, 'holds no certificate');
  return blocks.map((pem) => {
    let certificate: X509Certificate;
    try {
      certificate = new X509Certificate(pem);
    } catch (cause) {
      throw refuse(file, `holds a certificate that cannot be read: ${messageOf(cause)}`);
    }
    return {
      file,
      subject: certificate.subject.replaceAll('\n', ', '),
      validToMs: Date.parse(certificate.validTo),
    };
  });
}

function refuse(file: string, why: string): AgentError {
  return new AgentError('PC_FORWARD_TLS', `${file} ${why}`, { where: file });
}

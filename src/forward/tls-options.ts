import type { ConnectionOptions } from 'node:tls';
import { loadPem, systemAuthorities } from './certificate-loader.ts';
import type { SecretOpener, SecretRef } from './secret.ts';

export interface TlsSettings {
  /** PEM file of further authorities. */
  readonly caFile: string | null;
  /** Whether the authorities of the system are trusted as well. */
  readonly systemStore: boolean;
  /** PEM files of a client certificate with its chain, and of its key. */
  readonly certFile: string | null;
  readonly keyFile: string | null;
  readonly keyPassphrase: SecretRef | null;
  /** Name that the server's certificate must carry, where it is reached under another. */
  readonly serverName: string | null;
}

export type TlsMaterial = Readonly<
  Pick<
    ConnectionOptions,
    'ca' | 'cert' | 'key' | 'passphrase' | 'minVersion' | 'servername' | 'rejectUnauthorized'
  >
>;

/**
 * What a TLS connection is made with. The server's chain and name are always checked; there is no setting against it.
 *
 * @throws AgentError PC_FORWARD_TLS or PC_FORWARD_SECRET
 */
export function openTls(settings: TlsSettings, secrets: SecretOpener): TlsMaterial {
  const { caFile, systemStore, certFile, keyFile, keyPassphrase, serverName } = settings;
  const ca = [
    ...(caFile === null ? [] : [loadPem(caFile, 'the file of authorities')]),
    ...(systemStore || caFile === null ? systemAuthorities() : []),
  ];
  const passphrase = secrets.openOptional(keyPassphrase);
  return {
    ca,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    ...(certFile === null ? {} : { cert: loadPem(certFile, 'the client certificate') }),
    ...(keyFile === null ? {} : { key: loadPem(keyFile, 'the key of the client certificate') }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(serverName === null ? {} : { servername: serverName }),
  };
}
